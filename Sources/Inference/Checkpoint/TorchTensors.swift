/// The tensors of a state dict, over the bytes of its storages.
///
/// `storages` are the byte ranges of `heap.storages`, each as long as its declaration says.
func storedTensors(
  _ stateDict: StateDict, heap: PickleHeap, storages: [Range<Int>], memory: CheckpointMemory,
  isBigEndian: Bool
) throws(CheckpointError.Reason) -> [StoredTensor] {
  var tensors: [StoredTensor] = []
  tensors.reserveCapacity(stateDict.entries.count)
  for (name, pickled) in stateDict.entries {
    let declared = heap.storages[pickled.storage]
    var bytes = storages[pickled.storage]
    if let view = declared.view {
      let size = declared.elementType?.size ?? 1
      bytes = (bytes.lowerBound + view.lowerBound * size)..<(bytes.lowerBound + view.upperBound * size)
    }
    tensors.append(
      try StoredTensor(
        name: name, shape: sizes(pickled.shape, heap, of: name),
        strides: sizes(pickled.strides, heap, of: name),
        elementType: pickled.elementType, offset: pickled.offset, storage: bytes, memory: memory,
        isBigEndian: isBigEndian))
  }
  return tensors
}

private func sizes(
  _ value: PickleValue, _ heap: PickleHeap, of name: String
) throws(CheckpointError.Reason) -> [Int] {
  guard let items = heap.elements(value, count: 0...64) else {
    throw .tensor(quoted(name), found: "of a shape or strides of over 64 sizes", expected: "at most 64")
  }
  var sizes: [Int] = []
  for item in items {
    guard case .integer(let size) = item else {
      throw .tensor(
        quoted(name), found: "of a shape or strides that hold \(item.kind)", expected: "integers of 64 bits")
    }
    sizes.append(size)
  }
  return sizes
}

extension PickledStorage {
  /// The bytes that the declaration asks for. nil: does not fit an Int.
  var byteCount: Int? {
    let (value, overflow) = count.multipliedReportingOverflow(by: elementType?.size ?? 1)
    return overflow ? nil : value
  }
}
