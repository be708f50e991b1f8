import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Cancels when it has been asked for so many bytes.
private final class CancellingReader: VideoReader {
  let bytes: [UInt8]
  let from: Int64
  let control: DecodingControl

  init(_ bytes: [UInt8], from: Int64, _ control: DecodingControl) {
    (self.bytes, self.from, self.control) = (bytes, from, control)
  }

  var byteCount: Int64 { Int64(bytes.count) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    if offset >= from { control.cancel() }
    let part = bytes.dropFirst(Int(offset)).prefix(buffer.count)
    buffer.copyBytes(from: part)
    return part.count
  }
}

/// A decoding that is cancelled ends; no other does.
@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct CancellationTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  @Test("One of two videos that are read at once is cancelled alone, within a packet")
  func apart() throws {
    let path = try clips.make("a.mp4", source: "64x48:25:20", "-c:v libx264")
    let (first, second) = (DecodingControl(), DecodingControl())
    let cancelled = try Video(source: .path(Array(path.utf8)), threads: 1, control: first)
    let other = try Video(source: .path(Array(path.utf8)), threads: 1, control: second)
    let numbers = Array(0..<(try cancelled.timeline().times.count))
    var seen = 0
    #expect(throws: VideoError.interrupted) {
      try cancelled.frames(numbers, seeking: false) { _, _ in
        seen += 1
        if seen == 10 {
          first.cancel()
          let packets = first.packetsRead
          let others = try other.pass([5, 400], seeking: true).pictures
          #expect(others.count == 2)
          #expect(first.packetsRead == packets && second.packetsRead > 0)
        }
      }
    }
    #expect(seen == 10)
    #expect(throws: VideoError.interrupted) { try cancelled.pass() }
    #expect(try other.pass().pictures.count == numbers.count)
  }

  @Test("A control that is cancelled before anything is read keeps a video from being opened")
  func before() throws {
    let path = try clips.make("a.mp4", source: "64x48:25:1", "-c:v libx264")
    let control = DecodingControl()
    control.cancel()
    #expect(throws: VideoError.interrupted) {
      try Video(source: .path(Array(path.utf8)), threads: 1, control: control)
    }
  }

  @Test("Opening and looking through the packets are cancelled too", arguments: [0, 0.5])
  func early(at part: Double) throws {
    _ = try clips.make("a.ts", source: "320x240:25:20", "-c:v libx264 -f mpegts")
    let bytes = try clips.read("a.ts")
    let control = DecodingControl()
    let reader = CancellingReader(bytes, from: Int64(part * Double(bytes.count)), control)
    #expect(throws: VideoError.interrupted) {
      let video = try Video(source: .reader(reader, name: "a.ts"), threads: 1, control: control)
      #expect(part > 0)
      _ = try video.timeline()
    }
  }
}
