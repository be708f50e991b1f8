/// One network's weights in a checkpoint: where they are, and what stands before their names.
struct WeightSet {
  let table: Int
  /// `module.` of DataParallel, `_orig_mod.` of torch.compile, `model.` of Lightning …; empty in a plain
  /// state dict.
  let prefix: String
  let path: [String]
  /// Other paths to them.
  var otherPaths: [[String]] = []
  /// Whether they are a running average of others, or a teacher that follows a student.
  var isAverage: Bool
  /// Whether they are numbers that an optimizer keeps for each weight.
  let isOptimizers: Bool

  /// As a user names it: the keys with slashes between, then the prefix; `.` for the names of the file
  /// themselves.
  var name: String { name(path) }

  /// All that they are called, the plainest first.
  var names: [String] { paths.map(name) }

  var paths: [[String]] { [path] + otherPaths }

  private func name(_ path: [String]) -> String {
    let name = path.map { $0 + "/" }.joined() + prefix
    return name.isEmpty ? "." : prefix.isEmpty ? String(name.dropLast()) : name
  }

  init(table: Int, path: [String], prefix: String, isAverage: Bool) {
    self.table = table
    self.prefix = prefix
    self.path = path
    let words = (path + [prefix]).flatMap(Self.words)
    self.isAverage = isAverage || words.contains(where: Self.meansAverage) || Self.areKeys(words)
    isOptimizers = words.contains(where: Self.optimizers.contains)
  }

  /// The plain ones first: no optimizer's, no average, the shortest name.
  static func isPlainer(_ first: WeightSet, _ second: WeightSet) -> Bool {
    first.rank < second.rank
  }

  private var rank: (Int, Int, Int) {
    (isOptimizers ? 1 : 0, isAverage ? 1 : 0, name == "." ? 0 : name.unicodeScalars.count)
  }

  /// `teacherNet.ema_model` as teacher, net, ema, model.
  private static func words(_ name: String) -> [String] {
    var words: [String] = []
    var word = ""
    for character in name.unicodeScalars {
      let isLetter = character.properties.isAlphabetic
      if !isLetter || character.properties.isUppercase,
        word.unicodeScalars.last?.properties.isLowercase ?? !isLetter
      {
        words.append(word.lowercased())
        word = ""
      }
      if isLetter { word.unicodeScalars.append(character) }
    }
    return (words + [word.lowercased()]).filter { !$0.isEmpty }
  }

  /// Whether it is the encoder of the keys (MoCo's `encoder_k`), which follows that of the queries.
  private static func areKeys(_ words: [String]) -> Bool {
    zip(words, words.dropFirst()).contains { first, second in
      ["k", "key", "keys"].contains(first) && encoders.contains(second)
        || ["k", "key", "keys"].contains(second) && encoders.contains(first)
    }
  }

  private static func meansAverage(_ word: String) -> Bool {
    averages.contains(word) || (word.hasPrefix("ema") && word.count <= 12)
      || (word.hasSuffix("ema") && copies.contains(String(word.dropLast(3))))
  }

  /// What `modelema` begins with, and `schema` does not.
  private static let copies: Set<String> = ["model", "net", "network", "state", "weights", "params"]
  private static let encoders: Set<String> = ["encoder", "backbone", "model", "net", "network", "branch"]
  private static let averages: Set<String> = [
    "swa", "avg", "average", "averaged", "averages", "moving", "polyak", "shadow", "teacher", "target",
    "momentum",
  ]
  private static let optimizers: Set<String> = [
    "optimizer", "optimizers", "optim", "opt", "exp", "grad", "grads", "gradient", "gradients",
  ]
}
