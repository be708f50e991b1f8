/// A video ResNet: stem, four layers of basic blocks, global average pool, fully connected (torchvision's
/// `VideoResNet`).
package struct VideoResNet: Sendable {
  package let stem: [ConvNorm]
  package let layers: [[BasicBlock]]
  package let classes: Int
  /// Rows and columns of a sample.
  package let sampleSide: Int
  package let stemKind: StemKind
  package let kinds: [BlockKind]

  /// Channels after the last layer.
  package var features: Int { layers[3].last?.conv2.last?.outChannels ?? 0 }
  package var blocks: [BasicBlock] { layers.flatMap { $0 } }

  /// - Parameters:
  ///   - kinds: the kind of convolution of layer1 … layer4.
  ///   - depths: basic blocks of each layer.
  ///   - widths: channels after the stem and after each layer, five values.
  ///   - mids: channels between the two halves of a (2+1)D convolution, given the layer (1 … 4), the block
  ///     and the convolution (1 or 2).
  package init(
    stem kind: StemKind, kinds: [BlockKind], depths: [Int], widths: [Int], classes: Int,
    sampleSide: Int = Sample.side, mids: (_ layer: Int, _ block: Int, _ conv: Int) -> Int
  ) {
    stemKind = kind
    self.kinds = kinds
    self.classes = classes
    self.sampleSide = sampleSide
    stem = Self.stem(kind, outChannels: widths[0])
    layers = (1...4).map { layer in
      (0..<depths[layer - 1]).map { block in
        Self.block(
          layer, block, kinds[layer - 1],
          inChannels: block == 0 ? widths[layer - 1] : widths[layer],
          outChannels: widths[layer], stride: layer > 1 && block == 0 ? 2 : 1
        ) { mids(layer, block, $0) }
      }
    }
  }

  private static func stem(_ kind: StemKind, outChannels: Int) -> [ConvNorm] {
    switch kind {
    case .basic(let frames, let padding):
      return [
        ConvNorm(
          name: "stem.0", norm: "stem.1", layer: 0, inChannels: 3, outChannels: outChannels,
          kernel: Extent(frames, 7, 7),
          stride: Extent(1, 2, 2), padding: Extent(padding, 3, 3), relu: true)
      ]
    case .r2Plus1D(let mid):
      return [
        ConvNorm(
          name: "stem.0", norm: "stem.1", layer: 0, inChannels: 3, outChannels: mid, kernel: Extent(1, 7, 7),
          stride: Extent(1, 2, 2), padding: Extent(0, 3, 3), relu: true),
        ConvNorm(
          name: "stem.3", norm: "stem.4", layer: 0, inChannels: mid, outChannels: outChannels,
          kernel: Extent(3, 1, 1),
          stride: Extent(1, 1, 1), padding: Extent(1, 0, 0), relu: true),
      ]
    }
  }

  private static func block(
    _ layer: Int, _ number: Int, _ kind: BlockKind, inChannels: Int, outChannels: Int, stride: Int,
    mid: (Int) -> Int
  ) -> BasicBlock {
    let name = "layer\(layer).\(number)"
    let projected = stride != 1 || inChannels != outChannels
    let s = kind.temporalStride(stride)
    return BasicBlock(
      name: name,
      conv1: convolution("\(name).conv1", layer, kind, inChannels, outChannels, mid: mid(1), stride: stride),
      conv2: convolution("\(name).conv2", layer, kind, outChannels, outChannels, mid: mid(2), stride: 1),
      downsample: projected
        ? ConvNorm(
          name: "\(name).downsample.0", norm: "\(name).downsample.1", layer: layer, inChannels: inChannels,
          outChannels: outChannels, kernel: Extent(1, 1, 1), stride: Extent(s, stride, stride),
          padding: Extent(0, 0, 0), relu: false)
        : nil)
  }

  private static func convolution(
    _ name: String, _ layer: Int, _ kind: BlockKind, _ inChannels: Int, _ outChannels: Int, mid: Int,
    stride s: Int
  ) -> [ConvNorm] {
    switch kind {
    case .conv2D:
      [
        ConvNorm(
          name: "\(name).0", norm: "\(name).1", layer: layer, inChannels: inChannels,
          outChannels: outChannels,
          kernel: Extent(1, 3, 3), stride: Extent(1, s, s), padding: Extent(0, 1, 1), relu: true)
      ]
    case .conv3D:
      [
        ConvNorm(
          name: "\(name).0", norm: "\(name).1", layer: layer, inChannels: inChannels,
          outChannels: outChannels,
          kernel: Extent(3, 3, 3), stride: Extent(s, s, s), padding: Extent(1, 1, 1), relu: true)
      ]
    case .conv2Plus1D:
      [
        ConvNorm(
          name: "\(name).0.0", norm: "\(name).0.1", layer: layer, inChannels: inChannels, outChannels: mid,
          kernel: Extent(1, 3, 3), stride: Extent(1, s, s), padding: Extent(0, 1, 1), relu: true),
        ConvNorm(
          name: "\(name).0.3", norm: "\(name).1", layer: layer, inChannels: mid, outChannels: outChannels,
          kernel: Extent(3, 1, 1), stride: Extent(s, 1, 1), padding: Extent(1, 0, 0), relu: true),
      ]
    }
  }

  /// Every convolution, in the order of the checkpoint.
  package var convolutions: [ConvNorm] {
    stem + blocks.flatMap { $0.conv1 + $0.conv2 + ($0.downsample.map { [$0] } ?? []) }
  }

  /// Every tensor with weights or statistics and its shape, in the order of the checkpoint.
  package var tensors: [(name: String, shape: [Int])] {
    let norms = ["weight", "bias", "running_mean", "running_var"]
    return convolutions.flatMap { conv in
      [("\(conv.name).weight", conv.weightShape)] + norms.map { ("\(conv.norm).\($0)", [conv.outChannels]) }
    } + [("fc.weight", [classes, features]), ("fc.bias", [classes])]
  }

  /// Trained parameters; BatchNorm's running statistics are none.
  package var parameterCount: Int {
    tensors.filter { !$0.name.contains("running_") }.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }
}
