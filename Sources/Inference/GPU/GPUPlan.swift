/// Where the activations of a forward lie on a GPU: in a few slots that those take turns in which are not
/// needed at the same time.
struct GPUPlan: Sendable {
  let operations: [Operation]
  let frames: Int
  let sampleSide: Int
  /// To whole groups of so many channels all are padded.
  let channelStep: Int
  /// The slot of each activation that a convolution reads or writes, by its number.
  private(set) var slots: [Int: Int] = [:]
  /// Values of one window that a slot holds.
  private(set) var slotCounts: [Int] = []

  init(_ network: VideoResNet, frames: Int, channelStep: Int = 4) throws(ModelError) {
    (operations, self.frames) = (try network.operations(frames: frames), frames)
    (sampleSide, self.channelStep) = (network.sampleSide, channelStep)
    var lastUses: [Int: Int] = [:]
    for operation in operations {
      for input in operation.inputs { lastUses[input.number] = operation.output.number }
    }
    guard let first = operations.first else { return }
    place(first.input, while: [])
    var living = [first.input.number]
    for operation in operations {
      guard case .convolution = operation.kind else { continue }
      place(operation.output, while: living)
      living.append(operation.output.number)
      living.removeAll {
        lastUses[$0, default: 0] <= operation.output.number && $0 != operation.output.number
      }
    }
  }

  /// What makes a window's features, and its logits.
  var last: (pool: Operation, linear: Operation) {
    (operations[operations.count - 2], operations[operations.count - 1])
  }

  /// Gives an activation the slot that grows least of those that no living one holds.
  private mutating func place(_ activation: Activation, while living: [Int]) {
    let count = paddedCount(activation)
    let taken = Set(living.compactMap { slots[$0] })
    let free = slotCounts.indices.filter { !taken.contains($0) }
    func growth(_ slot: Int) -> (Int, Int) { (max(count - slotCounts[slot], 0), slotCounts[slot]) }
    if let slot = free.min(by: { growth($0) < growth($1) }) {
      slotCounts[slot] = max(slotCounts[slot], count)
      slots[activation.number] = slot
    } else {
      slots[activation.number] = slotCounts.count
      slotCounts.append(count)
    }
  }

  /// Most windows at once that buffers of so many bytes hold; 0 where not even one fits.
  func windows(bindingBytes: Int, elementBytes: Int) -> Int {
    let largest = (slotCounts.max() ?? 1) * elementBytes
    let samples = frames * 3 * sampleSide * sampleSide
    return bindingBytes / max(largest, samples, 1)
  }
}

extension Operation {
  /// What it reads.
  var inputs: [Activation] {
    if case .convolution(_, let residual?) = kind { return [input, residual] }
    return [input]
  }
}

extension GPUPlan {
  /// Groups of four channels, padded.
  func groups(_ activation: Activation) -> Int { activation.groups(step: channelStep) }
  /// Values with padded channels.
  func paddedCount(_ activation: Activation) -> Int { activation.positions * groups(activation) * 4 }
}

extension Activation {
  /// Groups of four channels, padded to whole steps of so many channels.
  func groups(step: Int) -> Int { (channels + step - 1) / step * (step / 4) }
  var positions: Int { size.t * size.y * size.x }
}
