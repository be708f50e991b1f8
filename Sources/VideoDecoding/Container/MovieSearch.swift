import CFFmpeg
import FoundationEssentials
import Glibc

/// Looks for a whole MP4 file inside another file.
///
/// What metadata say of its place (XMP's offsets, Samsung's trailer, a box `mpvd`) is not needed, nor
/// believed: what counts is that a chain of boxes begins there with `ftyp`, stays within the file and holds a
/// `moov`.
struct MovieSearch {
  private let source: ByteSource
  private let size: Int64

  /// No camera's photo is longer: a film that begins later is not found.
  static let reach: Int64 = 256 << 20
  /// Boxes that are looked at in all, however many places look like a beginning.
  private var boxesLeft = 20_000

  init(_ source: ByteSource, _ size: Int64) {
    self.source = source
    self.size = size
  }

  /// The first at or behind `start`.
  mutating func first(from start: Int64) -> Range<Int64>? {
    let name = Array("ftyp".utf8)
    var at = start
    while at < min(size, Self.reach), boxesLeft > 0, !source.control.isCancelled {
      let bytes = source.bytes(at: at, count: 1 << 18)
      guard bytes.count >= 8 else { return nil }
      var from = 4
      while boxesLeft > 0, let found = bytes.firstPlace(of: name, from: from) {
        if let movie = movie(at: at + Int64(found) - 4) { return movie }
        from = found + 1
      }
      at += Int64(bytes.count) - 7
    }
    return nil
  }

  /// Whether a chain of boxes that begins at `start` holds a `moov`.
  mutating func holdsMovie(from start: Int64) -> Bool { movie(at: start) != nil }

  private mutating func movie(at start: Int64) -> Range<Int64>? {
    var at = start
    var hasMovie = false
    while boxesLeft > 0, at < size, let box = box(at: at) {
      boxesLeft -= 1
      if at == start {
        guard box.name == "ftyp", (16...4096).contains(box.length) else { break }
      } else if box.name == "ftyp" {
        break  // Another file begins.
      }
      hasMovie = hasMovie || box.name == "moov"
      // What is cut off is FFmpeg's to judge.
      guard box.length <= size - at else { return hasMovie ? start..<size : nil }
      at += box.length
    }
    return hasMovie ? start..<at : nil
  }

  private func box(at offset: Int64) -> (name: String, length: Int64)? {
    Self.box(source.bytes(at: offset, count: 16), left: size - offset)
  }

  /// The box that begins with these bytes, of which there are sixteen if as many are left.
  private static func box(_ head: [UInt8], left: Int64) -> (name: String, length: Int64)? {
    guard head.count >= 8, head[4..<8].allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0xA9 }) else {
      return nil
    }
    var length = head[..<4].reduce(0) { $0 << 8 | Int64($1) }
    if length == 1 {
      guard head.count == 16, head[8] < 0x80 else { return nil }
      length = head[8...].reduce(0) { $0 << 8 | Int64($1) }
      guard length >= 16 else { return nil }
    } else if length == 0 {
      length = left
    }
    guard length >= 8 else { return nil }
    return (String(decoding: head[4..<8], as: UTF8.self), length)
  }
}

extension MovieSearch {
  /// Whether an MP4 file says in one place where all its samples are: its boxes make up the whole file, a `moov`
  /// is among them, and no fragment.
  static func isWithoutFragments(_ bytes: any PlacedBytes) -> Bool {
    var at: Int64 = 0
    var hasMovie = false
    for _ in 0..<mostBoxes where at < bytes.count {
      var head = [UInt8](repeating: 0, count: Int(min(16, bytes.count - at)))
      let isRead = head.withUnsafeMutableBytes { bytes.fill($0, at: at) }
      guard isRead, let box = box(head, left: bytes.count - at), box.length <= bytes.count - at else {
        return false
      }
      if ["moof", "sidx", "mfra"].contains(box.name) { return false }
      hasMovie = hasMovie || box.name == "moov"
      at += box.length
    }
    return hasMovie && at == bytes.count
  }

  private static let mostBoxes = 100
}

extension [UInt8] {
  /// Where `part`, which is not empty, begins for the first time at or behind `start`.
  func firstPlace(of part: [UInt8], from start: Int) -> Int? {
    withUnsafeBytes { bytes in
      var at = start
      while at + part.count <= bytes.count,
        let found = memchr(bytes.baseAddress! + at, Int32(part[0]), bytes.count - part.count + 1 - at)
      {
        at = UnsafeRawPointer(found) - bytes.baseAddress!
        if bytes[at..<at + part.count].elementsEqual(part) { return at }
        at += 1
      }
      return nil
    }
  }
}
