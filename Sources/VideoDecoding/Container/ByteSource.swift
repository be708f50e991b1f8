import CFFmpeg
import FoundationEssentials
import Glibc

/// An open regular file as FFmpeg reads it, or an address that may be read over the network; closes it once.
///
/// For a file the `file` protocol alone is allowed, and its path is never taken for an address: `http:x` is a file's
/// name. An address is read by HTTP and what that needs, and no redirection leads back to a file.
final class ByteSource {
  private(set) var io: UnsafeMutablePointer<AVIOContext>?
  /// The address, or the path behind `file:`, as FFmpeg wants it.
  let address: [CChar]

  /// `path` is the path's or the address's bytes, without a closing zero.
  init(path: [UInt8], rules: InputRules) throws(VideoError) {
    let isAddress = Self.isAddress(path)
    if isAddress && rules.allowsNetwork && !path.contains(0) {
      address = path.map(CChar.init(bitPattern:)) + [0]
      try open(protocols: "http,https,httpproxy,tls,tcp", Certificates.options(rules))
    } else {
      address = Array("file:".utf8).map(CChar.init(bitPattern:)) + path.map(CChar.init(bitPattern:)) + [0]
      do {
        try Self.check(path: address[5...].map { $0 })
      } catch {
        if isAddress, case .unreadable = error { throw .networkNotAllowed }
        throw error
      }
      try open(protocols: "file")
    }
  }

  private func open(
    protocols: String, _ network: KeyValuePairs<String, String> = [:]
  ) throws(VideoError) {
    // A server that says nothing for so many microseconds is given up; files know no such option.
    var options = FFmpegOptions(["protocol_whitelist": protocols, "rw_timeout": "30000000"])
    options.add(network)
    var interrupt = Self.interrupt
    var code: Int32 = 0
    let isUntrusted = TLSComplaint.isMade {
      code = avio_open2(&io, address, AVIO_FLAG_READ, &interrupt, &options.entries)
    }
    if FFmpegStatus(code) == .interrupted, Interruption.isRequested { throw .interrupted }
    if code < 0, isUntrusted { throw .untrustedServer }
    guard io != nil, code >= 0 else { throw .unreadable(reason: FFmpegStatus.reason(code)) }
  }

  private static func isAddress(_ path: [UInt8]) -> Bool {
    let start = String(decoding: path.prefix(8), as: UTF8.self).lowercased()
    return start.hasPrefix("http://") || start == "https://"
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

  init(_ options: KeyValuePairs<String, String>) { add(options) }

  mutating func add(_ options: KeyValuePairs<String, String>) {
    for (key, value) in options { av_dict_set(&entries, key, value, 0) }
  }

  deinit {
    var last = entries
    av_dict_free(&last)
  }
}
