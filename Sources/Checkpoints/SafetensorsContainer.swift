#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The container of Hugging Face's safetensors: the length of a header (8 bytes, little-endian), the header
/// as JSON, then the tensors' bytes, which the header's offsets divide without a gap.
struct SafetensorsContainer: WeightContainer {
  let tables: [WeightTable]
  let metadata: [String: String]
  private let entries: [(name: String, entry: SafetensorsEntry)]
  /// Where the tensors' bytes begin.
  private let start: Int
  private let memory: CheckpointMemory

  var emptiness: CheckpointError.Reason { .noTensors(found: "no tensors") }

  /// Hundreds of times the header of r2plus1d_18; the format's own limit is 100 MB.
  static let headerLimit = 1 << 24

  /// The header's length where the file begins like this container, however long the file is.
  static func headerLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return nil }
    let length = bytes.littleEndian(at: 0) as UInt64
    return (2...100_000_000).contains(length) ? Int(length) : nil
  }

  init(_ memory: CheckpointMemory, headerLength: Int) throws(CheckpointError.Reason) {
    guard headerLength <= Self.headerLimit else {
      throw .tooLarge(
        part: "the header of the safetensors file", found: headerLength, limit: Self.headerLimit)
    }
    var reader = ByteCursor(memory.bytes, at: 8, part: "the header")
    let first = try reader.skip(headerLength)
    let fields = try Self.fields(memory.bytes.slice(first..<(first + headerLength)))
    var metadata: [String: String] = [:]
    var entries: [(name: String, entry: SafetensorsEntry)] = []
    for (name, field) in fields {
      switch field {
      case .metadata(let values): metadata = values
      case .tensor(let entry): entries.append((name, entry))
      }
    }
    self.metadata = metadata
    entries.sort { ($0.entry.begin, $0.entry.end, $0.name) < ($1.entry.begin, $1.entry.end, $1.name) }
    var end = 0
    for (name, entry) in entries {
      end = try Self.range(of: entry, named: name, after: end, in: memory.bytes.count - reader.position)
        .upperBound
    }
    guard end == memory.bytes.count - reader.position || entries.isEmpty else {
      throw .damaged(
        part: "the tensors' bytes", found: "\(memory.bytes.count - reader.position)", expected: "\(end)")
    }
    self.entries = entries
    self.start = reader.position
    self.memory = memory
    let named = entries.enumerated().map { (name: $0.element.name, id: $0.offset) }
    tables = named.isEmpty ? [] : [WeightTable(tensors: named)]
  }

  /// The header's members. A name that comes twice is refused: JSON readers differ in which they take.
  private static func fields(
    _ header: UnsafeRawBufferPointer
  ) throws(CheckpointError.Reason) -> [String: SafetensorsField] {
    let fields: [String: SafetensorsField]
    do {
      fields = try JSONDecoder().decode([String: SafetensorsField].self, from: Data(header))
    } catch {
      throw .damaged(
        part: "the header", found: "JSON that cannot be read (\(describe(error)))",
        expected: "a name, dtype, shape and data_offsets for each tensor")
    }
    guard memberCount(header) == fields.count else { throw .duplicate("a name in its header") }
    return fields
  }

  private static func describe(_ error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context) = error else {
      return "a member is missing or of another type"
    }
    return context.codingPath.isEmpty ? "not JSON" : context.debugDescription
  }

  /// The members of the outermost object of well-formed JSON: its colons outside strings and inner objects.
  private static func memberCount(_ json: UnsafeRawBufferPointer) -> Int {
    var (depth, count, inString, escaped) = (0, 0, false, false)
    for byte in json {
      switch byte {
      case _ where escaped: escaped = false
      case UInt8(ascii: "\\"): escaped = inString
      case UInt8(ascii: "\""): inString.toggle()
      case _ where inString: break
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ":"): count += depth == 1 ? 1 : 0
      default: break
      }
    }
    return count
  }

  private static func range(
    of entry: SafetensorsEntry, named name: String, after previous: Int, in available: Int
  ) throws(CheckpointError.Reason) -> Range<Int> {
    guard entry.begin == previous, entry.end >= entry.begin else {
      throw .damaged(
        part: "the data_offsets of \(quoted(name))", found: "[\(entry.begin), \(entry.end)]",
        expected: "to begin at \(previous)")
    }
    guard entry.end <= available else {
      throw .truncated(part: "the tensor \(quoted(name))", expected: entry.end, found: available)
    }
    return entry.begin..<entry.end
  }

  func tensor(_ id: Int, named name: String) throws(CheckpointError.Reason) -> StoredTensor {
    let entry = entries[id].entry
    guard let type = ElementType(rawValue: entry.dtype) else {
      throw .unreadType(quoted(entries[id].name), type: plain(entry.dtype))
    }
    let range = (start + entry.begin)..<(start + entry.end)
    let tensor = try StoredTensor(
      name: name, shape: entry.shape, elementType: type, storage: range, memory: memory)
    guard tensor.count * type.size == range.count else {
      throw .tensor(
        quoted(entries[id].name), found: "\(entry.shape) in \(range.count) bytes",
        expected: "\(tensor.count * type.size)")
    }
    return tensor
  }
}

/// A member of the header: a tensor's, or `__metadata__`.
enum SafetensorsField: Codable {
  case metadata([String: String])
  case tensor(SafetensorsEntry)

  static let metadataKey = "__metadata__"

  init(from decoder: any Decoder) throws {
    self =
      decoder.codingPath.last?.stringValue == Self.metadataKey
      ? .metadata(try Self.metadata(decoder)) : .tensor(try SafetensorsEntry(from: decoder))
  }

  /// The format knows only strings. Some writers put null or numbers there, which say nothing to a reader of
  /// weights.
  private static func metadata(_ decoder: any Decoder) throws -> [String: String] {
    guard let values = try? [String: SafetensorsNote](from: decoder) else { return [:] }
    return values.compactMapValues(\.text)
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .metadata(let values): try values.encode(to: encoder)
    case .tensor(let entry): try entry.encode(to: encoder)
    }
  }
}

/// A value of `__metadata__`.
private struct SafetensorsNote: Decodable {
  /// nil: no string.
  let text: String?

  init(from decoder: any Decoder) throws {
    text = try? decoder.singleValueContainer().decode(String.self)
  }
}

struct SafetensorsEntry: Codable {
  let dtype: String
  let shape: [Int]
  let begin: Int
  let end: Int

  private enum CodingKeys: String, CodingKey {
    case dtype, shape
    case offsets = "data_offsets"
  }

  init(dtype: String, shape: [Int], begin: Int, end: Int) {
    self.dtype = dtype
    self.shape = shape
    self.begin = begin
    self.end = end
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    dtype = try container.decode(String.self, forKey: .dtype)
    shape = try container.decode([Int].self, forKey: .shape)
    let offsets = try container.decode([Int].self, forKey: .offsets)
    guard offsets.count == 2 else {
      throw DecodingError.dataCorruptedError(
        forKey: .offsets, in: container, debugDescription: "\(offsets.count) data_offsets, expected 2")
    }
    begin = offsets[0]
    end = offsets[1]
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dtype, forKey: .dtype)
    try container.encode(shape, forKey: .shape)
    try container.encode([begin, end], forKey: .offsets)
  }
}
