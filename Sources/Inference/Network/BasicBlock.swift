/// Two convolutions and what is added to them: the input, or its projection (torchvision's `BasicBlock`).
package struct BasicBlock: Sendable {
  package let name: String  // layer1.0
  package let conv1: [ConvNorm]
  package let conv2: [ConvNorm]
  package let downsample: ConvNorm?
}

/// The three kinds of convolution that a block is made of (arXiv 1711.11248, section 3).
package enum BlockKind: Sendable, Equatable {
  case conv2D  // 1×3×3
  case conv3D  // 3×3×3
  case conv2Plus1D  // 1×3×3 to `mid`, BatchNorm, ReLU, 3×1×1

  /// How far a stride of s steps through time.
  func temporalStride(_ stride: Int) -> Int { self == .conv2D ? 1 : stride }
}

/// What comes before layer1 (torchvision's `BasicStem` and `R2Plus1dStem`).
package enum StemKind: Sendable, Equatable {
  case basic(frames: Int, padding: Int)  // frames×7×7: 3 with padding 1, 1 with none; the whole clip in R2D
  case r2Plus1D(mid: Int)  // 1×7×7 to `mid`, BatchNorm, ReLU, 3×1×1
}
