/// A named tensor of a checkpoint: a view of the file's bytes, which stay mapped as long as it lives.
package struct StoredTensor: Sendable {
  package let name: String
  /// [] for a scalar. Every size is at least 0, and the product fits an Int.
  package let shape: [Int]
  package let elementType: ElementType
  /// The number of elements, 1 for a scalar.
  package let count: Int
  /// In elements, as long as `shape`.
  let strides: [Int]
  let memory: CheckpointMemory
  /// Where the first element lies in `memory`, in bytes.
  let start: Int
  let isBigEndian: Bool
  /// Whether the elements lie there with the other sign.
  let isNegated: Bool

  /// A tensor over part of `memory`: the element (i, j, …) lies offset + i × strides[0] + j × strides[1] + …
  /// elements into `storage`, a range of bytes. nil strides mean row by row.
  ///
  /// Throws `.tensor` where a size is negative, the product overflows, or an element would lie outside
  /// `storage`.
  init(
    name: String, shape: [Int], strides: [Int]? = nil, elementType: ElementType, offset: Int = 0,
    storage: Range<Int>, memory: CheckpointMemory, isBigEndian: Bool = false,
    isNegated: Bool = false
  ) throws(CheckpointError.Reason) {
    func invalid(_ found: String, _ expected: String) -> CheckpointError.Reason {
      .tensor(quoted(name), found: found, expected: expected)
    }
    guard shape.count <= Self.rankLimit, shape.allSatisfy({ $0 >= 0 }) else {
      throw invalid(describe(shape), "at most \(Self.rankLimit) sizes, none below 0")
    }
    guard let count = product(shape) else {
      throw invalid(describe(shape), "a number of elements that fits 64 bits")
    }
    let strides = strides ?? rowStrides(shape)
    guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }) else {
      throw invalid(
        "of shape \(describe(shape)) with strides \(describe(strides))", "a stride of 0 or more for each size"
      )
    }
    let available = storage.count / elementType.size
    guard offset >= 0, offset <= available, let extent = extent(shape, strides), extent <= available - offset
    else {
      throw invalid(
        "\(describe(shape)) from element \(offset) on with strides \(describe(strides))",
        "elements inside its storage of \(available)")
    }
    // A stride of 0 repeats elements for nothing; a few are real, without end they are a bomb.
    guard count <= max(available, Self.repeatLimit) else {
      throw invalid(describe(shape), "no more elements than its storage's \(available)")
    }
    self.name = name
    self.shape = shape
    self.elementType = elementType
    self.count = count
    self.strides = strides
    self.memory = memory
    self.start = storage.lowerBound + offset * elementType.size
    self.isBigEndian = isBigEndian && elementType.size > 1
    self.isNegated = isNegated
  }

  private static let rankLimit = 64
  private static let repeatLimit = 1 << 20

  /// Whether the elements lie one behind the other, the last index fastest.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected || count == 0 else { return false }
      expected *= max(size, 1)
    }
    return true
  }

  /// The bytes from the first element to the last, whatever lies between them.
  var extentInMemory: Range<Int> {
    start..<(start + (extent(shape, strides) ?? 0) * elementType.size)
  }
}

/// The shape as the reports print it: [64, 3, 1, 7, 7].
private func describe(_ sizes: [Int]) -> String {
  sizes.count <= 8 ? "\(sizes)" : "[\(sizes.prefix(8).map(String.init).joined(separator: ", ")), …]"
}

/// nil: does not fit an Int.
private func product(_ shape: [Int]) -> Int? {
  if shape.contains(0) { return 0 }
  var product = 1
  for size in shape {
    let (value, overflow) = product.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    product = value
  }
  return product
}

/// The strides of elements that lie row by row. The product of `shape` fits an Int, or is 0.
private func rowStrides(_ shape: [Int]) -> [Int] {
  var strides = shape
  var step = 1
  for axis in shape.indices.reversed() {
    strides[axis] = step
    step = step.multipliedReportingOverflow(by: max(shape[axis], 1)).partialValue & Int.max
  }
  return strides
}

/// Elements from the first to behind the last one, 0 of none. nil: does not fit an Int.
private func extent(_ shape: [Int], _ strides: [Int]) -> Int? {
  if shape.contains(0) { return 0 }
  var last = 0
  for (size, stride) in zip(shape, strides) {
    let (distance, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
    let (sum, overflowing) = last.addingReportingOverflow(distance)
    if overflow || overflowing { return nil }
    last = sum
  }
  return last == Int.max ? nil : last + 1
}
