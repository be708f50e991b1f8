extension PickledWeights {
  /// A tensor of the pickle over the bytes of its storage, whose range in the file is `storage` of its
  /// declaration.
  func tensor(
    _ id: Int, named name: String, memory: CheckpointMemory, isBigEndian: Bool,
    storage: (PickledStorage) throws(CheckpointError.Reason) -> Range<Int>
  ) throws(CheckpointError.Reason) -> StoredTensor {
    let pickled = heap.tensors[id]
    if let unread = pickled.unread { throw refusal(unread, of: name) }
    let declared = heap.storages[pickled.storage]
    var range = try storage(declared)
    if let view = declared.view {
      let (start, size) = (range.lowerBound, declared.elementSize)
      range = (start + view.lowerBound * size)..<(start + view.upperBound * size)
    }
    return try StoredTensor(
      name: name, shape: sizes(pickled.shape, of: name), strides: sizes(pickled.strides, of: name),
      elementType: pickled.elementType, offset: pickled.offset, storage: range, memory: memory,
      isBigEndian: isBigEndian, isNegated: pickled.isNegated)
  }

  private func refusal(_ unread: PickledTensor.Unread, of name: String) -> CheckpointError.Reason {
    switch unread {
    case .storage(let storage): .unreadType(quoted(name), type: storage.elementName)
    case .type(let type): .unreadType(quoted(name), type: plain(bytes.text(heap.names[type].name)))
    case .kind(let kind):
      .tensor(
        quoted(name), found: kind.rawValue,
        expected: "a dense tensor on the CPU; \(kind.remedy)")
    }
  }

  private func sizes(_ value: PickleValue, of name: String) throws(CheckpointError.Reason) -> [Int] {
    guard let items = heap.elements(value, count: 0...64) else {
      throw .tensor(quoted(name), found: "of a shape or strides of over 64 sizes", expected: "at most 64")
    }
    var sizes: [Int] = []
    for item in items {
      guard case .integer(let size) = item else {
        throw .tensor(
          quoted(name), found: "of a shape or strides that hold \(item.kind)", expected: "integers of 64 bits"
        )
      }
      sizes.append(size)
    }
    return sizes
  }
}
