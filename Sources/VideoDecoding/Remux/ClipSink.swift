import CFFmpeg
import Glibc

/// An open file as FFmpeg writes it; it is not closed here. Without one nothing is kept of what is written.
final class ClipSink {
  private(set) var io: UnsafeMutablePointer<AVIOContext>?
  private let descriptor: Int32?
  private var position: Int64 = 0
  private var end: Int64 = 0
  /// The system's `errno` of the write that failed; 0 if none did.
  private(set) var errorCode: Int32 = 0

  private static let bufferBytes = 64 << 10

  init(_ descriptor: Int32?) throws(VideoError) {
    self.descriptor = descriptor
    guard let buffer = av_malloc(Self.bufferBytes)?.assumingMemoryBound(to: UInt8.self) else {
      throw .outOfMemory
    }
    io = cffmpeg_writing_stream(
      buffer, Int32(Self.bufferBytes), Unmanaged.passUnretained(self).toOpaque(),
      { sink, bytes, count in ClipSink.of(sink).write(bytes, count) },
      { sink, offset, whence in ClipSink.of(sink).seek(offset, whence) })
    guard io != nil else {
      av_free(buffer)
      throw .outOfMemory
    }
  }

  deinit {
    if let io { av_free(io.pointee.buffer) }
    avio_context_free(&io)
  }

  private static func of(_ opaque: UnsafeMutableRawPointer?) -> ClipSink {
    Unmanaged<ClipSink>.fromOpaque(opaque!).takeUnretainedValue()
  }

  private func write(_ bytes: UnsafePointer<UInt8>?, _ count: Int32) -> Int32 {
    guard let bytes, count > 0 else { return 0 }
    var done = 0
    while done < Int(count) {
      let written =
        descriptor.map { pwrite($0, bytes + done, Int(count) - done, off_t(position)) } ?? Int(count) - done
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        errorCode = written < 0 ? errno : ENOSPC
        return CFFMPEG_ERROR_IO
      }
      done += written
      position += Int64(written)
    }
    end = max(end, position)
    return count
  }

  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    let target: Int64
    switch whence & ~AVSEEK_FORCE {
    case AVSEEK_SIZE: return end
    case SEEK_SET: target = offset
    case SEEK_CUR: target = position &+ offset
    case SEEK_END: target = end &+ offset
    default: return Int64(CFFMPEG_ERROR_INVALID)
    }
    guard target >= 0 else { return Int64(CFFMPEG_ERROR_INVALID) }
    position = target
    return target
  }
}
