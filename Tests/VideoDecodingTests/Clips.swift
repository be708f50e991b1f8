import Foundation
import Testing

@testable import VideoDecoding

/// Clips made for a test by the ffmpeg program, in a folder of their own that goes with them.
final class Clips {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "r2p1d-clips-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Writes `bytes` to the file `name`.
  func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    try Data(bytes).write(to: folder.appending(path: name))
    return path(name)
  }

  /// The bytes of the file `name`.
  func read(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: folder.appending(path: name)))
  }

  /// The file `name`, made by ffmpeg from a moving test picture: `source` is `size:rate:seconds`, `options` what
  /// follows the input.
  func make(_ name: String, source: String, _ options: String) throws -> String {
    let parts = source.split(separator: ":")
    try run("-f lavfi -i testsrc2=s=\(parts[0]):r=\(parts[1]):d=\(parts[2]) \(options) \(name)")
    return path(name)
  }

  /// Runs ffmpeg, or another program of its, in the folder, with these words, and returns what it wrote to standard
  /// output.
  @discardableResult
  func run(_ words: String, program: String = "ffmpeg") throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [program] + (program == "ffmpeg" ? ["-nostdin", "-y"] : []) + ["-v", "quiet"]
      + words.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(words) failed")
    return data
  }

  /// Whether there is an ffmpeg program, with an encoder of each of these names.
  static func canEncode(_ encoders: String...) -> Bool {
    encoders.allSatisfy { Self.encoders.contains($0) }
  }

  static let note: Comment = "skipped: there is no ffmpeg program here with the encoders that make the clips"

  private static let encoders: Set<String> = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard folders.contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/ffmpeg") }),
      let list = try? Clips().run("-encoders")
    else { return [] }
    let words = String(decoding: list, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
    return Set(words.filter { $0.count > 1 }.map { String($0[1]) })
  }()
}

/// What one pass over a video gave.
struct Pass: Equatable {
  var width = 0
  var height = 0
  /// Packed upright RGB, a picture each.
  var pictures: [[UInt8]] = []
}

extension Video {
  convenience init(_ path: String, threads: Int = 2, track: Int? = nil) throws(VideoError) {
    FFmpegGlobals.own()  // concealed errors are counted
    try self.init(path: Array(path.utf8), threads: threads, track: track)
  }

  /// The pictures with these numbers, all if nil, in full. Starts again if the timeline had to be learned anew.
  func pass(_ numbers: [Int]? = nil, seeking: Bool = false) throws -> Pass {
    while true {
      var pass = Pass()
      do {
        try frames(numbers ?? Array(0..<(timeline().times.count)), seeking: seeking) { _, frame in
          (pass.width, pass.height) = (frame.width, frame.height)
          pass.pictures.append(try frame.allPixels())
        }
        return pass
      } catch VideoError.timelineChanged {}
    }
  }
}

extension Frame {
  borrowing func allPixels() throws -> [UInt8] {
    let picture = try rgb(rows: Array(0..<height), columns: Array(0..<width))
    return picture.packed(rows: 0..<height, columns: 0..<width)
  }
}

extension RGBPicture {
  func packed(rows: Range<Int>, columns: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * rows.count * columns.count)
    for row in rows {
      for column in columns {
        let pixel = origin + row * rowStride + column * columnStride
        bytes += [pixel[0], pixel[1], pixel[2]]
      }
    }
    return bytes
  }
}
