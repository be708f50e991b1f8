import CFFmpeg
import Synchronization

/// Counts the pictures of which a decoder had to make parts up.
///
/// A picture's own flags tell it too, but with frame threads they are copied while another thread may still be at work
/// on it: the count would differ from run to run. What FFmpeg logs as it conceals damage does not. So its log goes
/// here, in the whole process, and nothing of it is printed.
final class DamageLog: Sendable {
  private let concealed = Atomic(0)

  /// The logs of decoders that are open, by what their contexts hold in `opaque`.
  private static let open = Mutex<[UInt: DamageLog]>([:])

  /// Sends FFmpeg's log here.
  static func install() { _ = installed }

  private static let installed: Void = {
    av_log_set_callback { object, level, format, arguments in
      if level <= AV_LOG_ERROR, let format, let arguments { TLSComplaint.note(format: format, arguments) }
      guard let object, let format, strncmp(format, "concealing", 10) == 0 else { return }
      let name = object.load(as: UnsafePointer<AVClass>?.self)?.pointee.class_name
      guard let name, strcmp(name, "AVCodecContext") == 0 else { return }
      let key = object.assumingMemoryBound(to: AVCodecContext.self).pointee.opaque
      let log = DamageLog.open.withLock { $0[UInt(bitPattern: key)] }
      log?.concealed.add(1, ordering: .relaxed)
    }
  }()

  /// Listens to a decoder that is not open yet; the contexts of its threads will hold the same `opaque`.
  func listen(to context: UnsafeMutablePointer<AVCodecContext>) {
    let key = Unmanaged.passUnretained(self).toOpaque()
    context.pointee.opaque = key
    Self.open.withLock { $0[UInt(bitPattern: key)] = self }
  }

  /// Stops listening, once the decoder is closed.
  func close() {
    let key = Unmanaged.passUnretained(self).toOpaque()
    Self.open.withLock { $0[UInt(bitPattern: key)] = nil }
  }

  var count: Int { concealed.load(ordering: .relaxed) }
}
