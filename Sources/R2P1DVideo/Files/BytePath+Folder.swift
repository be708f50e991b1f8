import FoundationEssentials
import Glibc

import struct SystemPackage.Errno

extension BytePath {
  /// The names in this folder, in the order of their bytes.
  package func entries() throws(Errno) -> [BytePath] {
    guard let folder = withCString({ opendir($0) }) else { throw Errno.last }
    defer { closedir(folder) }
    var names: [BytePath] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let name = UnsafeRawPointer(entry).advanced(by: offset)
      names.append(
        BytePath(
          bytes: UnsafeRawBufferPointer(start: name, count: strlen(name.assumingMemoryBound(to: CChar.self))))
      )
    }
    guard errno == 0 else { throw Errno.last }
    return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// What follows the last dot of the name, in lower case; nil without one.
  package var lowercasedExtension: String? {
    let name = name.bytes
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return nil }
    return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// Whether the name ends as a video's does.
  package var isVideoName: Bool { lowercasedExtension.map(Self.videoExtensions.contains) ?? false }

  /// How videos' names end, in lower case.
  package static let videoExtensions: Set<String> = [
    "3g2", "3gp", "amv", "asf", "avi", "divx", "dv", "f4v", "flv", "gif", "h264", "hevc", "ivf", "m1v", "m2t",
    "m2ts",
    "m2v", "m4v", "mjpeg", "mjpg", "mkv", "mod", "mov", "mp4", "mpe", "mpeg", "mpg", "mpv", "mts", "mxf",
    "nut", "ogm",
    "ogv", "qt", "rm", "rmvb", "tod", "ts", "vob", "webm", "wmv", "y4m",
  ]
}

extension BytePath {
  /// The path in a URL, where `%NN` stands for a byte, which need not be part of a character.
  package init(percentEncoded text: String) {
    var (bytes, rest) = ([UInt8](), text.utf8[...])
    while let first = rest.popFirst() {
      let digits = String(rest.prefix(2)) ?? ""
      if first == UInt8(ascii: "%"), digits.count == 2, let byte = UInt8(digits, radix: 16) {
        bytes.append(byte)
        rest.removeFirst(2)
      } else {
        bytes.append(first)
      }
    }
    self.init(bytes: bytes)
  }
}
