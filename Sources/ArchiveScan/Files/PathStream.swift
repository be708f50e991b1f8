import FoundationEssentials
import Glibc
import R2P1DVideo
import SystemPackage

/// Paths off a stream, each as soon as it is there: one per line, or with a zero byte behind each.
///
/// Lines may begin with a byte order mark and end as on Windows. An empty entry is one, too.
package struct PathStream: FileSource {
  /// No path that Linux takes is as long. Of a longer entry so much is kept, which then fails as too long.
  static let longest = Int(PATH_MAX)

  private let descriptor: FileDescriptor
  private let separator: UInt8?
  /// What has been read and belongs to later entries.
  private var unread: ArraySlice<UInt8> = []
  private var isFirst = true

  /// The paths on an open stream, which stays open.
  package init(_ descriptor: FileDescriptor, zeroSeparated: Bool) {
    self.descriptor = descriptor
    separator = zeroSeparated ? nil : UInt8(ascii: "\n")
  }

  mutating func next(until isOver: () -> Bool) throws(ClassifierError) -> BytePath? {
    var entry: [UInt8] = []
    while true {
      let end = unread.firstIndex(of: separator ?? 0)
      entry += unread[..<(end ?? unread.endIndex)].prefix(Self.longest - entry.count)
      unread = end.map { unread[($0 + 1)...] } ?? []
      if end != nil { return path(entry) }
      switch try read(until: isOver) {
      case nil: return nil
      case []: return entry.isEmpty ? nil : path(entry)
      case let bytes?: unread = bytes[...]
      }
    }
  }

  private mutating func path(_ entry: [UInt8]) -> BytePath {
    defer { isFirst = false }
    guard separator != nil else { return BytePath(bytes: entry) }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let line = isFirst && entry.starts(with: mark) ? entry.dropFirst(mark.count) : entry[...]
    return BytePath(bytes: line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }

  /// What is there, waited for; empty at the end, nil once `isOver`.
  private func read(until isOver: () -> Bool) throws(ClassifierError) -> [UInt8]? {
    while !isOver() {
      var place = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
      guard poll(&place, 1, IdleTimeout.sliceMilliseconds) > 0 else { continue }
      do {
        return try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
          count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
      } catch {
        let reason = error as? Errno ?? .ioError
        if reason == .resourceTemporarilyUnavailable { continue }
        throw .list("standard input", cause: "cannot be read: \(reason.reason)")
      }
    }
    return nil
  }
}
