import CFFmpeg
import Foundation

/// An open regular file as FFmpeg reads it; closes it once.
///
/// The `file` protocol alone is allowed, and the path is never taken for an address: `http:x` is a file's name.
final class LocalFile {
  private(set) var io: UnsafeMutablePointer<AVIOContext>?
  /// The path behind `file:`, as FFmpeg wants it.
  let address: [CChar]

  /// `path` is the path's bytes, without a closing zero.
  init(path: [UInt8]) throws(VideoError) {
    address = Array("file:".utf8).map(CChar.init(bitPattern:)) + path.map(CChar.init(bitPattern:)) + [0]
    try Self.check(path: address[5...].map { $0 })
    var options = FFmpegOptions(["protocol_whitelist": "file"])
    var interrupt = Self.interrupt
    let code = avio_open2(&io, address, AVIO_FLAG_READ, &interrupt, &options.entries)
    guard io != nil, code >= 0 else { throw .unreadable(reason: FFmpegStatus.reason(code)) }
  }

  deinit { avio_closep(&io) }

  /// Lets FFmpeg's blocking reads end when the user asks for it.
  static var interrupt: AVIOInterruptCB {
    AVIOInterruptCB(callback: { _ in Interruption.isRequested ? 1 : 0 }, opaque: nil)
  }

  /// Refuses what would block or cannot hold a video, before anything is opened.
  private static func check(path: [CChar]) throws(VideoError) {
    var status = stat()
    guard !path.dropLast().contains(0), stat(path, &status) == 0 else {
      throw .unreadable(reason: String(cString: strerror(path.dropLast().contains(0) ? ENOENT : errno)))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .notRegularFile(kind: "a directory")
    case S_IFIFO: throw .notRegularFile(kind: "a pipe")
    case S_IFSOCK: throw .notRegularFile(kind: "a socket")
    default: throw .notRegularFile(kind: "a device")
    }
    guard status.st_size > 0 else { throw .empty }
  }
}

/// A dictionary of FFmpeg options; freed once.
struct FFmpegOptions: ~Copyable {
  var entries: OpaquePointer?

  init(_ options: KeyValuePairs<String, String>) {
    for (key, value) in options { av_dict_set(&entries, key, value, 0) }
  }

  deinit {
    var last = entries
    av_dict_free(&last)
  }
}
