/// Size, step or border of a convolution along time, rows and columns.
package struct Extent: Sendable, Equatable {
  package var t: Int
  package var y: Int
  package var x: Int

  package init(_ t: Int, _ y: Int, _ x: Int) { (self.t, self.y, self.x) = (t, y, x) }
}

/// A convolution without bias, the BatchNorm after it, and whether a ReLU follows both, and what is added to
/// them.
package struct ConvNorm: Sendable {
  package let name: String  // the checkpoint has `name.weight` [out, in, t, y, x]
  package let norm: String  // and `norm.weight`, `.bias`, `.running_mean`, `.running_var` [out]
  package let layer: Int  // where it stands: 0 in the stem, 1 … 4 in layer1 … layer4
  package let inChannels: Int
  package let outChannels: Int
  package let kernel: Extent
  package let stride: Extent
  package let padding: Extent
  package let relu: Bool

  package var weightShape: [Int] { [outChannels, inChannels, kernel.t, kernel.y, kernel.x] }

  /// Frames, rows and columns that come out of a clip of `input`.
  package func output(of input: Extent) -> Extent {
    Extent(
      (input.t + 2 * padding.t - kernel.t) / stride.t + 1,
      (input.y + 2 * padding.y - kernel.y) / stride.y + 1,
      (input.x + 2 * padding.x - kernel.x) / stride.x + 1)
  }

  /// Multiply-adds of one clip, done directly.
  package func multiplyAdds(of input: Extent) -> Int {
    let o = output(of: input)
    return o.t * o.y * o.x * weightShape.reduce(1, *)
  }
}
