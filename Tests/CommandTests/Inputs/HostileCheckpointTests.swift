import Foundation
import TestSupport
import Testing

/// Checkpoints of eight megabytes made of the smallest parts there are: what they cost is bounded by their
/// size.
///
/// The system limits address space and CPU time, far above what a reader takes that is linear in the bytes
/// (at most two seconds), far below what a quadratic one would (hours).
@Suite struct HostileCheckpointTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    .enabled(if: !Program.isSanitized, Program.sanitizedNote),
    arguments: HostileCheckpoint.pickles + HostileCheckpoint.headers + HostileCheckpoint.archives)
  func itIsRefusedWithinItsMeans(_ checkpoint: HostileCheckpoint) throws {
    let path = try folder.write("hostile.pth", checkpoint.make())
    let run = try program.shell("ulimit -v 700000; ulimit -t 60; exec \"$r2p1d\" models info '\(path)'")
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("r2p1d-video: \(path): "), "\(run.errors)")
    #expect(run.errors.contains(checkpoint.refusal), "\(run.errors)")
    #expect(run.errors.count(where: \.isNewline) == 1 && run.errors.count < 600, "\(run.errors.count)")
  }
}

/// A file, what is odd about it, and words of its refusal.
struct HostileCheckpoint: CustomTestStringConvertible {
  let testDescription: String
  let refusal: String
  let make: @Sendable () -> Data

  private static let size = 8 << 20

  static let pickles = [
    pickle("marks without end", tooMany) { times($0, "(") },
    pickle("lists on the stack", tooMany) { times($0, "]") },
    pickle("lists in lists", tooMany) { "N" + times($0, "(l") },
    pickle("lists put into lists", tooMany) { "]]" + times($0, "a]") },
    pickle("tuples in tuples", tooMany) { "N" + times($0, "\u{85}") },
    pickle("a list of nothing", tooMany) { "](" + times($0, "N") + "e." },
    pickle("one name for everything", tooMany) { "}(" + times($0, "U\u{1}aN") + "u." },
    pickle("states of a dict", tooMany) { "}" + times($0, "}b") + "." },
    pickle("one place of the memo", tooMany) { "]" + times($0, "q\0") + "." },
    pickle("a list in itself", "holds a list") { "]q\0" + times($0, "h\0a") + "." },
    pickle("dicts in dicts", tooMany) { "}" + times($0, "U\u{1}a}") + times($0 / 4, "s") + "." },
    pickle("objects", tooMany) { "ca\nb\nq\0)q\u{1}" + times($0, "h\0h\u{1}R") },
    pickle("objects that are dropped", tooMany) { "ca\nb\nq\0)q\u{1}" + times($0, "h\0h\u{1}R0") },
    pickle("names", "expected at most 4194304") { times($0, "ca\nb\n") },
    pickle("members", tooMany) {
      "c__builtin__\ngetattr\nq\0ca\nb\nU\u{1}c\u{86}q\u{1}" + times($0, "h\0h\u{1}R0")
    },
    pickle("sets", tooMany) { times($0, "\u{8F}") },
    pickle("tensors", tooMany) { tensorCall + times($0, "h\0h\u{1}R") },
    pickle("dicts without tensors", "a dict without tensors") {
      "}(" + (0..<($0 / 16)).map { "U\u{8}\(10_000_000 + $0)}U\u{1}aNs" }.joined() + "u."
    },
    pickle("a tuple doubled and doubled", "the opcode DUP") { "N" + times($0, "2\u{86}") + "." },
    pickle("a name without end", "a line of over") { "c" + times($0, "a") + "\n" },
  ]

  static let headers = [
    header("arrays in arrays", "JSON that cannot be read") { "{\"a\":" + times($0, "[") },
    header("objects in objects", "JSON that cannot be read") { times($0, "{\"a\":") },
    header("one long name", "found a tensor such as 'aaa") { "{\"" + times($0, "a") + "\":\(tensor)}" },
    header("one long number", "JSON that cannot be read") { "{\"a\":" + times($0, "1") + "}" },
    header("one name for everything", "twice") { "{" + times($0, "\"a\":\(tensor),") + "\"a\":\(tensor)}" },
    header("a shape of many sizes", "at most 64 sizes") {
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + times($0, "0,") + "0],\"data_offsets\":[0,0]}}"
    },
    header("many tensors", "found 100000 tensors") { _ in
      "{" + (0..<100_000).map { "\"t\($0)\":\(tensor)" }.joined(separator: ",") + "}"
    },
    header("many facts", "holds no tensors") {
      "{\"__metadata__\":{" + (0..<($0 / 14)).map { "\"k\($0)\":\"v\"" }.joined(separator: ",") + "}}"
    },
  ]

  /// With as many entries as such an archive can have.
  static let archives = [
    HostileCheckpoint(testDescription: "archive: many entries", refusal: "no data.pkl among 65535 entries") {
      archive((0..<65535).map { "a/data/\($0)" })
    },
    HostileCheckpoint(testDescription: "archive: many pickles", refusal: "two data.pkl") {
      archive((0..<65535).map { "\($0)/data.pkl" })
    },
  ]

  /// A tensor of one element, the function in memo 0 and its arguments in memo 1.
  private static let tensorCall =
    "ctorch._utils\n_rebuild_tensor_v2\nq\0((U\u{7}storagectorch\nFloatStorage\nU\u{1}0U\u{3}cpuK\u{1}NtQ"
    + "K\0(K\u{1}t(K\u{1}t\u{89}Ntq\u{1}R"
  private static let tooMany = "the pickle: found 4194305, expected at most 4194304"
  private static let tensor = #"{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#

  /// The container of 2019 up to its state dict, then what `body` makes of a number of bytes.
  private static func pickle(
    _ name: String, _ refusal: String, _ body: @escaping @Sendable (Int) -> String
  ) -> HostileCheckpoint {
    HostileCheckpoint(testDescription: "pickle: \(name)", refusal: refusal) {
      Data([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E])
        + [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E, 0x80, 2] + latin1(body(size))
    }
  }

  private static func header(
    _ name: String, _ refusal: String, _ text: @escaping @Sendable (Int) -> String
  ) -> HostileCheckpoint {
    HostileCheckpoint(testDescription: "header: \(name)", refusal: refusal) { header(text(size)) }
  }

  /// A safetensors file that is nothing but its header.
  static func header(_ text: String) -> Data {
    let text = latin1(text)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
  }

  /// Stored entries without a byte.
  private static func archive(_ names: [String]) -> Data {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian, Array.init)
    }
    for name in names {
      let facts = [UInt8](repeating: 0, count: 20) + bytes(UInt16(name.utf8.count)) + [0, 0]
      directory += Array("PK".utf8) + [1, 2, 20, 0, 20, 0] + facts + [UInt8](repeating: 0, count: 10)
      directory += bytes(UInt32(file.count)) + Array(name.utf8)
      file += Array("PK".utf8) + [3, 4, 20, 0] + facts + Array(name.utf8)
    }
    let (count, start) = (bytes(UInt16(names.count)), bytes(UInt32(file.count)))
    file += directory
    file +=
      Array("PK".utf8) + [5, 6, 0, 0, 0, 0] + count + count + bytes(UInt32(directory.count)) + start + [0, 0]
    return Data(file)
  }

  /// As many copies of `part` as `bytes` hold.
  private static func times(_ bytes: Int, _ part: String) -> String {
    String(repeating: part, count: bytes / part.unicodeScalars.count)
  }

  private static func latin1(_ text: String) -> Data {
    Data(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}
