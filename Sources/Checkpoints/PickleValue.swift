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
  /// An index into `PickleHeap.objects`.
  case object(Int)
  /// A value of a kind that no caller looks into: bytes, a set, a device.
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
    case .object: "an object"
    case .opaque: "bytes, a set or a device"
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
  /// Names that mean nothing here.
  var names: [PickledName] = []
  var objects: [PickledObject] = []

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

  /// Keys and values in turn of a dict, or of an object that has such.
  func pairs(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .dictionary(let index): dictionaries[index]
    case .object(let index): objects[index].pairs
    default: nil
    }
  }

  /// For messages: what `value` is, an object with its type. `bytes` are the pickle's.
  func describe(_ value: PickleValue, _ bytes: UnsafeRawBufferPointer) -> String {
    guard case .object(let index) = value, let type = objects[index].type else { return value.kind }
    return "an object of type \(quoted(names[type].text(bytes)))"
  }
}

/// A name that means nothing here, as ranges of the pickle's bytes.
struct PickledName {
  let module: Range<Int>
  let name: Range<Int>

  func text(_ bytes: UnsafeRawBufferPointer) -> String { "\(bytes.text(module)).\(bytes.text(name))" }
}

/// What a call of a foreign name stands for. Of its contents only those are kept that it has as a dict.
struct PickledObject {
  /// An index into `PickleHeap.names`.
  let type: Int?
  /// Keys and values in turn.
  var pairs: [PickleValue] = []
  /// Whether it has the attributes of a torch.nn.Module.
  var isModule = false
}

/// A storage as the pickle declares it. Nothing has been compared with the bytes in the file.
struct PickledStorage {
  /// nil: untyped, counted in bytes, or not read.
  let elementType: ElementType?
  var unread: UnreadStorage?
  /// Its name, as a range of the pickle's bytes.
  let key: Range<Int>
  let count: Int
  /// The part of the storage that is meant, in elements, in files from before 2018.
  let view: Range<Int>?

  /// Bytes an element.
  var elementSize: Int { elementType?.size ?? unread?.size ?? 1 }

  /// The bytes that the declaration asks for. nil: does not fit an Int.
  var byteCount: Int? {
    let (value, overflow) = count.multipliedReportingOverflow(by: elementSize)
    return overflow ? nil : value
  }
}

/// A tensor as the pickle declares it: a view of a storage, all numbers unchecked, in elements.
struct PickledTensor {
  var storage = 0
  var elementType = ElementType.uint8
  var offset = 0
  var shape = PickleValue.none
  var strides = PickleValue.none
  /// Whether the file holds the elements with the other sign (torch's negative bit).
  var isNegated = false
  /// Why its elements cannot be read.
  var unread: Unread?

  enum Unread: Equatable {
    case kind(UnreadTensor)
    case storage(UnreadStorage)
    /// A type, by its index in `PickleHeap.names`.
    case type(Int)
  }
}
