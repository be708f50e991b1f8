import CKernels

/// What a forward of a network on windows of one length does, step by step, with every algorithm chosen and
/// every activation's place known.
struct Plan: Sendable {
  /// One or two convolutions run as one, and the buffers they read and write.
  struct Step: Sendable {
    let name: String
    let first: PlannedConv
    let second: PlannedConv?  // temporal, in strips with `first`
    let input: Int
    let output: Int
    let residual: Int?

    var last: PlannedConv { second ?? first }
  }

  /// Activations of a step for all windows; `offset` in the arena.
  struct Buffer: Sendable {
    var floats: Int
    var firstStep: Int
    var lastStep: Int
    var offset = 0
  }

  let network: VideoResNet
  let frames: Int
  let windows: Int
  private(set) var steps: [Step] = []
  private(set) var buffers: [Buffer] = []
  private(set) var activationFloats = 0
  private(set) var threadFloats = 0
  private(set) var sharedFloats = 0

  /// - Parameters:
  ///   - frames: samples in a window.
  ///   - windows: most windows in one call.
  init(_ network: VideoResNet, frames: Int, windows: Int, precision: PrecisionPolicy) throws(ModelError) {
    self.network = network
    self.frames = frames
    self.windows = windows
    try addSteps(network.operations(frames: frames), precision)
    placeBuffers()
    for step in steps {
      let own =
        step.second.map { r2_conv_fused_floats(step.first.kernel, $0.kernel) }
        ?? r2_conv_thread_floats(step.first.kernel)
      threadFloats = max(threadFloats, (Int(own) + 15) & ~15)
      sharedFloats = max(sharedFloats, Int(r2_conv_shared_floats(step.first.kernel, Int32(windows))))
    }
  }

  var convolutions: [PlannedConv] { steps.flatMap { [$0.first] + ($0.second.map { [$0] } ?? []) } }

  // MARK: steps

  /// A convolution and the operation that asks for it.
  private typealias Planned = (conv: PlannedConv, operation: Operation, residual: Activation?)

  private mutating func addSteps(_ operations: [Operation], _ precision: PrecisionPolicy) throws(ModelError) {
    var places = [0: newBuffer(floats: 0)]  // of values; the stem's is sized below
    var module: [Planned] = []
    for operation in operations {
      guard case .convolution(let conv, let residual) = operation.kind else { continue }  // the executor's
      if operation.module != module.last?.operation.module {
        append(module, &places)
        module = []
      }
      let planned = try PlannedConv(
        conv, input: operation.input.size, windows: windows, operands: precision.operands(of: conv))
      module.append((planned, operation, residual))
    }
    append(module, &places)
    buffers[0].floats = steps[0].first.inputFloats * windows
    buffers[steps[steps.count - 1].output].lastStep = steps.count
  }

  /// Adds the steps of one convolution, or of the two of a (2+1)D one, fused where both are done by tiles.
  private mutating func append(_ module: [Planned], _ places: inout [Int: Int]) {
    if module.count == 2, Self.fuses(module[0].conv, module[1].conv) {
      append(module[0].operation.module, module[0], module[1], &places)
    } else {
      for planned in module {
        let name = module.count == 1 ? planned.operation.module : planned.conv.conv.name
        append(name, planned, nil, &places)
      }
    }
  }

  /// Large frames do not stay in the cache between two convolutions, strips of their rows do.
  private static func fuses(_ first: PlannedConv, _ second: PlannedConv) -> Bool {
    first.output.y >= 48 && r2_conv_fuses(first.kernel, second.kernel) != 0
  }

  private mutating func append(
    _ name: String, _ first: Planned, _ second: Planned?, _ places: inout [Int: Int]
  ) {
    let index = steps.count
    let last = second ?? first
    guard let input = places[first.operation.input.number] else { preconditionFailure("\(name): no input") }
    let residual = last.residual.flatMap { places[$0.number] }
    // A sum takes the place of its residual: each value is read where it is then written, and no one else
    // needs it.
    let output = residual ?? newBuffer(floats: last.conv.outputFloats * windows)
    places[last.operation.output.number] = output
    buffers[output].lastStep = index
    for buffer in [input, residual].compactMap({ $0 }) { buffers[buffer].lastStep = index }
    steps.append(
      Step(
        name: name, first: first.conv, second: second?.conv, input: input, output: output, residual: residual)
    )
  }

  private mutating func newBuffer(floats: Int) -> Int {
    buffers.append(Buffer(floats: floats, firstStep: steps.count, lastStep: steps.count))
    return buffers.count - 1
  }

  /// First fit: a buffer takes the lowest place that no buffer alive at the same time holds.
  private mutating func placeBuffers() {
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
}
