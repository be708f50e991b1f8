import Foundation
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

@Suite struct PathListTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func paths(_ list: some Sequence<UInt8>, zeroSeparated: Bool = false) throws -> [BytePath] {
    try PathList.read(BytePath(folder.write("list", list)), zeroSeparated: zeroSeparated)
  }

  private func entries(_ list: some Sequence<UInt8>) throws -> [PathList.Entry] {
    var list = try PathList(BytePath(folder.write("list", list)), zeroSeparated: false)
    var entries: [PathList.Entry] = []
    while let entry = try list.next() { entries.append(entry) }
    return entries
  }

  @Test func listsAreLinesOrZeroSeparated() throws {
    #expect(try paths("a.mp4\r\n\nb c.mp4\nd\u{E9}".utf8) == ["a.mp4", "b c.mp4", "d\u{E9}"])
    #expect(try paths("a\nb\0c\r\0\0".utf8, zeroSeparated: true) == ["a\nb", "c\r"])
    #expect(try paths([]).isEmpty)
  }

  @Test(arguments: ["\u{FEFF}a.mp4\nb.mp4", "\u{FEFF}a.mp4\r\nb.mp4\r\n", "a.mp4\r\nb.mp4\r\n\r\n"])
  func listsMayBeginWithAByteOrderMarkAndHaveLinesAsOnWindows(_ list: String) throws {
    #expect(try paths(list.utf8) == ["a.mp4", "b.mp4"])
    #expect(try paths("\u{FEFF}a\0".utf8, zeroSeparated: true) == ["\u{FEFF}a"])
    #expect(try paths("\u{FEFF}".utf8).isEmpty)
  }

  @Test(arguments: [[0xFF, 0xFE, 0x61, 0, 0x0A, 0], [0xFE, 0xFF, 0, 0x61, 0, 0x0A]] as [[UInt8]])
  func aListInUTF16IsRefusedInTrueWords(_ list: [UInt8]) throws {
    let error = #expect(throws: ClassifierError.self) { try paths(list) }
    #expect(error?.cause.contains("UTF-16") == true)
  }

  /// It would be read to its end before the first path, or never end.
  @Test func whatIsNoListIsRefusedBeforeItIsReadToItsEnd() throws {
    var list = try PathList("/dev/zero", zeroSeparated: false)
    let error = #expect(throws: ClassifierError.self) { try list.next() }
    #expect(error?.cause.contains("longer than a path") == true)
  }

  static let files = [
    ListedFile(path: "a/1.mp4", stamp: FileStamp(size: 12, modified: 1_700_000_000_123_456_789)),
    ListedFile(path: "a/2,\"x\"\n\r.mp4", stamp: FileStamp(size: 0, modified: -1)),
    ListedFile(path: BytePath(bytes: [0x61, 0xE9, 0x2F, 0x22]), stamp: FileStamp(size: .max, modified: 5)),
    ListedFile(path: "é \u{2028}{}.mov", stamp: FileStamp(size: 1 << 40, modified: 0)),
  ]

  @Test(arguments: ListingFormat.allCases) func aListingIsReadAsItWasWritten(_ format: ListingFormat) throws {
    let rows = Self.files.map(format.row)
    let list = format.header + rows.joined()
    #expect(try entries(list) == Self.files.map { PathList.Entry($0.path, stamp: $0.stamp) })
    #expect(try paths(list) == Self.files.map(\.path))
    // Without the last end of line, too.
    let last = format == .csv ? 2 : 1
    #expect(try paths(list.dropLast(last)) == Self.files.map(\.path))
  }

  @Test(arguments: [
    "\"file\",size,mtime_ns\r\na.mp4,x,1\r\n", "\"file\",size,mtime_ns\r\na.mp4\r\n",
    "\"file\",size,mtime_ns\r\na.mp4,-1,1\r\n", "\"file\",size,mtime_ns\r\n\"a.mp4,1,1\r\n",
    "\"file\",size,mtime_ns\r\na.mp4,1,99999999999999999999\r\n",
    "{\"file\":\"a\",\"size\":1,\"mtime_ns\":1}\n{\"file\":\"b\"}\n",
    "{\"file\":\"a\",\"size\":1,\"mtime_ns\":1}\nb.mp4\n",
  ])
  func aListingWithARowThatIsNoneIsRefused(_ list: String) throws {
    let error = #expect(throws: ClassifierError.self) { try paths(list.utf8) }
    #expect(error?.cause.contains("entry ") == true, "\(error?.cause ?? "")")
  }

  /// Names of files, however odd, are no listing.
  @Test(arguments: ["{\"file\":1}", "{", "file,size,mtime_ns", "\"file\",size"])
  func aLineThatOnlyLooksLikeAListingIsAPath(_ line: String) throws {
    #expect(try paths((line + "\nb.mp4\n").utf8) == [BytePath(line), "b.mp4"])
  }
}
