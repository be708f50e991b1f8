import CKernels

/// What a forward of a network on windows of a given length does, step by step, with every algorithm chosen, every weight
/// packed and every activation's place known.
final class Plan {
  /// One or two convolutions run as one, and the buffers they read and write.
  struct Step {
    let name: String
    let first: PlannedConv
    let second: PlannedConv?  // temporal, in strips with `first`
    let input: Int
    let output: Int
    let residual: Int?

    var last: PlannedConv { second ?? first }
  }

  /// Activations of a step for all windows; `offset` in the arena.
  struct Buffer {
    var floats: Int
    var firstStep: Int
    var lastStep: Int
    var offset = 0
  }

  let network: VideoResNet
  let frames: Int
  let windows: Int
  let kernels: UnsafePointer<r2_kernels>
  let precision: Precision
  private(set) var steps: [Step] = []
  private(set) var buffers: [Buffer] = []
  let classifier: Arena  // fc.weight, then fc.bias
  private(set) var weights: Arena?
  private(set) var activationFloats = 0
  private(set) var threadFloats = 0
  private(set) var sharedFloats = 0

  /// - Parameters:
  ///   - frames: samples in a window.
  ///   - windows: most windows in one call.
  init(
    _ model: Model, frames: Int, windows: Int, precision: Precision, kernels: UnsafePointer<r2_kernels>,
    team: OpaquePointer
  ) throws(ModelError) {
    network = model.network
    self.frames = frames
    self.windows = windows
    self.precision = precision
    self.kernels = kernels
    classifier = try Arena(floats: network.classes * (network.features + 1))
    try addSteps()
    placeBuffers()
    for step in steps {
      let own =
        step.second.map { r2_conv_fused_floats(step.first.kernel, $0.kernel) }
        ?? r2_conv_thread_floats(step.first.kernel)
      threadFloats = max(threadFloats, (Int(own) + 15) & ~15)
      sharedFloats = max(sharedFloats, Int(r2_conv_shared_floats(step.first.kernel, Int32(windows))))
    }
    weights = try packWeights(of: model, team: team)
  }

  var convolutions: [PlannedConv] { steps.flatMap { [$0.first] + ($0.second.map { [$0] } ?? []) } }

  // MARK: steps

  private func addSteps() throws(ModelError) {
    var clip = Extent(frames, Sample.side, Sample.side)
    var x = newBuffer(floats: 0)  // the stem's padded input, sized below
    (x, clip) = try add(network.stem, "stem", input: x, clip: clip)
    let layout = r2_stem_layout(steps[0].first.kernel)
    let stem = steps[0].first.conv
    buffers[0].floats = (frames + 2 * stem.padding.t) * layout.frame * windows
    for block in network.blocks {
      let (inputClip, input) = (clip, x)
      let name = block.conv1[0].name.split(separator: ".").prefix(2).joined(separator: ".")
      (x, clip) = try add(block.conv1, "\(name).conv1", input: x, clip: clip)
      var residual = input
      if let downsample = block.downsample {
        (residual, _) = try add([downsample], "\(name).downsample", input: input, clip: inputClip)
      }
      (x, clip) = try add(block.conv2, "\(name).conv2", input: x, clip: clip, residual: residual)
    }
    buffers[x].lastStep = steps.count
  }

  /// Adds the steps of one convolution, or of the two of a (2+1)D one, fused where both are done by tiles.
  private func add(
    _ convs: [ConvNorm], _ name: String, input: Int, clip: Extent, residual: Int? = nil
  ) throws(ModelError) -> (buffer: Int, clip: Extent) {
    var planned: [PlannedConv] = []
    var clip = clip
    for conv in convs {
      guard conv.padding.t * 2 + clip.t >= conv.kernel.t else { throw .frames(frames, network: network.name) }
      planned.append(
        try PlannedConv(conv, input: clip, windows: windows, operands: precision.operands(of: conv)))
      clip = planned[planned.count - 1].output
    }
    if planned.count == 2, Self.fuses(planned[0], planned[1]) {
      return (append(name, planned[0], planned[1], input: input, residual: residual), clip)
    }
    var x = input
    for (i, conv) in planned.enumerated() {
      let isLast = i == planned.count - 1
      x = append(
        planned.count == 1 ? name : conv.conv.name, conv, nil, input: x, residual: isLast ? residual : nil)
    }
    return (x, clip)
  }

  /// Large frames do not stay in the cache between two convolutions, strips of their rows do.
  private static func fuses(_ first: PlannedConv, _ second: PlannedConv) -> Bool {
    first.output.y >= 48 && r2_conv_fuses(first.kernel, second.kernel) != 0
  }

  private func append(
    _ name: String, _ first: PlannedConv, _ second: PlannedConv?, input: Int, residual: Int?
  ) -> Int {
    let index = steps.count
    // A sum takes the place of its residual: each value is read where it is then written, and no one else needs it.
    let output = residual ?? newBuffer(floats: (second ?? first).outputFloats * windows)
    buffers[output].lastStep = index
    for buffer in [input, residual].compactMap({ $0 }) { buffers[buffer].lastStep = index }
    steps.append(
      Step(name: name, first: first, second: second, input: input, output: output, residual: residual))
    return output
  }

  private func newBuffer(floats: Int) -> Int {
    buffers.append(Buffer(floats: floats, firstStep: steps.count, lastStep: steps.count))
    return buffers.count - 1
  }

  /// First fit: a buffer takes the lowest place that no buffer alive at the same time holds.
  private func placeBuffers() {
    for i in buffers.indices {
      let rivals = buffers[..<i].filter {
        $0.lastStep >= buffers[i].firstStep && $0.firstStep <= buffers[i].lastStep
      }
      .sorted { $0.offset < $1.offset }
      var offset = 0
      for rival in rivals where offset + buffers[i].floats > rival.offset {
        offset = max(offset, (rival.offset + rival.floats + 15) & ~15)
      }
      buffers[i].offset = offset
      activationFloats = max(activationFloats, offset + buffers[i].floats)
    }
  }

  // MARK: weights

  private func packWeights(of model: Model, team: OpaquePointer) throws(ModelError) -> Arena {
    let sizes = convolutions.map { (Int(r2_conv_weight_floats($0.kernel)) + 15) & ~15 }
    let arena = try Arena(floats: sizes.reduce(0, +))
    var place = arena.base
    for (conv, size) in zip(convolutions, sizes) {
      r2_conv_place(conv.kernel, place)
      place += size
      let norm = try model.foldedNorm(conv.conv)
      let name = "\(conv.conv.name).weight"
      let finite = model.withTensor(name) { weights in
        Team.run(team, Int(conv.kernel.pointee.panels)) { panel, _ in
          conv.pack(weights, scale: norm.scale, bias: norm.bias, panel: panel)
        }
      }
      guard finite else { throw model.notFinite([name]) }
      model.release(name)
    }
    var at = classifier.base
    for name in ["fc.weight", "fc.bias"] {
      let finite = model.withTensor(name) { values in
        at.update(from: values.baseAddress ?? UnsafePointer(at), count: values.count)
        at += values.count
        return values.allSatisfy(\.isFinite)
      }
      guard finite else { throw model.notFinite([name]) }
    }
    return arena
  }
}
