/// Finds the weights of a network in a checkpoint, whatever a training script put around them or before their
/// names.
///
/// A network is where one prefix has both `stem.0.weight` and `fc.weight`. Where there is none, the choice
/// falls on the table with the most tensors, for the error to speak of.
struct WeightChoice {
  /// All that there are, the plainest first.
  let sets: [WeightSet]
  /// nil: no network.
  let chosen: WeightSet?
  let table: WeightTable
  /// The chosen tensors, without their prefix.
  let tensors: [(name: String, id: Int)]
  /// Tensors beside the chosen ones that belong to no set, under their names in the file.
  let unused: [String]

  /// A file that holds more networks than a training script has copies of one is refused.
  private static let setLimit = 64

  /// - Parameter key: which set; nil for the plainest.
  init(_ container: some WeightContainer, key: String?) throws(CheckpointError.Reason) {
    let tables = container.tables
    sets = try Self.sets(in: container)
    guard let largest = tables.max(by: { $0.tensors.count < $1.tensors.count }) else {
      throw container.emptiness
    }
    chosen =
      try key.map { [sets] (key) throws(CheckpointError.Reason) in try Self.choose(key, of: sets) }
      ?? sets.first
    guard let chosen else {
      table = largest
      tensors = largest.tensors
      unused = []
      return
    }
    let table = tables[chosen.table]
    self.table = table
    tensors = table.tensors.compactMap { name, id in
      Self.inner(name, behind: chosen.prefix).map { ($0, id) }
    }
    let prefixes = sets.filter { $0.table == chosen.table }.map(\.prefix)
    let around = container.surroundings(of: table.place)
    unused =
      tables.filter { around.contains($0.place) }.flatMap { outer in
        outer.tensors.map { Self.join(container.path(to: outer.place), $0.name) }
      }
      + table.tensors.map(\.name).filter { name in
        !prefixes.contains { Self.inner(name, behind: $0) != nil }
      }.map { Self.join(chosen.path, $0) }
  }

  /// The name that follows `prefix`, if it is one that a network's tensors have: `stem.…`, `layer1.…`,
  /// `fc.…`.
  static func inner(_ name: String, behind prefix: String) -> String? {
    guard name.utf8.starts(with: prefix.utf8) else { return nil }
    let rest = name.utf8.dropFirst(prefix.utf8.count)
    let first = rest.prefix { $0 != UInt8(ascii: ".") }
    let isLayer =
      first.starts(with: "layer".utf8) && first.count > 5
      && first.dropFirst(5).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isLayer || first.elementsEqual("stem".utf8) || first.elementsEqual("fc".utf8),
      first.count < rest.count
    else { return nil }
    return String(decoding: rest, as: UTF8.self)
  }

  private static func join(_ path: [String], _ name: String) -> String {
    (path + [name]).joined(separator: "/")
  }

  private static func sets(
    in container: some WeightContainer
  ) throws(CheckpointError.Reason) -> [WeightSet] {
    var sets: [WeightSet] = []
    for (number, table) in container.tables.enumerated() {
      func prefixes(_ names: [String], _ end: String) -> [String] {
        names.filter { $0.utf8.reversed().starts(with: end.utf8.reversed()) }
          .map { String(decoding: $0.utf8.dropLast(end.utf8.count), as: UTF8.self) }
      }
      let names = table.tensors.map(\.name)
      let (stems, classifiers) = (prefixes(names, firstName), prefixes(names, lastName))
      // One of the two is enough where the other is there and no tensor: then it is said to be none.
      let all = Set(classifiers + prefixes(table.others, lastName))
      let found =
        stems.filter(all.contains)
        + prefixes(table.others, firstName).filter(Set(classifiers).contains)
      guard !found.isEmpty else { continue }
      let averages = Set(prefixes(names, "n_averaged"))
      for prefix in found {
        let outer = prefix.hasSuffix("module.") ? String(prefix.dropLast("module.".count)) : prefix
        guard sets.count < setLimit else {
          throw .tooLarge(part: "the networks in it", found: sets.count + 1, limit: setLimit)
        }
        let paths = [container.path(to: table.place)] + container.otherPaths(to: table.place)
        let named = plainestFirst(
          paths.map { path in
            WeightSet(table: number, path: path, prefix: prefix, isAverage: averages.contains(outer))
          })
        sets.append(named[0])
        sets[sets.count - 1].otherPaths = named.dropFirst().map(\.path)
      }
    }
    markAverages(&sets)
    return plainestFirst(sets)
  }

  /// Lightning's WeightAveraging keeps the average under `state_dict` and the plain weights beside it, under
  /// `current_model_state`.
  private static func markAverages(_ sets: inout [WeightSet]) {
    for place in Set(
      sets.compactMap { set in set.path.firstIndex(of: "current_model_state").map { set.path[..<$0] } })
    {
      for index in sets.indices where sets[index].path.starts(with: place + ["state_dict"]) {
        sets[index].isAverage = true
      }
    }
  }

  private static func plainestFirst(_ sets: [WeightSet]) -> [WeightSet] {
    // In the file's order where nothing else tells them apart.
    sets.enumerated().sorted {
      WeightSet.isPlainer($0.element, $1.element)
        || (!WeightSet.isPlainer($1.element, $0.element) && $0.offset < $1.offset)
    }.map(\.element)
  }

  static let firstName = "stem.0.weight"
  static let lastName = "fc.weight"

  /// The set that `key` names: its whole name, or its keys or its prefix alone, or how either begins or ends;
  /// else any of its keys or names in them, if no other set has it.
  private static func choose(_ key: String, of sets: [WeightSet]) throws(CheckpointError.Reason) -> WeightSet
  {
    func bare(_ text: String) -> String { String(text.trimmingSuffix(while: { $0 == "." || $0 == "/" })) }
    let wanted = bare(key)
    if let set = sets.first(where: { $0.names.contains(key) }) { return set }
    if let set = sets.first(where: { $0.names.contains { bare($0) == wanted } }) { return set }
    func known() -> [String] { sets.map { quoted($0.name) } }
    guard !wanted.isEmpty else { throw .noSuchWeights(quoted(key), known: known()) }
    let readings: [(WeightSet) -> Bool] = [
      { set in
        set.paths.contains { $0.joined(separator: "/") == wanted } || bare(set.prefix) == wanted
      },
      { $0.names.contains { $0.hasPrefix(wanted + "/") || $0.hasPrefix(wanted + ".") } },
      { $0.paths.contains { $0.last == wanted } },
    ]
    for reading in readings {
      if let set = sets.first(where: reading) { return set }
    }
    let parts = wanted.split { $0 == "/" || $0 == "." }
    let fitting = sets.filter { set in
      set.names.contains { name in
        !parts.isEmpty && name.split { $0 == "/" || $0 == "." }.contains(parts)
      }
    }
    switch fitting.count {
    case 0: throw .noSuchWeights(quoted(key), known: known())
    case 1: return fitting[0]
    default: throw .severalWeights(quoted(key), fitting: fitting.map { quoted($0.name) })
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var rest = self[...]
    while let last = rest.last, predicate(last) { rest = rest.dropLast() }
    return rest
  }
}
