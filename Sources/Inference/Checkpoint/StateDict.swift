/// The named tensors of what torch.save wrote: a dict of them, or one wrapped in the dicts that training
/// scripts add.
struct StateDict {
  /// Names in the file's order, each once, without the `module.` of DataParallel.
  private(set) var entries: [(name: String, tensor: PickledTensor)] = []

  private static let wrapperKeys = ["state_dict", "model_state", "model_state_dict", "model"]
  private static let depthLimit = 8

  /// `bytes` are the pickle's, which the keys are ranges of.
  init(root: PickleValue, heap: PickleHeap, bytes: UnsafeRawBufferPointer) throws(CheckpointError.Reason) {
    guard case .dictionary(var index) = root else { throw .noTensors(found: root.kind) }
    var depth = 0
    while let inner = try Self.wrapped(in: heap.dictionaries[index], bytes) {
      index = inner
      depth += 1
      // A dict that holds itself would be unwrapped for ever.
      guard depth <= Self.depthLimit else {
        throw .tooLarge(part: "dicts around the state dict", found: depth, limit: Self.depthLimit)
      }
    }
    let dictionary = heap.dictionaries[index]
    var seen: Set<String> = []
    for pair in stride(from: 0, to: dictionary.count, by: 2) {
      guard case .tensor(let tensor) = dictionary[pair + 1], let key = Self.text(dictionary[pair], bytes)
      else {
        continue
      }
      let name = tensorName(key)
      guard seen.insert(name).inserted else { throw .duplicate("the tensor \(quoted(name))") }
      entries.append((name, heap.tensors[tensor]))
    }
    if entries.isEmpty { throw .noTensors(found: Self.describe(dictionary, bytes)) }
  }

  /// The dict under the first wrapper's key that has one.
  private static func wrapped(
    in dictionary: [PickleValue], _ bytes: UnsafeRawBufferPointer
  ) throws(CheckpointError.Reason) -> Int? {
    var found: [String: Int] = [:]
    for pair in stride(from: 0, to: dictionary.count, by: 2) {
      guard case .dictionary(let index) = dictionary[pair + 1], let key = text(dictionary[pair], bytes),
        wrapperKeys.contains(key)
      else { continue }
      guard found.updateValue(index, forKey: key) == nil else { throw .duplicate("the key \(quoted(key))") }
    }
    return wrapperKeys.lazy.compactMap { found[$0] }.first
  }

  private static func text(_ value: PickleValue, _ bytes: UnsafeRawBufferPointer) -> String? {
    guard case .text(let start, let count) = value else { return nil }
    return bytes.text(start..<(start + count))
  }

  private static func describe(_ dictionary: [PickleValue], _ bytes: UnsafeRawBufferPointer) -> String {
    let keys = stride(from: 0, to: min(dictionary.count, 6), by: 2).map { pair in
      text(dictionary[pair], bytes).map(quoted) ?? dictionary[pair].kind
    }
    if keys.isEmpty { return "an empty dict" }
    let more = dictionary.count > 6 ? ", …" : ""
    return "a dict without tensors (its keys: \(keys.joined(separator: ", "))\(more))"
  }
}

/// `name` without the `module.` that DataParallel and DistributedDataParallel put before every one.
func tensorName(_ name: String) -> String {
  name.hasPrefix("module.") ? String(name.dropFirst("module.".count)) : name
}
