import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

/// Requests come in pieces of any length.
@Suite struct PathStreamTests {
  private func paths(_ pieces: [[UInt8]], zeroSeparated: Bool = false) throws -> [BytePath] {
    let pipe = try FileDescriptor.pipe()
    let writer = Thread {
      for piece in pieces {
        _ = try? pipe.writeEnd.writeAll(piece)
        usleep(1000)
      }
      try? pipe.writeEnd.close()
    }
    writer.start()
    defer { try? pipe.readEnd.close() }
    var stream = PathStream(pipe.readEnd, zeroSeparated: zeroSeparated)
    var found: [BytePath] = []
    while let path = try stream.next(until: { false }) { found.append(path) }
    return found
  }

  @Test(arguments: [1, 2, 3, 7, 100]) func piecesAreJoined(_ length: Int) throws {
    let text = Array("\u{FEFF}a b\r\n\n/ü/\r.mp4\n last".utf8)
    let pieces = stride(from: 0, to: text.count, by: length).map {
      Array(text[$0..<min($0 + length, text.count)])
    }
    #expect(try paths(pieces) == ["a b", "", "/ü/\r.mp4", " last"])
    #expect(
      try paths(pieces.map { $0.map { $0 == 10 ? 0 : $0 } }, zeroSeparated: true)
        == ["\u{FEFF}a b\r", "", "/ü/\r.mp4", " last"])
  }

  @Test func anEntryWithoutEndTakesNoMoreMemoryThanAPath() throws {
    let long = [UInt8](repeating: 97, count: 1_000_000)
    let found = try paths([long, long, Array("\nb\n".utf8), long])
    #expect(found.map(\.bytes.count) == [PathStream.longest, 1, PathStream.longest])
  }

  @Test func aStreamThatIsOverGivesNothingMore() throws {
    let pipe = try FileDescriptor.pipe()
    defer { for end in [pipe.readEnd, pipe.writeEnd] { try? end.close() } }
    try pipe.writeEnd.writeAll(Array("half".utf8))
    var stream = PathStream(pipe.readEnd, zeroSeparated: false)
    var asked = 0
    let next = try stream.next {
      asked += 1
      return asked > 3
    }
    #expect(next == nil)
  }

  @Test func aStreamThatCannotBeReadIsAnError() throws {
    let folder = try FileDescriptor.open("/", .readOnly)
    defer { try? folder.close() }
    var stream = PathStream(folder, zeroSeparated: false)
    #expect(throws: ClassifierError.list("standard input", cause: "cannot be read: is a directory")) {
      try stream.next { false }
    }
  }
}
