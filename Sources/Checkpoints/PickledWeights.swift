/// What the pickle of torch.save holds: the tensors that dicts name, wherever in it those are, and the values
/// beside.
struct PickledWeights {
  let tables: [WeightTable]
  let heap: PickleHeap
  /// The pickle's, which texts are ranges of.
  let bytes: UnsafeRawBufferPointer
  private let root: PickleValue
  private let places: [Place]
  /// Other ways to a place than its own.
  private let aliases: [Int: [Way]]
  /// Whether something was left that may hold more.
  private let isCut: Bool

  /// Dicts in dicts that are looked into.
  private static let depthLimit = 64
  /// Dicts, lists and tuples that are looked into: hundreds of times as many as a training script keeps
  /// beside the weights. The outer ones come first.
  private static let placeLimit = 1 << 16
  /// Other names that one value is known under.
  private static let aliasLimit = 16

  init(root: PickleValue, heap: PickleHeap, bytes: UnsafeRawBufferPointer) throws(CheckpointError.Reason) {
    var search = Search(heap: heap, bytes: bytes)
    try search.visit(root)
    tables = search.tables
    places = search.places
    aliases = search.aliases
    isCut = search.isCut
    self.heap = heap
    self.bytes = bytes
    self.root = root
  }

  /// Why no dict has a tensor.
  var emptiness: CheckpointError.Reason {
    if let module = heap.objects.first(where: \.isModule) {
      let type = module.type.map { " (of class \(quoted(heap.names[$0].text(bytes))))" } ?? ""
      return .wholeModel(type)
    }
    if isCut {
      return .noTensors(
        found:
          "no tensors in the first \(Self.placeLimit) dicts and lists of at most \(Self.depthLimit) levels")
    }
    guard let pairs = heap.pairs(root), !pairs.isEmpty else {
      if case .dictionary = root { return .noTensors(found: "an empty dict") }
      return .noTensors(found: heap.describe(root, bytes))
    }
    let keys = stride(from: 0, to: min(pairs.count, 6), by: 2).map { pair in
      text(pairs[pair]).map(quoted) ?? printed(pairs[pair]) ?? pairs[pair].kind
    }
    let more = pairs.count > 6 ? ", …" : ""
    return .noTensors(found: "a dict without tensors (its keys: \(keys.joined(separator: ", "))\(more))")
  }

  /// A value of the state dict itself has to be a tensor; only what a module keeps for itself may be
  /// anything.
  func refuseOthers(in table: WeightTable, behind prefix: String) throws(CheckpointError.Reason) {
    guard let pairs = heap.pairs(places[table.place].value) else { return }
    for pair in stride(from: 0, to: pairs.count - 1, by: 2) {
      if case .tensor = pairs[pair + 1] { continue }
      guard let name = text(pairs[pair]), WeightChoice.inner(name, behind: prefix) != nil,
        !name.hasSuffix("_extra_state")
      else { continue }
      throw .tensor(quoted(name), found: heap.describe(pairs[pair + 1], bytes), expected: "a tensor")
    }
  }

  func path(to place: Int) -> [String] {
    ([place] + surroundings(of: place)).dropLast().reversed().map { name(of: places[$0].way) }
  }

  /// The paths under which a place is known too, because one dict stands in several.
  func otherPaths(to place: Int) -> [[String]] {
    let chain = Array(([place] + surroundings(of: place)).dropLast())
    let rests = chain.indices.map { chain[..<$0].reversed().map { name(of: places[$0].way) } }
    let paths = zip(chain, rests).flatMap { inner, rest in
      (aliases[inner] ?? []).map { path(to: $0.parent) + [name(of: $0)] + rest }
    }
    return Array(paths.prefix(Self.aliasLimit))
  }

  /// A key as a user can type it.
  private func name(of way: Way) -> String {
    text(way.key) ?? printed(way.key) ?? "#\(way.number)"
  }

  /// As Python prints it; nil for what has no short text.
  private func printed(_ key: PickleValue, depth: Int = 0) -> String? {
    switch key {
    case .none: return "None"
    case .bool(let value): return value ? "True" : "False"
    case .integer(let number): return "\(number)"
    case .float(let number): return "\(number)"
    case .text: return text(key).map { "'\($0)'" }
    case .global(.elementType(let type)): return "torch.\(type)"
    case .global(.foreign(let name)): return heap.names[name].text(bytes)
    case .tuple where depth < 2:
      guard let items = heap.elements(key, count: 0...8) else { return nil }
      let texts = items.compactMap { printed($0, depth: depth + 1) }
      guard texts.count == items.count else { return nil }
      return "(" + texts.joined(separator: ", ") + (texts.count == 1 ? ",)" : ")")
    default: return nil
    }
  }

  /// From the inside out.
  func surroundings(of place: Int) -> [Int] {
    Array(sequence(first: place) { places[$0].way.parent < 0 ? nil : places[$0].way.parent }.dropFirst())
  }

  private func text(_ value: PickleValue) -> String? {
    guard case .text(let start, let count) = value else { return nil }
    return bytes.text(start..<(start + count))
  }

  /// How a value is reached.
  private struct Way {
    /// An index of a place; -1 for the root.
    let parent: Int
    let key: PickleValue
    /// Which of the place's items it is, from 0.
    let number: Int
  }

  /// A value to look into, and the way to it.
  private struct Place {
    let value: PickleValue
    let way: Way
    let depth: Int
  }

  /// Walks through the dicts of a pickle, each once, so that time and memory are bounded by what was read.
  private struct Search {
    let heap: PickleHeap
    let bytes: UnsafeRawBufferPointer
    var tables: [WeightTable] = []
    private(set) var places: [Place] = []
    private(set) var aliases: [Int: [Way]] = [:]
    private(set) var isCut = false
    /// The place of each value that was met; nil: it holds nothing to look for.
    private var seen: [Identity: Int?] = [:]

    private enum Identity: Hashable {
      case dictionary(Int)
      case object(Int)
      case list(Int)
      case tuple(start: Int)

      init?(_ value: PickleValue) {
        switch value {
        case .dictionary(let index): self = .dictionary(index)
        case .object(let index): self = .object(index)
        case .list(let index): self = .list(index)
        case .tuple(let start, _): self = .tuple(start: start)
        default: return nil
        }
      }
    }

    init(heap: PickleHeap, bytes: UnsafeRawBufferPointer) {
      self.heap = heap
      self.bytes = bytes
    }

    /// Level by level: of a dict that is reached on two ways, the shorter one is its path.
    mutating func visit(_ root: PickleValue) throws(CheckpointError.Reason) {
      enter(root, Way(parent: -1, key: .none, number: 0))
      var next = 0
      while next < places.count {
        let place = places[next]
        if let pairs = heap.pairs(place.value) {
          try visit(pairs, of: next)
        } else if let items = heap.elements(place.value) {
          for (number, item) in items.enumerated() where isContainer(item) {
            enter(item, Way(parent: next, key: .integer(number), number: number))
          }
        }
        next += 1
      }
    }

    private mutating func visit(_ pairs: [PickleValue], of place: Int) throws(CheckpointError.Reason) {
      var table = WeightTable()
      var names: Set<String> = []
      var starts: Set<Int> = []
      for pair in stride(from: 0, to: pairs.count - 1, by: 2) {
        let value = pairs[pair + 1]
        let way = Way(parent: place, key: pairs[pair], number: pair / 2)
        guard case .text(let start, let count) = pairs[pair], count <= PickleMachine.nameLimit else {
          // Nothing names a tensor in such a way, but a dict of weights may stand there.
          enter(value, way)
          continue
        }
        let isWanted = isContainer(value) || isEnd(of: start..<(start + count))
        if case .tensor = value {} else if !isWanted { continue }
        let name = bytes.text(start..<(start + count))
        guard starts.insert(start).inserted, names.insert(name).inserted else {
          if case .tensor = value { throw .duplicate("the tensor \(quoted(name))") }
          throw .duplicate("the key \(quoted(name))")
        }
        if case .tensor(let id) = value {
          table.tensors.append((name, id))
        } else {
          table.others.append(name)
          enter(value, way)
        }
      }
      guard !table.tensors.isEmpty else { return }
      table.others.removeAll { !$0.hasSuffix(WeightChoice.firstName) && !$0.hasSuffix(WeightChoice.lastName) }
      table.place = place
      tables.append(table)
    }

    private func isContainer(_ value: PickleValue) -> Bool {
      switch value {
      case .dictionary(let index): !heap.dictionaries[index].isEmpty
      case .object(let index): !heap.objects[index].pairs.isEmpty
      case .list(let index): !heap.lists[index].isEmpty
      case .tuple(_, let count): count > 0
      default: false
      }
    }

    /// Whether there is something in it to look at: plain data, such as a history of losses, is not.
    private func isWorthVisiting(_ value: PickleValue) -> Bool {
      func isTensor(_ item: PickleValue) -> Bool { if case .tensor = item { true } else { false } }
      if let pairs = heap.pairs(value) {
        return pairs.contains { isTensor($0) || isContainer($0) }
      }
      return heap.elements(value)?.contains(where: isContainer) ?? false
    }

    /// Whether the text ends as a network's first or last name does.
    private func isEnd(of text: Range<Int>) -> Bool {
      [WeightChoice.firstName, WeightChoice.lastName].contains { end in
        text.count >= end.utf8.count
          && bytes.slice((text.upperBound - end.utf8.count)..<text.upperBound).elementsEqual(end.utf8)
      }
    }

    private mutating func enter(_ value: PickleValue, _ way: Way) {
      guard isContainer(value), let identity = Identity(value) else { return }
      if let known = seen[identity] {
        if let known, aliases[known, default: []].count < PickledWeights.aliasLimit {
          aliases[known, default: []].append(way)
        }
        return
      }
      let depth = way.parent < 0 ? 0 : places[way.parent].depth + 1
      let isLeft = places.count >= PickledWeights.placeLimit || depth > PickledWeights.depthLimit
      guard isWorthVisiting(value), !isLeft else {
        isCut = isCut || isLeft
        seen[identity] = .some(nil)
        return
      }
      seen[identity] = .some(places.count)
      places.append(Place(value: value, way: way, depth: depth))
    }
  }
}
