import CKernels

/// A convolution with its algorithm and, once packed, its weights: BatchNorm folded in, transformed, in the
/// kernels' order.
///
/// `Sendable` because nothing changes it once its panels are packed, before anyone else sees it.
final class PlannedConv: @unchecked Sendable {
  let conv: ConvNorm
  let input: Extent
  let output: Extent
  let algorithm: Algorithm
  let kernel: UnsafeMutablePointer<r2_conv>

  /// - Parameters:
  ///   - algorithm: nil for the one that suits the shapes.
  ///   - cache: floats of transformed input and products that should stay in one core's cache.
  init(
    _ conv: ConvNorm, input: Extent, windows: Int, operands: OperandType = .f32, algorithm: Algorithm? = nil,
    cache: Int = 180 << 10
  ) throws(ModelError) {
    self.conv = conv
    self.input = input
    output = conv.output(of: input)
    self.algorithm = algorithm ?? .choose(conv, input: input, windows: windows, operands: operands)
    let algorithm = self.algorithm
    kernel = .allocate(capacity: 1)
    kernel.initialize(to: r2_conv())
    kernel.pointee.geometry = conv.geometry
    kernel.pointee.algorithm = algorithm.kind
    kernel.pointee.frames = Int32(input.t)
    kernel.pointee.height = Int32(input.y)
    kernel.pointee.width = Int32(input.x)
    kernel.pointee.operands = algorithm.operands.kernel
    kernel.pointee.tiling = r2_tiling(
      rows: Int32(algorithm.rows), columns: Int32(algorithm.columns), frames: Int32(algorithm.frames))
    kernel.pointee.relu = conv.relu ? 1 : 0
    kernel.pointee.by_channels = algorithm.byChannels ? 1 : 0
    let status = r2_conv_prepare(kernel)
    if status == R2_INPUT_TOO_SMALL { throw .frames(input.t, network: conv.name) }
    guard status == R2_OK else {
      preconditionFailure("\(conv.name): \(algorithm.name): \(String(cString: r2_status_text(status)))")
    }
    kernel.pointee.tile_block = Int32(tileBlock(cache))
  }

  deinit { kernel.deallocate() }

  /// Tiles a piece: as many as fit the cache with their products, in whole groups of 14 rows where that is
  /// possible.
  private func tileBlock(_ cache: Int) -> Int {
    if algorithm.byChannels { return 112 }
    let tiles = cache / (Int(r2_conv_input_floats(kernel)) + Int(kernel.pointee.positions) * 32)
    return tiles >= 14 ? min(tiles / 14 * 14, 112) : max(tiles, 7)
  }

  /// Channels padded to whole blocks of 16.
  var outputFloats: Int { Int(kernel.pointee.panels) * 16 * output.t * output.y * output.x }
  var inputBlocks: Int { Int(kernel.pointee.blocks) }
  /// Rows and columns as they lie in memory: a stem's input holds those of four phases as channels.
  var storedInput: Extent {
    algorithm.kind == R2_STEM ? Extent(input.t, (input.y + 1) / 2, (input.x + 1) / 2) : input
  }
  var inputFloats: Int { inputBlocks * 16 * storedInput.t * storedInput.y * storedInput.x }

  /// Packs panel `panel` of the weights for products by `kernels`; what BatchNorm does at inference is folded
  /// into them and the bias.
  func pack(
    _ weights: UnsafeBufferPointer<Float>, scale: [Double], bias: [Double], panel: Int,
    for kernels: UnsafePointer<r2_kernels>
  ) -> Bool {
    r2_conv_pack(kernel, kernels, weights.baseAddress, scale, bias, Int32(panel)) == R2_OK
  }
}

extension Model {
  /// BatchNorm at inference as a factor and an addend a channel: γ/√(σ² + ε) and β − μγ/√(σ² + ε).
  func foldedNorm(_ conv: ConvNorm) throws(ModelError) -> (scale: [Double], bias: [Double]) {
    let (weight, bias) = (values("\(conv.norm).weight"), values("\(conv.norm).bias"))
    let (mean, variance) = (values("\(conv.norm).running_mean"), values("\(conv.norm).running_var"))
    let scale = zip(weight, variance).map { Double($0) / (Double($1) + batchNormEpsilon).squareRoot() }
    let shift = scale.indices.map { Double(bias[$0]) - Double(mean[$0]) * scale[$0] }
    guard (scale + shift).allSatisfy(\.isFinite) else {
      throw notFinite(["weight", "bias", "running_mean", "running_var"].map { "\(conv.norm).\($0)" })
    }
    return (scale, shift)
  }
}
