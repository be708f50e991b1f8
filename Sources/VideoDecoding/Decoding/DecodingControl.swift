import CFFmpeg
import Synchronization

/// What other threads may ask of a decoding that is under way, and know of it. One may serve several videos.
///
/// Every read of a file and every packet looks here; a decoding that is cancelled throws
/// `VideoError.interrupted`.
package final class DecodingControl: Sendable {
  private let cancelled = Atomic<Bool>(false)
  private let packets = Atomic<Int>(0)

  package init() {}

  package var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  package func cancel() { cancelled.store(true, ordering: .relaxed) }

  /// Throws `.interrupted` once this is cancelled.
  package func check() throws(VideoError) {
    if isCancelled { throw .interrupted }
  }

  /// Packets read so far: a count that grows tells a decoding that takes long from one that hangs.
  package var packetsRead: Int { packets.load(ordering: .relaxed) }

  func countPacket() { packets.add(1, ordering: .relaxed) }

  /// Ends FFmpeg's blocking calls once this is cancelled. Valid for as long as this object lives.
  var interrupt: AVIOInterruptCB {
    AVIOInterruptCB(
      callback: { control in
        control.map { Unmanaged<DecodingControl>.fromOpaque($0).takeUnretainedValue().isCancelled } ?? false
          ? 1 : 0
      }, opaque: Unmanaged.passUnretained(self).toOpaque())
  }
}
