import Foundation
import Synchronization
import TestSupport
import Testing

@testable import VideoDecoding

/// Bytes that another program changes once the packets were scanned.
private final class ChangingBytes: VideoReader {
  let bytes: [UInt8]
  let byteCount: Int64
  private let other: Mutex<[UInt8]?> = Mutex(nil)

  init(_ bytes: [UInt8]) { (self.bytes, byteCount) = (bytes, Int64(bytes.count)) }

  func becomes(_ bytes: [UInt8]) { other.withLock { $0 = bytes } }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    let bytes = other.withLock { $0 } ?? self.bytes
    let part = bytes.dropFirst(Int(clamping: offset)).prefix(buffer.count)
    buffer.copyBytes(from: part)
    return part.count
  }
}

@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct ChangingFileTests {
  let clips: Clips
  let film: [UInt8]

  init() throws {
    clips = try Clips()
    _ = try clips.make(
      "film.mp4", source: "96x64:30:20",
      "-vf noise=alls=60:allf=t -b:v 3M -c:v libx264 -g 60 -movflags +faststart")
    film = try clips.read("film.mp4")
  }

  enum Change: CaseIterable {
    case growth, cut, zeros, noiseInTheMiddle, otherFrames

    func of(_ film: [UInt8]) -> [UInt8] {
      var bytes = film
      switch self {
      case .growth: bytes += film
      case .cut: bytes.removeLast(film.count / 2)
      case .zeros: for place in film.count / 2..<film.count { bytes[place] = 0 }
      case .noiseInTheMiddle:
        var random = SplitMix64(seed: 7)
        for place in film.count / 3..<film.count / 3 * 2 {
          bytes[place] = UInt8(truncatingIfNeeded: random.next())
        }
      case .otherFrames:
        bytes.replaceSubrange(film.count / 2..<film.count / 2 + 50_000, with: film[(film.count - 50_000)...])
      }
      return bytes
    }
  }

  /// Scans the film, changes it and reads windows: what comes is what a decoding of the changed bytes gives, or
  /// one error.
  @Test(arguments: Change.allCases, [InputRules.Scanning.sparse, .indexed])
  func aFileThatChangesAfterItsScanIsDecodedAsItIs(_ change: Change, _ scanning: InputRules.Scanning) throws {
    FFmpegGlobals.own()
    let bytes = ChangingBytes(film)
    var rules = InputRules()
    rules.scanning = scanning
    let video = try Video(source: .reader(bytes, name: "film.mp4"), threads: 1, rules: rules)
    _ = try video.timeline()
    #expect(video.scan?.places != nil)
    let changed = change.of(film)
    bytes.becomes(changed)
    var (numbers, errors) = (0, 0)
    for _ in 0..<3 {
      do {
        let wanted = Reading.windows(try video.timeline().times.count)
        numbers = 0
        try video.frames(wanted, seeking: true) { _, _ in numbers += 1 }
        #expect(numbers == wanted.count)
        errors = video.decodeErrors
        break
      } catch VideoError.timelineChanged {
      } catch {
        #expect(error is VideoError && !"\(error)".contains("\n"))
        return
      }
    }
    #expect(change == .growth ? errors == 0 : errors > 0 || numbers > 0)
  }
}
