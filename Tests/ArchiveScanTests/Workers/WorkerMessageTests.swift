import Foundation
import Inference
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

/// What a worker sends, and what one sends that a hostile file has taken over.
@Suite struct WorkerMessageTests {
  private func window(
    _ number: Int, of total: Int = 3, _ samples: [UInt32], isFinal: Bool = false
  ) -> WorkerMessage.Window {
    WorkerMessage.Window(
      number: number, total: total, start: Rational(1, 3), end: 1, videoEnd: 3.25, padded: false,
      isFinal: isFinal, samples: samples)
  }

  private func read(_ bytes: [UInt8], frames: Int) -> WorkerMessage? {
    var head = MessageReader(bytes: bytes[...])
    guard let kind = WorkerMessage.Kind(rawValue: head.next(UInt32.self)) else { return nil }
    let length = Int(head.next(UInt32.self))
    guard WorkerMessage.isLegal(kind, length: length, frames: frames), bytes.count == 8 + length else {
      return nil
    }
    return WorkerMessage(kind, Array(bytes[8...]), frames: frames)
  }

  private static let video: VideoSummary = {
    var video = VideoSummary(
      start: 1.4, duration: 3.25, width: 320, height: 240, frameRate: 29.97, codec: "h264", decodeErrors: 2,
      framesDecoded: 90, track: 3, timecode: "01:00:00;02", warnings: [.dolbyVision(profile: 5)])
    video.bytesRead = 1_000
    return video
  }()

  private static func sample() throws -> Sample { try Sample(SampleNormalization.kinetics.values) }

  /// A reference, which the testing library's macros can change things of.
  private final class Assembling {
    private var assembly: WindowAssembly

    init(frames: Int, from first: Int = 0) { assembly = WindowAssembly(frames: frames, from: first) }

    var isComplete: Bool { assembly.isComplete }
    func add(_ sample: Sample) -> Bool { assembly.add(sample) }
    func restart() -> Bool { assembly.restart() }
    func window(_ message: WorkerMessage.Window) -> Window? { assembly.window(message) }
  }

  @Test func messagesArriveAsTheyWereSent() {
    let picture = (0..<Sample.count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let messages: [WorkerMessage] = [
      .beat, .sample(picture), .window(window(2, [5, 6, 6])),
      .window(window(1, [5, 6, 6], isFinal: true)), .restarted, .end(Self.video),
      .refusal(Refusal(cause: "no video stream", kind: .unsupported)),
      .exhausted(Refusal(cause: "not enough", kind: .limit(.memory), remedy: .raise(.memory))),
    ]
    for message in messages { #expect(read(message.bytes, frames: 3) == message) }
  }

  @Test func impossibleMessagesAreNone() {
    var late = window(3, of: 3, [0, 0])
    #expect(read(WorkerMessage.window(late).bytes, frames: 2) == nil)
    late = window(0, of: WorkerMessage.mostWindows + 1, [0, 0])
    #expect(read(WorkerMessage.window(late).bytes, frames: 2) == nil)
    #expect(read(WorkerMessage.window(window(0, [0])).bytes, frames: 2) == nil)
    for time in [Double.nan, .infinity, -.infinity, 1e300] {
      let odd = WorkerMessage.Window(
        number: 0, total: 1, start: 0, end: 1, videoEnd: time, padded: false, isFinal: false,
        samples: [0])
      #expect(read(WorkerMessage.window(odd).bytes, frames: 1) == nil)
      for (start, duration) in [(0, time), (time, 0)] {
        let video = VideoSummary(
          start: start, duration: duration, width: 1, height: 1, frameRate: 1, codec: "x", decodeErrors: 0,
          framesDecoded: 0)
        #expect(read(WorkerMessage.end(video).bytes, frames: 1) == nil)
      }
    }
    for (codec, timecode) in [("x\n", nil), ("x y", nil), ("x", "01:00:00:0a"), ("x", "24:00:00:00")] {
      let video = VideoSummary(
        start: 0, duration: 1, width: 1, height: 1, frameRate: 1, codec: codec, decodeErrors: 0,
        framesDecoded: 0, timecode: timecode)
      #expect(read(WorkerMessage.end(video).bytes, frames: 1) == nil)
    }
  }

  @Test func lengthsAreCheckedBeforeAnythingIsRead() {
    for kind in [WorkerMessage.Kind.beat, .sample, .window, .restarted, .end, .refusal, .exhausted] {
      for length in [-1, 5000, Sample.count + 1, Int(UInt32.max)] {
        #expect(!WorkerMessage.isLegal(kind, length: length, frames: 8))
      }
    }
  }

  @Test func noiseCrashesNothing() {
    var random = SplitMix64(seed: 1)
    for kind in [WorkerMessage.Kind.window, .end, .refusal, .exhausted] {
      for length in 0..<200 where WorkerMessage.isLegal(kind, length: length, frames: 8) {
        for _ in 0..<10 { _ = WorkerMessage(kind, random.bytes(length), frames: 8) }
      }
    }
  }

  @Test func windowsShareTheSamplesOfTheOneBefore() throws {
    let assembly = Assembling(frames: 2)
    let samples = try (0..<3).map { _ in try Self.sample() }
    #expect(assembly.add(samples[0]) && assembly.add(samples[1]))
    #expect(try #require(assembly.window(window(0, [0, 1]))).samples.elementsEqual(samples[..<2], by: ===))
    #expect(assembly.add(samples[2]))
    #expect(try #require(assembly.window(window(1, [1, 2]))).samples.elementsEqual(samples[1...], by: ===))
    // Sample 0 was in neither the window before nor new.
    #expect(assembly.window(window(2, [0, 2])) == nil)
  }

  /// Of a film of which windows are kept; a worker that finds that they do not hold begins at the first one.
  @Test(arguments: [0, 5]) func windowsComeFromTheOneAskedForOrFromTheFirst(_ number: Int) throws {
    let assembly = Assembling(frames: 1, from: 5)
    #expect(try assembly.add(Self.sample()))
    for wrong in [1, 4, 6] { #expect(assembly.window(window(wrong, [0])) == nil) }
    #expect(!assembly.isComplete)
    #expect(assembly.window(window(number, [0], isFinal: true)) != nil)
    #expect(assembly.isComplete)
    #expect(assembly.window(window(number + 1, [0])) != nil)
    #expect(assembly.restart())
    #expect(assembly.window(window(number, [0])) == nil)
    #expect(assembly.window(window(number + 1, [0])) != nil)
  }

  @Test(arguments: ["a.mp4", "", "\u{0}\u{0}\u{0}\u{0}\u{0}"]) func aRequestArrivesAsItWasSent(_ path: String)
  {
    let request = DecodeRequest(BytePath(path), from: 4_000_000_000)
    #expect(DecodeRequest(request.bytes) == request)
    #expect(DecodeRequest([1, 2]) == DecodeRequest("", from: 513))
  }

  @Test func windowsComeInTurn() throws {
    let assembly = Assembling(frames: 1)
    #expect(!assembly.isComplete)
    #expect(try assembly.add(Self.sample()))
    #expect(assembly.window(window(1, [0])) == nil)
    #expect(assembly.window(window(0, [1])) == nil)
    #expect(assembly.window(window(0, [0, 0])) == nil)
    #expect(assembly.window(window(0, [0])) != nil)
    #expect(assembly.window(window(2, [0])) == nil)
    #expect(assembly.window(window(1, [0])) != nil)
    #expect(assembly.isComplete)
  }

  @Test func samplesThatNoWindowNeedsAreNotTaken() throws {
    let assembly = Assembling(frames: 2)
    #expect(try assembly.add(Self.sample()) && assembly.add(Self.sample()))
    #expect(try !assembly.add(Self.sample()))
  }

  @Test func whatIsNotFinalIsTakenBackAndComesAgain() throws {
    let assembly = Assembling(frames: 1)
    #expect(try assembly.add(Self.sample()))
    #expect(assembly.window(window(0, [0], isFinal: true)) != nil)
    #expect(assembly.window(window(1, [0])) != nil && assembly.window(window(2, [0])) != nil)
    #expect(assembly.restart())
    #expect(assembly.window(window(0, [0])) == nil)
    #expect(assembly.window(window(1, [0])) != nil && assembly.window(window(2, [0])) != nil)
    #expect(assembly.isComplete)
  }

  @Test func nothingIsFinalBehindAWindowThatIsNot() throws {
    let assembly = Assembling(frames: 1)
    #expect(try assembly.add(Self.sample()))
    #expect(assembly.window(window(0, [0])) != nil)
    #expect(assembly.window(window(1, [0], isFinal: true)) == nil)
  }

  @Test func afterARestartSomethingHasToCome() throws {
    let assembly = Assembling(frames: 1)
    #expect(try assembly.add(Self.sample()) && assembly.window(window(0, [0])) != nil && assembly.restart())
    #expect(!assembly.isComplete)
  }

  @Test func windowsAreNotTakenBackForEver() throws {
    let assembly = Assembling(frames: 1)
    #expect((0..<100).count { _ in assembly.restart() } < 20)
    #expect(Assembling(frames: 1).restart())
  }
}
