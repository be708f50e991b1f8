import Testing

@testable import VideoDecoding

@Suite struct OrientationTests {
  /// The eight ways, as the four corners of a display matrix, and where the stored 3x2 picture's pixels go:
  ///     0 1 2
  ///     3 4 5
  static let ways: [([Int32], [[UInt8]])] = [
    ([1, 0, 0, 1], [[0, 1, 2], [3, 4, 5]]),
    ([-1, 0, 0, 1], [[2, 1, 0], [5, 4, 3]]),
    ([1, 0, 0, -1], [[3, 4, 5], [0, 1, 2]]),
    ([-1, 0, 0, -1], [[5, 4, 3], [2, 1, 0]]),
    ([0, 1, 1, 0], [[0, 3], [1, 4], [2, 5]]),
    ([0, 1, -1, 0], [[3, 0], [4, 1], [5, 2]]),
    ([0, -1, 1, 0], [[2, 5], [1, 4], [0, 3]]),
    ([0, -1, -1, 0], [[5, 2], [4, 1], [3, 0]]),
  ]

  static func matrix(_ corners: [Int32], unit: Int32 = 1 << 16) -> [Int32] {
    [corners[0] * unit, corners[1] * unit, 0, corners[2] * unit, corners[3] * unit, 0, 0, 0, 1 << 30]
  }

  @Test(arguments: ways)
  func stridesTurnAPictureAsItsDisplayMatrixSays(_ corners: [Int32], _ upright: [[UInt8]]) {
    let orientation = Orientation(matrix: Self.matrix(corners))
    let size = orientation.size(width: 3, height: 2)
    #expect(size == (upright[0].count, upright.count))
    let stored: [UInt8] = (0..<6).flatMap { [$0, 100, 200] } + [0]
    stored.withUnsafeBufferPointer { bytes in
      let picture = RGBFrame(
        stored: bytes.baseAddress!, stride: 9, width: 3, height: 2, orientation: orientation)
      let seen = picture.packed(rows: 0..<size.height, columns: 0..<size.width)
      #expect(seen == upright.flatMap { $0 }.flatMap { [$0, 100, 200] })
    }
  }

  @Test(
    arguments: [([9, 4, -4, 9], 0), ([4, 9, -9, 4], 1), ([-9, 4, -4, -9], 3), ([4, -9, 9, 4], 2)]
      as [([Int32], Int)])
  func anAngleThatIsNoQuarterCountsAsTheNearest(_ corners: [Int32], _ nearest: Int) {
    let quarters: [[Int32]] = [[1, 0, 0, 1], [0, 1, -1, 0], [0, -1, 1, 0], [-1, 0, 0, -1]]
    #expect(Orientation(matrix: Self.matrix(corners)) == Orientation(matrix: Self.matrix(quarters[nearest])))
  }

  @Test func aMatrixOfZerosTurnsNothing() {
    #expect(Orientation(matrix: [Int32](repeating: 0, count: 9)) == .upright)
  }
}
