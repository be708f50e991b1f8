import CKernels
import Testing

/// The 8-bit kernels of every instruction set, integer by integer.
@Suite struct Int8KernelTests {
  struct Table: CustomTestStringConvertible, Sendable {
    let isa: r2_isa
    var testDescription: String { r2_kernels_of(isa).map { String(cString: $0.pointee.name) } ?? "absent" }
    var operands: r2_operands? { r2_kernels_of(isa)?.pointee.operands.2 }
    /// The largest integer of V, and what is added to signed values.
    var largest: UInt8 { UInt8(operands?.largest ?? 255) }
    var half: Int32 { (Int32(largest) + 1) / 2 }
    /// The largest sum of two neighbouring integers of U.
    var pair: Int? { operands.flatMap { $0.pair == 0 ? nil : Int($0.pair) } }
    var f32: r2_operands? { r2_kernels_of(isa)?.pointee.operands.0 }
  }

  static let tables = (0..<UInt32(R2_ISAS)).map { Table(isa: r2_isa($0)) }
    .filter { $0.operands?.quantize != nil }

  /// Floats whose bytes are these.
  private static func floats<T: FixedWidthInteger>(_ bytes: [T]) -> [Float] {
    bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  @Test(
    "Sums of products are exact, whatever the operands", arguments: tables,
    [
      (UInt8.max, Int8.max, false), (.max, .min, false), (0, .min, false), (1, 1, false), (.max, .max, true),
      (.max, .min, true), (0, .min, true), (0, .max, true), (128, -127, true),
    ] as [(UInt8, Int8, Bool)])
  func products(table: Table, operands: (u: UInt8, s: Int8, isSigned: Bool)) throws {
    let operandsTable = try #require(table.operands)
    let u = min(operands.u, table.largest)
    // Where products are summed by twos, a weight's neighbour is what a pair leaves to it. None is −128.
    let s = table.pair == nil ? operands.s : max(operands.s, -127)
    let room = (table.pair ?? 256) - abs(Int(s))
    let neighbour = Int8(max(-room, min(room, Int(s))))
    let offset = operands.isSigned ? table.half : 0
    for (rows, k, segments, panels) in [(1, 1, 1, 1), (5, 16, 1, 1), (14, 20, 2, 2), (31, 33, 3, 2)] {
      let chunks = (k + 15) / 16
      // the worst case, and in one row and lane something else
      var a = [UInt8](repeating: u, count: segments * chunks * rows * 64)
      var b = (0..<panels * segments * k * 64).map { $0 % 2 == 0 ? s : neighbour }
      a[0] = 3
      b[1] = 5
      let (av, bv) = (Self.floats(a), Self.floats(b))
      // the sum of a segment's weights, panel by panel and lane by lane
      let sums = Self.floats(
        (0..<panels * segments * 16).map { n in
          (0..<k * 4).reduce(Int32(0)) { $0 + Int32(b[(n / 16 * k + $1 / 4) * 64 + n % 16 * 4 + $1 % 4]) }
        })
      var c = [Float](repeating: 0, count: panels * rows * 16)
      av.withUnsafeBufferPointer { av in
        bv.withUnsafeBufferPointer { bv in
          sums.withUnsafeBufferPointer { sums in
            c.withUnsafeMutableBufferPointer { c in
              var product = r2_product()
              product.a = av.baseAddress
              product.chunk_stride = rows * 16
              product.segment_stride = chunks * rows * 16
              (product.rows, product.k, product.segments) = (Int32(rows), Int32(k), Int32(segments))
              product.b = bv.baseAddress
              product.panel_stride_b = segments * k * 16
              product.c = c.baseAddress
              product.panel_stride_c = rows * 16
              product.panels = Int32(panels)
              product.weight_sums = sums.baseAddress
              product.panel_stride_sums = segments * 16
              product.is_signed = operands.isSigned ? 1 : 0
              operandsTable.product(&product)
            }
          }
        }
      }
      for panel in 0..<panels {
        for row in 0..<rows {
          for lane in 0..<16 {
            var sum: Int32 = 0
            for element in 0..<segments * k {
              let (segment, place) = (element / k, element % k)
              let from = ((segment * chunks + place / 16) * rows + row) * 64 + place % 16 * 4
              let with = (panel * segments * k + element) * 64 + lane * 4
              sum += (0..<4).reduce(0) { $0 + (Int32(a[from + $1]) - offset) * Int32(b[with + $1]) }
            }
            #expect(Int32(bitPattern: c[(panel * rows + row) * 16 + lane].bitPattern) == sum)
          }
        }
      }
    }
  }

  /// V of one position: `blocks` blocks of two tiles, quantized.
  private func quantized(
    _ values: [Float], blocks: Int, isSigned: Bool, by table: Table
  ) throws -> (bytes: [UInt8], scales: [Float]) {
    let operands = try #require(table.operands)
    let chunks = (blocks + 3) / 4
    var target = [Float](repeating: 0, count: chunks * 32)
    var scales: [Float] = [0, 0]
    values.withUnsafeBufferPointer { values in
      target.withUnsafeMutableBufferPointer { target in
        var shape = r2_quantization(
          tiles: 2, positions: 1, segments: 1, blocks: Int32(blocks), frames: 1,
          is_signed: isSigned ? 1 : 0)
        var from = r2_transformed(
          base: UnsafeMutablePointer(mutating: values.baseAddress), position: blocks * 16,
          segment: blocks * 16, chunk: 16, frame: 16, tile: blocks * 16)
        var to = r2_transformed(
          base: target.baseAddress, position: chunks * 32, segment: chunks * 32, chunk: 32, frame: 32,
          tile: 16)
        operands.quantize(&shape, &from, &to, &scales)
      }
    }
    return (target.withUnsafeBytes { Array($0) }, scales)
  }

  /// Byte of channel `channel` of tile `tile`: four blocks are interleaved, fewer lie one behind the other.
  private func byte(_ channel: Int, _ tile: Int, blocks: Int) -> Int {
    let (block, lane) = (channel / 16, channel % 16)
    let line = block / 4 * 128 + tile * 64
    return block / 4 * 4 + 4 <= blocks ? line + lane * 4 + block % 4 : line + block % 4 * 16 + lane
  }

  @Test(
    "Values become the nearest integers, by a scale that their largest gives", arguments: tables,
    [(1, true), (4, true), (5, true), (7, false), (8, false), (1, false)] as [(Int, Bool)])
  func quantizes(table: Table, shape: (blocks: Int, isSigned: Bool)) throws {
    let (blocks, isSigned) = shape
    let all = Formula.uniform("values", blocks * 32).map { Float($0) * 3 }
    let values = isSigned ? all : all.map(abs)
    let (bytes, scales) = try quantized(values, blocks: blocks, isSigned: isSigned, by: table)
    let (limit, offset) = isSigned ? (Float(table.half - 1), table.half) : (Float(table.largest), 0)
    for tile in 0..<2 {
      let own = (0..<blocks * 16).map { values[tile * blocks * 16 + $0] }
      let largest = own.map(abs).max() ?? 0
      #expect(abs(scales[tile] - largest / limit) <= largest * 1e-8)
      for (channel, value) in own.enumerated() {
        let exact = Double(value) * Double(limit / largest) + Double(offset)
        let got = Double(bytes[byte(channel, tile, blocks: blocks)])
        #expect(abs(got - exact) <= 0.500001, "channel \(channel) of tile \(tile)")
      }
    }
    let scalar = try quantized(values, blocks: blocks, isSigned: isSigned, by: Self.tables[0])
    let hasAllBits = table.largest == Self.tables[0].largest
    #expect(!hasAllBits || bytes == scalar.bytes && scales == scalar.scales, "not what plain C makes of it")
  }

  @Test(
    "A tile that is not finite makes its products NaN, a tile of zeros makes them zero", arguments: tables,
    [Float.nan, -.nan, .infinity, -.infinity, 0, Float(bitPattern: 0x116C2)])
  func extremes(table: Table, value: Float) throws {
    var values = [Float](repeating: value.isFinite ? 0 : 1, count: 5 * 32)
    values[5 * 16 + 4 * 16 + 9] = value
    let (bytes, scales) = try quantized(values, blocks: 5, isSigned: true, by: table)
    if value.isFinite {
      #expect(scales == [0, 0])
      #expect((0..<80).allSatisfy { Int32(bytes[byte($0, 1, blocks: 5)]) == table.half })
    } else {
      #expect(scales[0].isFinite && scales[0] > 0 && scales[1].isNaN)
    }
  }
}
