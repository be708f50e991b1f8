import CFFmpeg
import FoundationEssentials
import Glibc

/// An open regular file as FFmpeg reads it, an address that may be read over the network, or bytes that Swift
/// code gives; closes it once.
///
/// For a file the `file` protocol alone is allowed, and its path is never taken for an address: `http:x` is a
/// file's name. An address is read by HTTP and what that needs, and no redirection leads back to a file.
final class ByteSource {
  private(set) var io: UnsafeMutablePointer<AVIOContext>?
  /// The address, or the path or name behind `file:`, as FFmpeg wants it.
  let address: [CChar]
  let control: DecodingControl
  /// What a reader threw, if it did: its bytes end there.
  var failure: VideoError? { (bytes as? ReaderBytes)?.failure }
  /// Nil for an address whose server gives no parts of what is there, which FFmpeg reads itself.
  private(set) var bytes: (any PlacedBytes)?
  /// In place of a protocol of FFmpeg's own.
  private var stream: CustomIO?
  private let meter: ReadingMeter

  init(
    _ source: VideoSource, rules: InputRules, control: DecodingControl, meter: ReadingMeter
  ) throws(VideoError) {
    self.control = control
    self.meter = meter
    switch source {
    case .path(let path):
      let isAddress = Self.isAddress(path)
      if isAddress && rules.allowsNetwork && !path.contains(0) {
        address = path.map(CChar.init(bitPattern:)) + [0]
        let certificates = try Certificates.options(rules)
        let whole = try Self.connect(address, nil, certificates, control)
        let bytes = AddressBytes(whole, meter: meter) { [address] range throws(VideoError) in
          try Self.connect(address, range, certificates, control)
        }
        if let bytes { try open(bytes) } else { io = whole }
      } else {
        address = Self.address(ofFile: path)
        do {
          try open(FileBytes(path: address[5...].map { $0 }, meter: meter))
        } catch {
          if isAddress, [.missing, .unreadable].contains(error.kind) { throw .networkNotAllowed }
          throw error
        }
      }
    case .reader(let reader, let name):
      address = Self.address(ofFile: name.utf8.filter { $0 != 0 })
      guard reader.byteCount > 0 else { throw .empty }
      try open(ReaderBytes(reader, meter: meter))
    }
  }

  /// What `body` gives; where the reader has failed, it is the cause whatever the bytes look like without the
  /// rest.
  func blamingReader<Result>(_ body: () throws(VideoError) -> Result) throws(VideoError) -> Result {
    do {
      return try body()
    } catch {
      throw failure ?? error
    }
  }

  private static func address(ofFile path: [UInt8]) -> [CChar] {
    (Array("file:".utf8) + path).map(CChar.init(bitPattern:)) + [0]
  }

  private func open(_ bytes: any PlacedBytes) throws(VideoError) {
    let stream = try CustomIO(bytes, control)
    (self.bytes, self.stream, io) = (bytes, stream, stream.io)
  }

  /// Opens an address, or a part of what is there.
  private static func connect(
    _ address: [CChar], _ range: Range<Int64>? = nil, _ certificates: KeyValuePairs<String, String>,
    _ control: DecodingControl
  ) throws(VideoError) -> UnsafeMutablePointer<AVIOContext> {
    // A server that says nothing for so many microseconds is given up.
    var options = FFmpegOptions([
      "protocol_whitelist": "http,https,httpproxy,tls,tcp", "rw_timeout": "30000000",
    ])
    options.add(certificates)
    if let range {
      options.add(["offset": "\(range.lowerBound)", "end_offset": "\(range.upperBound)"])
    }
    var interrupt = control.interrupt
    var code: Int32 = 0
    var io: UnsafeMutablePointer<AVIOContext>?
    let isUntrusted = TLSComplaint.isMade {
      code = avio_open2(&io, address, AVIO_FLAG_READ, &interrupt, &options.entries)
    }
    if FFmpegStatus(code) == .interrupted, control.isCancelled { throw .interrupted }
    if code < 0, isUntrusted { throw .untrustedServer }
    guard let io, code >= 0 else { throw .unreadable(reason: FFmpegStatus.reason(code)) }
    return io
  }

  private static func isAddress(_ path: [UInt8]) -> Bool {
    let start = String(decoding: path.prefix(8), as: UTF8.self).lowercased()
    return start.hasPrefix("http://") || start == "https://"
  }

  deinit { if stream == nil { avio_closep(&io) } }
}

/// What Swift code gives. It ends where the code throws.
private final class ReaderBytes: PlacedBytes {
  let count: Int64
  private let reader: any VideoReader
  private let meter: ReadingMeter
  private(set) var failure: VideoError?

  init(_ reader: any VideoReader, meter: ReadingMeter) {
    (self.reader, self.meter) = (reader, meter)
    count = reader.byteCount
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int32 {
    guard failure == nil else { return CFFMPEG_ERROR_IO }
    guard offset >= 0, offset < count else { return 0 }
    do {
      let wanted = UnsafeMutableRawBufferPointer(
        rebasing: buffer.prefix(Int(clamping: min(count - offset, Int64(Int32.max)))))
      let got = try reader.read(into: wanted, at: offset)
      guard 0...wanted.count ~= got else { throw VideoError.unreadable(reason: "its reader is faulty") }
      meter.add(got)
      return Int32(got)
    } catch {
      failure = error as? VideoError ?? .unreadable(reason: "\(error)".onOneLine)
      return CFFMPEG_ERROR_IO
    }
  }
}

extension String {
  /// What a reader's own error says, which goes into a message of one line.
  fileprivate var onOneLine: String {
    String(prefix(300)).split(whereSeparator: \.isNewline).joined(separator: " ")
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
