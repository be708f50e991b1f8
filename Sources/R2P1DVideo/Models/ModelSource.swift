/// Which network to use, as a user names it.
public enum ModelSource: Sendable, Equatable {
  /// A published model, or a checkpoint in one of the model folders, by its name.
  case named(String)
  /// A checkpoint.
  case file(BytePath)
  /// An architecture with seeded random weights: its labels mean nothing, its speed is the real one.
  case random(String, seed: UInt64)

  /// Reads what follows `--model`: an existing file, folder or a path with a slash, `random:NAME[:SEED]`, or
  /// a name. Nil if a seed is not a whole number from 0 to 2⁶⁴ − 1.
  public init?(_ argument: BytePath) {
    let text = argument.string
    if text.hasPrefix("random:") {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
      guard let name = parts.first, parts.count <= 2 else { return nil }
      guard let seed = parts.count == 2 ? UInt64(parts.last ?? "") : 0 else { return nil }
      self = .random(String(name), seed: seed)
    } else if argument.isFile || argument.bytes.contains(UInt8(ascii: "/")) || !argument.isUTF8 {
      self = .file(argument)
    } else if argument.isFolder, !(BuiltInModel.names + PublishedModel.all.map(\.name)).contains(text) {
      self = .file(argument)
    } else {
      self = .named(text)
    }
  }
}

extension ModelSource: CustomStringConvertible {
  /// The text that `init` reads.
  public var description: String {
    switch self {
    case .named(let name): name
    case .file(let path): path.printable
    case .random(let name, let seed): "random:\(name):\(seed)"
    }
  }
}
