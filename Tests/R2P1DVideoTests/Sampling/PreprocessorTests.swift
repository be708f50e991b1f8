import Foundation
import Inference
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import VideoDecoding

@Suite struct PreprocessorTests {
  /// A golden of `make_preprocessing.py`.
  struct Golden: Decodable, CustomTestStringConvertible {
    let width: Int
    let height: Int
    let resize: String
    let hash: String
    let values: [Float]

    var testDescription: String { "\(width)x\(height), \(resize)" }

    static func all() throws -> [Golden] { try GoldenFile.read("preprocessing", in: .module) }
  }

  /// The formula of `make_preprocessing.py`, as it is stored for an orientation.
  static func bytes(width: Int, height: Int, _ orientation: Orientation = .upright) -> [UInt8] {
    let (storedWidth, storedHeight) = orientation.size(width: width, height: height)
    var bytes = [UInt8](repeating: 0, count: 3 * storedWidth * storedHeight + 1)
    for y in 0..<height {
      for x in 0..<width {
        var (column, row) = orientation.transposed ? (y, x) : (x, y)
        if orientation.mirrorsColumns { column = storedWidth - 1 - column }
        if orientation.mirrorsRows { row = storedHeight - 1 - row }
        for colour in 0..<3 {
          let value = x * x * 3 + y * y * 5 + x * y * 7 + x * 11 + y * 13 + colour * 53
          bytes[3 * (row * storedWidth + column) + colour] = UInt8(truncatingIfNeeded: value)
        }
      }
    }
    return bytes
  }

  static func sample(
    _ preprocessor: Preprocessor, width: Int, height: Int, _ orientation: Orientation = .upright
  ) throws -> Sample {
    let stored = orientation.size(width: width, height: height)
    return try bytes(width: width, height: height, orientation).withUnsafeBufferPointer { bytes in
      let picture = RGBFrame(
        stored: bytes.baseAddress!, stride: 3 * stored.width, width: stored.width, height: stored.height,
        orientation: orientation)
      return try preprocessor.sample(of: picture, width: width, height: height)
    }
  }

  /// FNV-1a over the little-endian bytes.
  static func hash(_ sample: Sample) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for float in (0..<3).flatMap(sample.plane) {
      for shift in stride(from: 0, to: 32, by: 8) {
        value = (value ^ UInt64(float.bitPattern >> UInt32(shift) & 255)) &* 0x100_0000_01B3
      }
    }
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  @Test func theGoldensAreThere() throws {
    #expect(try Golden.all().count == 30)
  }

  /// To the bit: the same float32 operations in the same order, so no tolerance is needed.
  @Test(arguments: try Golden.all())
  func aSampleHasTorchvisionsBits(_ golden: Golden) throws {
    let preprocessor = Preprocessor(try #require(SamplingOptions.Resize(rawValue: golden.resize)), .kinetics)
    let sample = try Self.sample(preprocessor, width: golden.width, height: golden.height)
    let planes = (0..<3).flatMap(sample.plane)
    let values = stride(from: 0, to: Sample.count, by: 4703).map { planes[$0] }
    #expect(values == golden.values)
    #expect(Self.hash(sample) == golden.hash)
  }

  @Test func onePreprocessorServesPicturesOfSeveralSizes() throws {
    let preprocessor = Preprocessor(.crop, .kinetics)
    for golden in try Golden.all() where golden.resize == "crop" {
      let sample = try Self.sample(preprocessor, width: golden.width, height: golden.height)
      #expect(Self.hash(sample) == golden.hash)
    }
  }

  @Test(arguments: [false, true], [0, 1, 2, 3])
  func aTurnedPictureGivesTheSampleOfTheUprightOne(_ transposed: Bool, _ mirrors: Int) throws {
    let orientation = Orientation(
      transposed: transposed, mirrorsColumns: mirrors & 1 != 0, mirrorsRows: mirrors & 2 != 0)
    for resize in SamplingOptions.Resize.allCases {
      let upright = try Self.sample(Preprocessor(resize, .kinetics), width: 90, height: 47)
      let turned = try Self.sample(Preprocessor(resize, .kinetics), width: 90, height: 47, orientation)
      #expect(Self.hash(turned) == Self.hash(upright))
    }
  }

  /// Three crops are parts of one resized frame: where they overlap the centre, they are the same to the bit.
  /// Along the longer side: 0, 30 and 59 of 171 columns; 0, 8 and 16 of 128 rows of an upright frame.
  @Test(arguments: [(90, 47, 30, 29, false), (47, 90, 8, 8, true)])
  func cropsOverlapWhereTheyShould(
    _ width: Int, _ height: Int, _ before: Int, _ after: Int, _ isUpright: Bool
  ) throws {
    let samples = try Preprocessor.Crop.parts(3).map { crop in
      try Self.sample(Preprocessor(.crop, .kinetics, crop: crop), width: width, height: height)
    }
    let side = Sample.side
    for colour in 0..<3 {
      let planes = samples.map { $0.plane(colour) }
      func value(_ crop: Int, _ along: Int, _ across: Int) -> Float {
        planes[crop][isUpright ? along * side + across : across * side + along]
      }
      for across in 0..<side {
        for along in 0..<(side - before) {
          #expect(value(0, along + before, across) == value(1, along, across))
        }
        for along in 0..<(side - after) {
          #expect(value(1, along + after, across) == value(2, along, across))
        }
      }
      #expect(planes[0] != planes[1] && planes[1] != planes[2])
    }
    #expect(Preprocessor.Crop.parts(1) == [.centre])
  }
}
