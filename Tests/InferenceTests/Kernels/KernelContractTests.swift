import CKernels
import Foundation
import Testing

@testable import Inference

/// What the kernels' tables promise, and what they refuse.
@Suite struct KernelContractTests {
  private static let all: [r2_isa] = (0..<UInt32(R2_ISAS)).map { r2_isa($0) }

  @Test("Every instruction set that is there fills every slot")
  func slots() {
    for isa in Self.all {
      guard let table = r2_kernels_of(isa)?.pointee else { continue }
      #expect(table.name != nil && table.max_panels > 0)
      #expect(table.pool != nil && table.linear != nil)
      for operands in [table.operands.0, table.operands.1, table.operands.2] {
        #expect(operands.product != nil && operands.spatial_input != nil && operands.polyphase_input != nil)
        #expect(operands.temporal_input != nil && operands.gather_input != nil)
        #expect(
          operands.spatial_output != nil && operands.temporal_output != nil && operands.direct_output != nil)
      }
    }
    #expect(r2_kernels_of(R2_SCALAR) != nil && r2_kernels_of(R2_PORTABLE) != nil)
    #expect(r2_kernels_of(r2_isa(rawValue: 99)) == nil)
  }

  struct Refusal: CustomTestStringConvertible, Sendable {
    let algorithm: r2_algorithm
    let kernel: Extent
    let stride: Extent
    let status: r2_status
    var operands = R2_F32
    var channels: Int32 = 16
    var frames: Int32 = 4
    var tile: Int32 = 4
    var columns: Int32?
    var testDescription: String { "\(algorithm.rawValue): \(String(cString: r2_status_text(status)))" }
  }

  static let one = Extent(1, 1, 1)
  static let two = Extent(1, 2, 2)
  static let square = Extent(1, 3, 3)
  static let time = Extent(3, 1, 1)
  static let refusals = [
    Refusal(algorithm: R2_SPATIAL, kernel: square, stride: one, status: R2_OK),
    Refusal(algorithm: R2_SPATIAL, kernel: Extent(9, 3, 3), stride: one, status: R2_OK),
    Refusal(algorithm: R2_SPATIAL, kernel: square, stride: two, status: R2_UNFIT_GEOMETRY),
    Refusal(algorithm: R2_SPATIAL, kernel: square, stride: one, status: R2_NO_SUCH_TRANSFORM, tile: 5),
    Refusal(algorithm: R2_SPATIAL, kernel: square, stride: one, status: R2_OK, tile: 7),
    Refusal(algorithm: R2_SPATIAL, kernel: square, stride: one, status: R2_NO_SUCH_TRANSFORM, tile: 8),
    Refusal(algorithm: R2_SPATIAL, kernel: square, stride: one, status: R2_NO_SUCH_TRANSFORM, columns: 2),
    Refusal(algorithm: R2_POLYPHASE, kernel: square, stride: one, status: R2_UNFIT_GEOMETRY),
    Refusal(algorithm: R2_POLYPHASE, kernel: square, stride: two, status: R2_NO_SUCH_TRANSFORM, tile: 6),
    Refusal(
      algorithm: R2_POLYPHASE, kernel: Extent(3, 3, 3), stride: Extent(2, 2, 2), status: R2_UNFIT_CHANNELS,
      channels: 17),
    Refusal(
      algorithm: R2_POLYPHASE, kernel: Extent(3, 3, 3), stride: Extent(2, 2, 2), status: R2_UNFIT_CHANNELS,
      operands: R2_BF16),
    Refusal(algorithm: R2_TEMPORAL, kernel: time, stride: Extent(2, 1, 1), status: R2_UNFIT_GEOMETRY),
    Refusal(algorithm: R2_TEMPORAL, kernel: time, stride: one, status: R2_NO_SUCH_TRANSFORM, tile: 3),
    Refusal(algorithm: R2_DIRECT, kernel: square, stride: one, status: R2_UNFIT_GEOMETRY),
    Refusal(algorithm: R2_DIRECT, kernel: time, stride: one, status: R2_UNFIT_OPERANDS, operands: R2_BF16),
    Refusal(algorithm: R2_STEM, kernel: Extent(1, 7, 7), stride: two, status: R2_UNFIT_GEOMETRY),
    // 32 bits hold the sums of 44,150 products
    Refusal(
      algorithm: R2_GATHER, kernel: square, stride: one, status: R2_OK, operands: R2_INT8, channels: 4896),
    Refusal(
      algorithm: R2_GATHER, kernel: square, stride: one, status: R2_UNFIT_CHANNELS, operands: R2_INT8,
      channels: 4912),
    Refusal(
      algorithm: R2_STEM, kernel: Extent(1, 7, 7), stride: two, status: R2_UNFIT_OPERANDS, operands: R2_BF16),
    Refusal(
      algorithm: R2_STEM, kernel: Extent(1, 5, 5), stride: two, status: R2_UNFIT_GEOMETRY, channels: 3),
    Refusal(
      algorithm: R2_STEM, kernel: Extent(1, 7, 7), stride: one, status: R2_UNFIT_GEOMETRY, channels: 3),
    Refusal(
      algorithm: R2_STEM, kernel: Extent(1, 7, 7), stride: two, status: R2_NO_SUCH_TRANSFORM, channels: 3,
      tile: 7),
    Refusal(
      algorithm: R2_GATHER, kernel: Extent(7, 1, 1), stride: one, status: R2_INPUT_TOO_SMALL, frames: 0),
    Refusal(algorithm: r2_algorithm(rawValue: 99), kernel: one, stride: one, status: R2_UNFIT_GEOMETRY),
  ]

  @Test("A convolution that an algorithm cannot do is refused with the reason", arguments: refusals)
  func refuses(_ refusal: Refusal) {
    var conv = r2_conv()
    conv.geometry = r2_geometry(
      in_channels: refusal.channels, out_channels: 16, kernel_t: Int32(refusal.kernel.t),
      kernel_y: Int32(refusal.kernel.y), kernel_x: Int32(refusal.kernel.x), stride_t: Int32(refusal.stride.t),
      stride_y: Int32(refusal.stride.y), stride_x: Int32(refusal.stride.x),
      pad_t: Int32(refusal.kernel.t / 2),
      pad_y: Int32(refusal.kernel.y / 2), pad_x: Int32(refusal.kernel.x / 2))
    conv.algorithm = refusal.algorithm
    conv.operands = refusal.operands
    conv.tiling = r2_tiling(
      rows: refusal.tile, columns: refusal.columns ?? refusal.tile, frames: refusal.tile)
    (conv.frames, conv.height, conv.width) = (refusal.frames, 12, 12)
    #expect(r2_conv_prepare(&conv) == refusal.status)
  }

  @Test("A weight that is not finite is refused", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    let conv = ConvNorm(
      name: "c", norm: "n", layer: 1, inChannels: 3, outChannels: 20, kernel: Self.time, stride: Self.one,
      padding: Extent(1, 0, 0), relu: true)
    let planned = try PlannedConv(conv, input: Extent(4, 3, 3), windows: 1)
    let storage = try Arena(floats: Int(r2_conv_weight_floats(planned.kernel)))
    r2_conv_place(planned.kernel, storage.base)
    var weights = [Float](repeating: 1, count: 3 * 20 * 3)
    let scale = [Double](repeating: 1, count: 20)
    let kernels = try #require(r2_kernels_of(R2_SCALAR))
    func packs(_ panel: Int) -> Bool {
      weights.withUnsafeBufferPointer {
        planned.pack($0, scale: scale, bias: scale, panel: panel, for: kernels)
      }
    }
    #expect(packs(0) && packs(1))
    weights[3 * 3 * 17] = value
    #expect(packs(0) && !packs(1))
  }

  #if DEBUG
    static let isDebug = true
  #else
    static let isDebug = false
  #endif

  @Test(
    "A kernel called against its preconditions stops a debug build",
    .enabled(if: isDebug, "release builds leave the checks out"))
  func preconditions() async {
    await #expect(processExitsWith: .signal(SIGABRT)) {
      var nothing = r2_product()
      r2_kernels_product(r2_kernels_of(R2_PORTABLE), R2_F32, &nothing)
    }
  }
}
