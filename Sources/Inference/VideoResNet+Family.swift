/// The networks of arXiv 1711.11248 by name, as torchvision and the authors define them.
extension VideoResNet {
  /// Middle width of a (2+1)D convolution from i to o channels that has as many parameters as the 3D one (section 3.5).
  package static func midWidth(_ i: Int, _ o: Int) -> Int { 27 * i * o / (9 * i + 3 * o) }

  package static let names = ["r2plus1d_18", "r3d_18", "mc3_18"]

  /// The network called `name`, or nil where the family has none of that name.
  package init?(named name: String, classes: Int = 400) {
    let widths = [64, 64, 128, 256, 512]
    let depths = [2, 2, 2, 2]
    switch name {
    case "r2plus1d_18":
      // torchvision takes one middle width a block, from the block's input, for both of its convolutions
      self.init(
        stem: .r2Plus1D(mid: 45), kinds: Array(repeating: .conv2Plus1D, count: 4), depths: depths,
        widths: widths,
        classes: classes
      ) { layer, block, _ in Self.midWidth(widths[block == 0 ? layer - 1 : layer], widths[layer]) }
    case "r3d_18":
      self.init(
        stem: .basic(frames: 3, padding: 1), kinds: Array(repeating: .conv3D, count: 4), depths: depths,
        widths: widths, classes: classes
      ) { _, _, _ in 0 }
    case "mc3_18":
      self.init(
        stem: .basic(frames: 3, padding: 1), kinds: [.conv3D, .conv2D, .conv2D, .conv2D], depths: depths,
        widths: widths, classes: classes
      ) { _, _, _ in 0 }
    default:
      return nil
    }
  }

  /// Name in the paper's manner: kind and number of layers, r2plus1d_18 …
  package var name: String {
    let layers = stem.isEmpty ? 0 : 2 + 2 * blocks.count
    let threeD = kinds.firstIndex(of: .conv3D)
    let kind: String
    switch stemKind {
    case .r2Plus1D: kind = "r2plus1d"
    case .basic(let frames, let padding):
      if kinds.allSatisfy({ $0 == .conv3D }) {
        kind = frames == 1 ? "rmc2" : "r3d"
      } else if kinds.contains(.conv2Plus1D) {
        kind = "r2plus1d"
      } else if threeD == nil {
        kind = frames == 1 ? "f_r2d" : padding == 0 ? "r2d" : "mc2"
      } else if threeD == 0 {
        kind = "mc\((kinds.firstIndex(of: .conv2D) ?? 4) + 2)"
      } else {
        kind = "rmc\((threeD ?? 0) + 2)"
      }
    }
    return "\(kind)_\(layers)"
  }
}
