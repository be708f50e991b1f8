import CFFmpeg
import Synchronization

/// Which packets FFmpeg found damaged, or decoded only by making parts up.
///
/// A frame's own flags tell it too, but with frame threads they are copied while another thread may still
/// be at work on it: the count would differ from run to run. What FFmpeg logs does not. So where the process
/// is `FFmpegGlobals.own`'s, its log goes here and nothing of it is printed; elsewhere the flags have to do.
/// A codec's or container's context says in `opaque` whose it is and which packet it is given; each thread of
/// a decoder keeps what held when it got its packet.
final class ConcealmentCounter: Sendable {
  private let damaged = Mutex<Set<Int>>([])
  private let number: UInt

  /// The logs of what is open, by their numbers.
  private static let open = Mutex<[UInt: ConcealmentCounter]>([:])
  private static let count = Atomic<UInt>(0)
  private static let packetBits: UInt = 36

  /// Sends FFmpeg's log here.
  static func install() {
    av_log_set_callback { object, level, format, arguments in
      if level <= AV_LOG_ERROR, let format, let arguments { TLSComplaint.note(format: format, arguments) }
      guard let object, let format, level <= AV_LOG_ERROR || strncmp(format, "concealing", 10) == 0,
        // Said at the level of errors of every sound H.261 stream.
        strncmp(format, "warning: ", 9) != 0
      else { return }
      let name = object.load(as: UnsafePointer<AVClass>?.self)?.pointee.class_name
      guard let name, let opaque = ConcealmentCounter.opaque(of: object, named: name) else { return }
      ConcealmentCounter.note(UInt(bitPattern: opaque))
    }
  }

  private static func opaque(
    of object: UnsafeMutableRawPointer, named name: UnsafePointer<CChar>
  ) -> UnsafeMutableRawPointer? {
    if strcmp(name, "AVCodecContext") == 0 {
      object.assumingMemoryBound(to: AVCodecContext.self).pointee.opaque
    } else if strcmp(name, "AVFormatContext") == 0 {
      object.assumingMemoryBound(to: AVFormatContext.self).pointee.opaque
    } else {
      nil
    }
  }

  private static func note(_ word: UInt) {
    let log = open.withLock { $0[word >> packetBits] }
    log?.mark(Int(word & (1 << packetBits - 1)))
  }

  init() {
    number = Self.count.add(1, ordering: .relaxed).newValue
    Self.open.withLock { $0[number] = self }
  }

  /// What a context has to hold in `opaque` while it works on this packet.
  func word(packet: Int) -> UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(bitPattern: number << Self.packetBits | UInt(packet))
  }

  /// Stops listening, once the context is closed.
  func close() {
    Self.open.withLock { $0[number] = nil }
  }

  /// Counts this packet as damaged, once.
  func mark(_ packet: Int) {
    damaged.withLock { _ = $0.insert(packet) }
  }

  func clear() {
    damaged.withLock { $0 = [] }
  }

  /// How many of the packets before `end` are damaged.
  func count(before end: Int = .max) -> Int {
    damaged.withLock { damaged in damaged.count { $0 < end } }
  }

  /// Whether one of these packets is damaged.
  func holds(_ packets: Range<Int>) -> Bool {
    damaged.withLock { damaged in
      packets.count < damaged.count
        ? packets.contains(where: damaged.contains) : damaged.contains(where: packets.contains)
    }
  }
}
