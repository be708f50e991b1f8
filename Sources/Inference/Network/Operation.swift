/// What flows between operations: the window, or what an operation gives.
package struct Activation: Sendable, Equatable {
  /// 0 is the window, then in the order in which they come to be.
  package let number: Int
  package let channels: Int
  package let size: Extent
}

/// One operation of a network's forward.
package struct Operation: Sendable {
  package enum Kind: Sendable {
    /// With the BatchNorm behind it; then `adding`, if anything; then a ReLU, if it has one.
    case convolution(ConvNorm, adding: Activation?)
    /// The average over time and space.
    case pool
    /// Fully connected: `fc.weight`, `fc.bias`.
    case linear
  }

  package let kind: Kind
  /// The part of the network that it belongs to, as PyTorch names it: `layer1.0.conv1` is one convolution, or
  /// two.
  package let module: String
  package let input: Activation
  package let output: Activation

  /// Multiply-adds of one window, done directly; those of convolutions and of the classifier count.
  package var multiplyAdds: Int {
    switch kind {
    case .convolution(let conv, _): conv.multiplyAdds(of: input.size)
    case .pool: 0
    case .linear: input.channels * output.channels
    }
  }
}

/// Operations in the order in which a forward does them, as it asks for them.
struct OperationList {
  private(set) var operations: [Operation] = []
  private let network: String
  private let frames: Int

  init(_ network: VideoResNet, frames: Int) {
    (self.network, self.frames) = (network.name, frames)
  }

  /// The convolutions of `module` one after the other, `residual` added to what the last one gives.
  mutating func convolutions(
    _ convolutions: [ConvNorm], of input: Activation, adding residual: Activation? = nil, _ module: String
  ) throws(ModelError) -> Activation {
    var x = input
    for (index, conv) in convolutions.enumerated() {
      guard x.size.t + 2 * conv.padding.t >= conv.kernel.t else { throw .frames(frames, network: network) }
      let isLast = index == convolutions.count - 1
      x = append(
        .convolution(conv, adding: isLast ? residual : nil), module, of: x, channels: conv.outChannels,
        size: conv.output(of: x.size))
    }
    return x
  }

  mutating func pool(_ input: Activation) -> Activation {
    append(.pool, "avgpool", of: input, channels: input.channels, size: Extent(1, 1, 1))
  }

  mutating func linear(_ input: Activation, outputs: Int) -> Activation {
    append(.linear, "fc", of: input, channels: outputs, size: Extent(1, 1, 1))
  }

  private mutating func append(
    _ kind: Operation.Kind, _ module: String, of input: Activation, channels: Int, size: Extent
  ) -> Activation {
    let output = Activation(number: operations.count + 1, channels: channels, size: size)
    operations.append(Operation(kind: kind, module: module, input: input, output: output))
    return output
  }
}
