/// A value that a pickle makes: a few words that own nothing. What does not fit lies in the `PickleHeap` and
/// is named by its index, so that values which contain each other, or nest without end, cost neither
/// recursion nor a leak.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  /// A string, as a range of the pickle's bytes.
  case text(start: Int, count: Int)
  /// An integer of over 64 bits, as a range of the pickle's bytes, the lowest first.
  case bigInteger(start: Int, count: Int)
  /// Items of `PickleHeap.items`.
  case tuple(start: Int, count: Int)
  /// An index into `PickleHeap.lists`.
  case list(Int)
  /// An index into `PickleHeap.dictionaries`.
  case dictionary(Int)
  case global(PickleGlobal)
  /// An index into `PickleHeap.storages`.
  case storage(Int)
  /// An index into `PickleHeap.tensors`.
  case tensor(Int)
  /// A value of a kind that no caller looks into: bytes, a device.
  case opaque

  /// For messages: "a list".
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .integer, .bigInteger: "an integer"
    case .float: "a float"
    case .text: "a string"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dict"
    case .global: "a type or a function"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .opaque: "bytes or a device"
    }
  }
}

/// All that the pickles of one file made.
struct PickleHeap {
  var items: [PickleValue] = []
  var lists: [[PickleValue]] = []
  /// Keys and values in turn, in the order they came. A key may come twice.
  var dictionaries: [[PickleValue]] = []
  var storages: [PickledStorage] = []
  var tensors: [PickledTensor] = []

  /// The items of a tuple or a list.
  func elements(_ value: PickleValue) -> ArraySlice<PickleValue>? {
    switch value {
    case .tuple(let start, let count): items[start..<(start + count)]
    case .list(let index): lists[index][...]
    default: nil
    }
  }

  /// The items of a short tuple or list of that many.
  func elements(_ value: PickleValue, count: ClosedRange<Int>) -> [PickleValue]? {
    elements(value).flatMap { count.contains($0.count) ? Array($0) : nil }
  }
}

/// A storage as the pickle declares it. Nothing has been compared with the bytes in the file.
struct PickledStorage {
  /// nil: untyped, counted in bytes.
  let elementType: ElementType?
  /// Its name, as a range of the pickle's bytes.
  let key: Range<Int>
  let count: Int
  /// The part of the storage that is meant, in elements, in files from before 2018.
  let view: Range<Int>?
}

/// A tensor as the pickle declares it: a view of a storage, all numbers unchecked, in elements.
struct PickledTensor {
  let storage: Int
  let elementType: ElementType
  let offset: Int
  let shape: PickleValue
  let strides: PickleValue
}
