import FoundationEssentials
import Glibc

/// Bytes that can be read at any place, as a file's can: what a video is read from that is no file.
///
/// Called by one thread at a time, though not always by the same one, and from the start again where a file
/// would be opened again: the bytes must not change.
package protocol VideoReader: Sendable {
  /// Bytes in all.
  var byteCount: Int64 { get }
  /// Fills a part of `buffer`, one byte of it at least, with the bytes from `offset` on; the number of bytes,
  /// 0 at the end alone. `offset` is from 0 to `byteCount`.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
}

/// Where a video's bytes come from.
package enum VideoSource: Sendable {
  /// A path's bytes without a closing zero, or an address's where these are allowed.
  case path([UInt8])
  /// Anything that can be read. `name` is what errors call it; its ending helps, as a file's does, where the
  /// content alone does not say what it is.
  case reader(any VideoReader, name: String)

  /// A whole file in memory.
  package static func bytes(_ bytes: [UInt8], name: String) -> VideoSource {
    .reader(MemoryReader(bytes: bytes), name: name)
  }

  /// A whole file in memory.
  package static func data(_ data: Data, name: String) -> VideoSource {
    .reader(MemoryReader(bytes: data), name: name)
  }

  /// What errors call it.
  package var name: String {
    switch self {
    case .path(let path): String(decoding: path, as: UTF8.self)
    case .reader(_, let name): name
    }
  }
}

/// `Data` or an array.
private struct MemoryReader<Bytes: RandomAccessCollection & ContiguousBytes & Sendable>: VideoReader {
  let bytes: Bytes

  var byteCount: Int64 { Int64(bytes.count) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    bytes.withUnsafeBytes { bytes in
      let part = bytes[Int(offset)...].prefix(buffer.count)
      UnsafeMutableRawBufferPointer(rebasing: buffer[..<part.count]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: part))
      return part.count
    }
  }
}
