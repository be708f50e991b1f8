/// The networks of arXiv 1711.11248 by name, as the paper, its authors' code and torchvision define them.
extension VideoResNet {
  /// Middle width of a (2+1)D convolution from i to o channels that has as many parameters as the 3D one
  /// (section 3.5).
  package static func midWidth(_ i: Int, _ o: Int) -> Int { 27 * i * o / (9 * i + 3 * o) }

  /// Every name that ``init(named:classes:)`` knows.
  package static let names =
    family.map { "\($0.name)_18" } + ["r3d_34", "r2plus1d_34"]

  /// Stem and the kinds of layer1 … layer4 (table 1 of the paper); 2D from group X on in mcX, 3D from group X
  /// on in rmcX, where the stem is group 1 and layer1 group 2.
  private static let family: [(name: String, stem: StemKind, kinds: [BlockKind])] = [
    ("r2d", .basic(frames: 16, padding: 0), kinds(threeD: [])),
    ("f_r2d", .basic(frames: 1, padding: 0), kinds(threeD: [])),
    ("mc2", .basic(frames: 3, padding: 1), kinds(threeD: [])),
    ("mc3", .basic(frames: 3, padding: 1), kinds(threeD: [1])),
    ("mc4", .basic(frames: 3, padding: 1), kinds(threeD: [1, 2])),
    ("mc5", .basic(frames: 3, padding: 1), kinds(threeD: [1, 2, 3])),
    ("rmc2", .basic(frames: 1, padding: 0), kinds(threeD: [1, 2, 3, 4])),
    ("rmc3", .basic(frames: 1, padding: 0), kinds(threeD: [2, 3, 4])),
    ("rmc4", .basic(frames: 1, padding: 0), kinds(threeD: [3, 4])),
    ("rmc5", .basic(frames: 1, padding: 0), kinds(threeD: [4])),
    ("r3d", .basic(frames: 3, padding: 1), kinds(threeD: [1, 2, 3, 4])),
    ("r2plus1d", .r2Plus1D(mid: 45), Array(repeating: .conv2Plus1D, count: 4)),
  ]

  private static func kinds(threeD layers: Set<Int>) -> [BlockKind] {
    (1...4).map { layers.contains($0) ? .conv3D : .conv2D }
  }

  /// The network called `name`, r2plus1d_18 …, or nil where the family has none of that name.
  ///
  /// Middle widths: torchvision's r2plus1d_18 takes one a block, from the block's input; the authors'
  /// r2plus1d_34 one a convolution.
  package init?(named name: String, classes: Int = 400) {
    guard Self.names.contains(name), let separator = name.lastIndex(of: "_"),
      let member = Self.family.first(where: { $0.name == name[..<separator] })
    else { return nil }
    let isDeep = name.hasSuffix("_34")
    let widths = [64, 64, 128, 256, 512]
    self.init(
      stem: member.stem, kinds: member.kinds, depths: isDeep ? [3, 4, 6, 3] : [2, 2, 2, 2], widths: widths,
      classes: classes
    ) { layer, block, conv in
      let isFirst = block == 0 && (conv == 1 || !isDeep)
      return Self.midWidth(widths[isFirst ? layer - 1 : layer], widths[layer])
    }
  }

  /// Name in the paper's manner: kind and number of layers, r2plus1d_18 …
  package var name: String {
    let kind: String
    if case .r2Plus1D = stemKind {
      kind = "r2plus1d"
    } else {
      kind =
        Self.family.first { $0.kinds == kinds && Self.isAlike($0.stem, stemKind) }?.name ?? "video_resnet"
    }
    return "\(kind)_\(2 + 2 * blocks.count)"
  }

  /// Stems are alike if they look through time alike: at one frame, three with a border, or the whole clip.
  private static func isAlike(_ a: StemKind, _ b: StemKind) -> Bool {
    switch (a, b) {
    case (.basic(let f, let p), .basic(let g, let q)): p == q && (f == 1) == (g == 1)
    case (.r2Plus1D, .r2Plus1D): true
    default: false
    }
  }
}
