import CKernels

/// How a convolution is computed, and the outputs of its Winograd tiles along rows, columns and frames (0:
/// none).
struct Algorithm: Equatable, Sendable {
  var kind: r2_algorithm
  var rows = 0
  var columns = 0
  var frames = 0
  /// What products multiply.
  var operands = OperandType.f32
  /// Threads share out output channels, so that each weight is read by one core, instead of tiles.
  var byChannels = false

  /// `F7×7` in space, `F8` in time, `direct` …
  var name: String { operands == .f32 ? shape : "\(shape) \(operands.rawValue)" }

  private var shape: String {
    switch kind {
    case R2_SPATIAL: "F\(rows)×\(columns)"
    case R2_STEM, R2_POLYPHASE: "phases F\(rows)×\(columns)"
    case R2_TEMPORAL: frames == 2 ? "Toeplitz 2" : "F\(frames) in time"
    case R2_GATHER: "direct, copied"
    default: "direct"
    }
  }
}

extension Algorithm {
  /// The algorithm for `conv` on a clip of `input`, `windows` clips at a time. Depends on shapes alone, so
  /// the same network gives the same answers whatever the threads.
  static func choose(_ conv: ConvNorm, input: Extent, windows: Int, operands: OperandType) -> Algorithm {
    let output = conv.output(of: input)
    let positions = output.y * output.x
    // With few positions and many weights the weights are what costs: each is read by one core, once.
    let byChannels = positions <= 14 * 14 && conv.outChannels >= 128
    let square = conv.kernel.y == 3 && conv.kernel.x == 3 && conv.padding.y == 1 && conv.padding.x == 1
    if conv.inChannels == 3, conv.kernel.y == 7, conv.kernel.x == 7, conv.stride == Extent(1, 2, 2),
      conv.padding.y == 3
    {
      return Algorithm(kind: R2_STEM, rows: 4, columns: 4)
    }
    if square, conv.stride == Extent(1, 1, 1) {
      let rows = operands.spatialTile(output, windows: windows)
      return Algorithm(
        kind: R2_SPATIAL, rows: rows, columns: rows, operands: operands, byChannels: byChannels)
    }
    // Folded with temporal taps, the four phases become one sum: their channels must fill whole lines.
    let line = conv.kernel.t == 1 ? 1 : operands.channelsPerLine
    if square, conv.stride.y == 2, conv.stride.x == 2, conv.inChannels % line == 0,
      let rows = operands.phaseTile(output, foldsTaps: conv.kernel.t > 1)
    {
      return Algorithm(
        kind: R2_POLYPHASE, rows: rows, columns: rows, operands: operands, byChannels: byChannels)
    }
    if conv.kernel == Extent(3, 1, 1), conv.stride == Extent(1, 1, 1), conv.padding.t == 1,
      let frames = operands.temporalTile(output.t)
    {
      return Algorithm(
        kind: R2_TEMPORAL, frames: frames, operands: operands, byChannels: byChannels && positions <= 49)
    }
    let inPlace =
      conv.kernel.y == 1 && conv.kernel.x == 1 && conv.stride.y == 1 && conv.stride.x == 1
      && conv.padding.y == 0
    return Algorithm(
      kind: inPlace && operands.isActivations ? R2_DIRECT : R2_GATHER, operands: operands,
      byChannels: byChannels && positions <= 49)
  }
}

extension ConvNorm {
  var geometry: r2_geometry {
    r2_geometry(
      in_channels: Int32(inChannels), out_channels: Int32(outChannels), kernel_t: Int32(kernel.t),
      kernel_y: Int32(kernel.y), kernel_x: Int32(kernel.x), stride_t: Int32(stride.t),
      stride_y: Int32(stride.y),
      stride_x: Int32(stride.x), pad_t: Int32(padding.t), pad_y: Int32(padding.y), pad_x: Int32(padding.x))
  }
}
