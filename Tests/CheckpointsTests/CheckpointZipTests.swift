import Testing

@testable import Checkpoints

@Suite struct CheckpointZipTests {
  /// The golden archive, and where its parts begin.
  private struct Archive {
    var bytes: [UInt8]
    let directory: [Int]
    let end: Int
    let zip64: Int

    init() throws {
      let bytes = try Golden.bytes("zip.pth")
      func places(_ signature: [UInt8]) -> [Int] {
        (0..<(bytes.count - 4)).filter { Array(bytes[$0..<($0 + 4)]) == signature }
      }
      self.bytes = bytes
      directory = places([0x50, 0x4B, 1, 2])
      end = try #require(places([0x50, 0x4B, 5, 6]).last)
      zip64 = try #require(places([0x50, 0x4B, 6, 6]).last)
    }

    mutating func set<T: FixedWidthInteger>(_ value: T, at offset: Int) {
      bytes.replaceSubrange(offset..<(offset + MemoryLayout<T>.size), with: Pickled.littleEndian(value))
    }

    func entry(named name: String) throws -> Int {
      try #require(
        directory.first { start in
          let count = Int(bytes[start + 28])
          return String(decoding: bytes[(start + 46)..<(start + 46 + count)], as: UTF8.self) == name
        })
    }

    func header(of entry: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[entry + 42 + $1]) << (8 * $1) } }
  }

  /// What is said, and the change to an archive of which the directory's entries of the pickle and of two
  /// storages begin at three places.
  private typealias Contradiction = (
    expected: String,
    change: @Sendable (_ archive: inout Archive, _ pickle: Int, _ first: Int, _ second: Int) -> Void
  )

  private static let contradictions: [Contradiction] = [
    (
      "'zip/data/0': found 7 stored bytes, expected 192",
      { archive, _, first, _ in
        archive.set(UInt32(7), at: first + 20)
      }
    ),
    (
      "entries in",
      { archive, _, _, _ in
        archive.set(UInt64(1) << 62, at: archive.zip64 + 32)
      }
    ),
    (
      "expected a directory before byte",
      { archive, _, _, _ in
        archive.set(UInt64.max, at: archive.zip64 + 48)
      }
    ),
    (
      "expected a directory before byte",
      { archive, _, _, _ in
        archive.set(UInt64.max, at: archive.zip64 + 40)
      }
    ),
    (
      "found a header that differs from the directory",
      { archive, _, first, second in
        archive.set(UInt32(archive.header(of: first)), at: second + 42)
      }
    ),
    (
      "found no Zip64 field",
      { archive, _, first, _ in
        archive.set(UInt32.max, at: first + 42)
      }
    ),
    (
      "expected one before the directory",
      { archive, _, first, _ in
        archive.set(UInt32(archive.bytes.count), at: first + 42)
      }
    ),
    (
      "found no header at byte",
      { archive, _, first, _ in
        archive.set(UInt32(3), at: archive.header(of: first))
      }
    ),
    (
      "a header that differs from the directory",
      { archive, _, first, _ in
        archive.set(UInt16(8), at: first + 10)
      }
    ),
    (
      "is an encrypted zip archive",
      { archive, _, first, _ in
        archive.set(UInt16(1), at: first + 8)
      }
    ),
    (
      "found a header that differs from the directory",
      { archive, _, _, second in
        archive.bytes.replaceSubrange((second + 46)..<(second + 56), with: Array("zip/data/0".utf8))
      }
    ),
    (
      "'zip/data.pkl': found the checksum",
      { archive, pickle, _, _ in
        archive.bytes[archive.header(of: pickle) + 70] ^= 1
      }
    ),
    (
      "the zip entry 'zip/data/0': found 188 bytes, expected 192",
      { archive, _, first, _ in
        for offset in [20, 24] { archive.set(UInt32(188), at: first + offset) }
      }
    ),
    (
      "found the bytes of 'zip/data/0' in it",
      { archive, _, first, _ in
        // Long enough to reach over the next entry's header.
        for offset in [20, 24] { archive.set(UInt32(300), at: first + offset) }
      }
    ),
    (
      "found no entry 'zip/data/1'",
      { archive, _, _, second in
        archive.bytes.replaceSubrange((second + 46)..<(second + 56), with: Array("zip/data/9".utf8))
        archive.bytes[archive.header(of: second) + 30 + 9] = UInt8(ascii: "9")
      }
    ),
    (
      "found no data.pkl among 11 entries, the first 'zip/data.xyz'",
      { archive, pickle, _, _ in
        archive.bytes.replaceSubrange((pickle + 46)..<(pickle + 58), with: Array("zip/data.xyz".utf8))
        archive.bytes.replaceSubrange(
          (archive.header(of: pickle) + 30)..<(archive.header(of: pickle) + 42),
          with: Array("zip/data.xyz".utf8))
      }
    ),
  ]

  @Test("A directory that contradicts the file is refused", arguments: 0..<16)
  func contradictions(number: Int) throws {
    var archive = try Archive()
    let pickle = try archive.entry(named: "zip/data.pkl")
    let first = try archive.entry(named: "zip/data/0")
    let second = try archive.entry(named: "zip/data/1")
    #expect(Self.contradictions.count == 16)
    let (expected, change) = Self.contradictions[number]
    change(&archive, pickle, first, second)
    let reason = try #require(refusal(archive.bytes))
    #expect("\(reason)".contains(expected), "\(reason)")
  }

  @Test("Two entries of one name are refused")
  func duplicates() throws {
    var archive = try Archive()
    let first = try archive.entry(named: "zip/data/0")
    let second = try archive.entry(named: "zip/data/1")
    archive.bytes.replaceSubrange((second + 46)..<(second + 56), with: Array("zip/data/0".utf8))
    archive.bytes[archive.header(of: second) + 30 + 9] = UInt8(ascii: "0")
    #expect(refusal(archive.bytes) == .duplicate("the zip entry 'zip/data/0'"))
    #expect(archive.header(of: first) != archive.header(of: second))
  }

  @Test("An archive without checksums, as torch can write it, is read")
  func withoutChecksums() throws {
    var archive = try Archive()
    archive.set(UInt32(0), at: try archive.entry(named: "zip/data.pkl") + 16)
    #expect(refusal(archive.bytes) == nil)
  }

  @Test(
    "An archive that says nothing of Zip64 is read, one that ends before its directory is incomplete"
  )
  func ends() throws {
    let archive = try Archive()
    let plain = Array(archive.bytes[..<archive.zip64] + archive.bytes[archive.end...])
    #expect(refusal(plain) == nil)
    let reason = try #require(refusal(Array(archive.bytes[..<archive.zip64])))
    #expect("\(reason)".contains("ends inside the zip archive, before its directory"))
    #expect("\(reason)".contains("download or copy it again"))
  }

  @Test("Another byte order than little or big is refused")
  func byteOrder() throws {
    var archive = try Archive()
    let header = archive.header(of: try archive.entry(named: "zip/byteorder"))
    let place = try #require(
      (header..<archive.bytes.count).first { archive.bytes[$0...].starts(with: "little".utf8) })
    archive.bytes[place] = UInt8(ascii: "L")
    #expect(
      refusal(archive.bytes)
        == .damaged(part: "'zip/byteorder'", found: "'Little'", expected: "'little' or 'big'"))
  }
}
