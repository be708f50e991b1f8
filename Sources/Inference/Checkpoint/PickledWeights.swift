/// What the pickle of torch.save holds: the tensors that dicts name, wherever in it those are, and the values
/// beside.
struct PickledWeights {
  let tables: [WeightTable]
  let heap: PickleHeap
  /// The pickle's, which texts are ranges of.
  let bytes: UnsafeRawBufferPointer
  private let root: PickleValue
  private let places: [Place]

  /// Dicts in dicts that are looked into.
  private static let depthLimit = 64
  /// Dicts, lists and tuples that are looked into: hundreds of times as many as a training script keeps
  /// beside the weights. The outer ones come first.
  private static let placeLimit = 1 << 16
  /// Tuples and lists of more items hold data, not dicts of weights.
  private static let itemLimit = 64

  init(root: PickleValue, heap: PickleHeap, bytes: UnsafeRawBufferPointer) throws(CheckpointError.Reason) {
    var search = Search(heap: heap, bytes: bytes)
    try search.visit(root)
    tables = search.tables
    places = search.places
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
    guard let pairs = heap.pairs(root), !pairs.isEmpty else {
      if case .dictionary = root { return .noTensors(found: "an empty dict") }
      return .noTensors(found: heap.describe(root, bytes))
    }
    let keys = stride(from: 0, to: min(pairs.count, 6), by: 2).map { pair in
      text(pairs[pair]).map(quoted) ?? pairs[pair].kind
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
    ([place] + surroundings(of: place)).dropLast().reversed().map { index in
      if case .integer(let number) = places[index].key { return "\(number)" }
      return text(places[index].key) ?? ""
    }
  }

  /// From the inside out.
  func surroundings(of place: Int) -> [Int] {
    Array(sequence(first: place) { places[$0].parent < 0 ? nil : places[$0].parent }.dropFirst())
  }

  private func text(_ value: PickleValue) -> String? {
    guard case .text(let start, let count) = value else { return nil }
    return bytes.text(start..<(start + count))
  }

  /// A value to look into, and the way to it.
  private struct Place {
    let value: PickleValue
    /// An index of a place; -1 for the root.
    let parent: Int
    let key: PickleValue
    let depth: Int
  }

  /// Walks through the dicts of a pickle, each once, so that time and memory are bounded by what was read.
  private struct Search {
    let heap: PickleHeap
    let bytes: UnsafeRawBufferPointer
    var tables: [WeightTable] = []
    private(set) var places: [Place] = []
    private var seenPairs: Set<Int> = []
    private var seenItems: Set<Int> = []
    private var seenLists: Set<Int> = []

    init(heap: PickleHeap, bytes: UnsafeRawBufferPointer) {
      self.heap = heap
      self.bytes = bytes
    }

    /// Level by level: of a dict that is reached on two ways, the shorter one is its path.
    mutating func visit(_ root: PickleValue) throws(CheckpointError.Reason) {
      enter(root, key: .none, from: -1)
      var next = 0
      while next < places.count {
        let place = places[next]
        if let pairs = heap.pairs(place.value) {
          try visit(pairs, of: next)
        } else if let items = heap.elements(place.value), items.count <= PickledWeights.itemLimit {
          for (number, item) in items.enumerated() { enter(item, key: .integer(number), from: next) }
        }
        next += 1
      }
    }

    private mutating func visit(_ pairs: [PickleValue], of place: Int) throws(CheckpointError.Reason) {
      var table = WeightTable()
      var names: Set<String> = []
      var starts: Set<Int> = []
      for pair in stride(from: 0, to: pairs.count - 1, by: 2) {
        guard case .text(let start, let count) = pairs[pair], count <= PickleMachine.nameLimit else {
          continue
        }
        let value = pairs[pair + 1]
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
          enter(value, key: pairs[pair], from: place)
        }
      }
      guard !table.tensors.isEmpty else { return }
      table.others.removeAll { !$0.hasSuffix(WeightChoice.firstName) && !$0.hasSuffix(WeightChoice.lastName) }
      table.place = place
      tables.append(table)
    }

    private func isContainer(_ value: PickleValue) -> Bool {
      guard places.count < PickledWeights.placeLimit else { return false }
      return switch value {
      case .dictionary(let index): !heap.dictionaries[index].isEmpty
      case .object(let index): !heap.objects[index].pairs.isEmpty
      case .list(let index): (1...PickledWeights.itemLimit).contains(heap.lists[index].count)
      case .tuple(_, let count): (1...PickledWeights.itemLimit).contains(count)
      default: false
      }
    }

    /// Whether the text ends as a network's first or last name does.
    private func isEnd(of text: Range<Int>) -> Bool {
      [WeightChoice.firstName, WeightChoice.lastName].contains { end in
        text.count >= end.utf8.count
          && bytes.slice((text.upperBound - end.utf8.count)..<text.upperBound).elementsEqual(end.utf8)
      }
    }

    private mutating func enter(_ value: PickleValue, key: PickleValue, from parent: Int) {
      let depth = parent < 0 ? 0 : places[parent].depth + 1
      guard isContainer(value), depth <= PickledWeights.depthLimit else { return }
      let isNew =
        switch value {
        case .dictionary(let index): seenPairs.insert(index).inserted
        case .object(let index): seenPairs.insert(-1 - index).inserted
        case .list(let index): seenLists.insert(index).inserted
        case .tuple(let start, _): seenItems.insert(start).inserted
        default: false
        }
      if isNew {
        places.append(Place(value: value, parent: parent, key: key, depth: depth))
      }
    }
  }
}
