/// Reading the network off the tensors of a checkpoint: kinds, depths and widths come from their names and
/// shapes.
extension VideoResNet {
  /// The network that tensors of these shapes belong to, or nil where they are not a video ResNet's.
  ///
  /// Shapes of single tensors may still be off: compare with ``tensors``.
  package init?(shapes: [String: [Int]]) {
    func weight(_ name: String) -> [Int]? {
      guard let shape = shapes[name + ".weight"], shape.count == 5, shape.allSatisfy({ 1...65536 ~= $0 })
      else {
        return nil
      }
      return shape
    }
    guard let first = weight("stem.0"), first[2] <= Self.longestStem, let fc = shapes["fc.weight"],
      fc.count == 2, 1...1_000_000 ~= fc[0]
    else {
      return nil
    }
    let stemKind: StemKind
    var widths: [Int]
    if let second = weight("stem.3") {
      stemKind = .r2Plus1D(mid: first[0])
      widths = [second[0]]
    } else {
      stemKind = .basic(frames: first[2], padding: first[2] == 3 ? 1 : 0)
      widths = [first[0]]
    }
    var kinds: [BlockKind] = []
    var depths: [Int] = []
    for layer in 1...4 {
      let depth = (0..<256).prefix { shapes.keys.contains("layer\(layer).\($0).conv2.1.weight") }.count
      let name = "layer\(layer).0.conv2.0"
      guard depth > 0 else { return nil }
      depths.append(depth)
      if let temporal = weight(name + ".3") {
        kinds.append(.conv2Plus1D)
        widths.append(temporal[0])
      } else if let whole = weight(name) {
        kinds.append(whole[2] == 3 ? .conv3D : .conv2D)
        widths.append(whole[0])
      } else {
        return nil
      }
    }
    self.init(stem: stemKind, kinds: kinds, depths: depths, widths: widths, classes: fc[0]) {
      layer, block, conv in
      weight("layer\(layer).\(block).conv\(conv).0.0")?[0]
        ?? Self.midWidth(widths[block == 0 ? layer - 1 : layer], widths[layer])
    }
  }

  /// Frames that a stem looks at, at most: a whole clip in R2D, twice the longest that anyone trained.
  private static let longestStem = 64
}
