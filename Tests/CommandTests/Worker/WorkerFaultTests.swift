import Foundation
import TestSupport
import Testing

/// Signals, closed pipes and decoders that die: `worker` ends as docs/worker.md says, and leaves nothing
/// running.
@Suite struct WorkerFaultTests {
  private static let clips = ["pan_left", "zoom_in", "tilt_up"].map { "SampleVideos/\($0).mp4" }

  /// Of one decoder, and more windows a file than are decoded ahead.
  private func session(_ more: String...) throws -> WorkerSession {
    try WorkerSession(["--stride", "1", "--workers", "1"] + more)
  }

  private func isGone(_ workers: [Int32]) -> Bool {
    eventually { !workers.contains(where: Processes.isAlive) }
  }

  @Test func aKilledWorkerLeavesNothingRunning() throws {
    let session = try session()
    try session.ask(Self.clips[0], Self.clips[1])
    let decoder = try #require(Processes.stoppedWorker(of: session.process))
    kill(session.process.processIdentifier, SIGKILL)
    #expect(session.status() == 128 + SIGKILL)
    kill(decoder, SIGCONT)
    #expect(isGone([decoder]))
  }

  @Test(arguments: [SIGTERM, SIGINT]) func atASignalTheFileInHandIsAnswered(_ signal: Int32) throws {
    let session = try session()
    try session.ask(Self.clips[0], Self.clips[1], Self.clips[2])
    let decoder = try #require(Processes.stoppedWorker(of: session.process))
    kill(session.process.processIdentifier, signal)
    // Long enough for a program that did not wait for the file to have ended.
    usleep(400_000)
    #expect(session.process.isRunning)
    kill(decoder, SIGCONT)
    #expect(try session.rest().map { $0["file"] as? String } == [Self.clips[0]])
    #expect(session.status() == 130)
    #expect(isGone([decoder]))
  }

  @Test func aWaitingWorkerEndsAtASignalAtOnce() throws {
    let session = try session()
    try session.ask(Self.clips[0])
    _ = try session.next()
    kill(session.process.processIdentifier, SIGTERM)
    #expect(try session.rest().isEmpty && session.status() == 130)
  }

  /// Nor is a file that is opened later taken for the requests.
  @Test(arguments: ["worker", "scan --files-from - --output '@'"])
  func aClosedStandardInputIsAnError(_ command: String) throws {
    let folder = try TemporaryFolder()
    let command = command.replacing("@", with: folder.path("l.csv"))
    let run = try Program().shell("exec \"$r2p1d\" \(command) --model camera-motion <&-")
    #expect(run.status == 2)
    #expect(run.errors == "r2p1d-video: standard input: cannot be read: bad file descriptor\n")
  }

  @Test func theSecondSignalEndsTheFileInHandToo() throws {
    let session = try session()
    try session.ask(Self.clips[0])
    let decoder = try #require(Processes.stoppedWorker(of: session.process))
    kill(session.process.processIdentifier, SIGTERM)
    usleep(300_000)
    kill(session.process.processIdentifier, SIGTERM)
    #expect(try session.rest().isEmpty && session.status() == 128 + SIGTERM)
    kill(decoder, SIGCONT)
    #expect(isGone([decoder]))
  }

  @Test func theEndOfTheRequestsLeavesNoneUnanswered() throws {
    let session = try session()
    try session.ask(Self.clips[0], "none.mp4", Self.clips[1])
    try session.end()
    #expect(try session.rest().count == 3)
    #expect(session.status() == 0)
  }

  /// Whether it is at a file or waits for one.
  @Test(arguments: [true, false]) func aWorkerWhoseReaderHasGoneEnds(_ isBusy: Bool) throws {
    let session = try session()
    try session.ask(Self.clips[0])
    let decoder = try #require(Processes.stoppedWorker(of: session.process))
    if !isBusy {
      kill(decoder, SIGCONT)
      _ = try session.next()
    }
    try session.hangUp()
    // The requests' pipe is open all the while.
    #expect(session.status() == 128 + SIGPIPE)
    kill(decoder, SIGCONT)
    #expect(isGone([decoder]))
  }

  @Test(arguments: [SIGKILL, SIGSEGV]) func aDecoderThatDiesIsItsFilesError(_ signal: Int32) throws {
    let session = try session()
    try session.ask(Self.clips[0], Self.clips[1])
    let decoder = try #require(Processes.stoppedWorker(of: session.process))
    kill(decoder, signal)
    kill(decoder, SIGCONT)
    let answers = [try session.next(), try session.next()]
    #expect(answers.map { $0["file"] as? String } == Array(Self.clips[..<2]))
    #expect(answers.map { $0["kind"] as? String } == ["decoder", nil])
    try session.end()
    #expect(session.status() == 0)
  }

  @Test func aDecoderThatHangsIsGivenUp() throws {
    let session = try session("--timeout", "2")
    try session.ask(Self.clips[0], Self.clips[1])
    let decoder = try #require(Processes.stoppedWorker(of: session.process))
    let answers = [try session.next(), try session.next()]
    #expect(answers[0]["kind"] as? String == "timeout")
    #expect((answers[0]["error"] as? String)?.contains("2 s without progress") == true)
    #expect(answers[1]["labels"] != nil || answers[1]["kind"] as? String == "timeout")
    #expect(isGone([decoder]))
    try session.end()
    #expect(session.status() == 0)
  }

  @Test func standardInputThatCannotBeReadIsAnError() throws {
    let run = try Program().shell("exec \"$r2p1d\" worker --model camera-motion < /")
    #expect(run.status == 2)
    #expect(run.errors == "r2p1d-video: standard input: cannot be read: is a directory\n")
  }

  @Test func answersThatCannotBeWrittenAreAnError() throws {
    let run = try Program().shell("exec \"$r2p1d\" worker --model camera-motion </dev/null >/dev/full")
    #expect(run.status == 2)
    #expect(run.errors == "r2p1d-video: standard output: cannot be written: no space left on device\n")
  }

  @Test(.slow) func aFileThatGetsOnGivesLinesOfProgress() throws {
    let session = try session("--progress-lines", "--no-seek")
    try session.ask(Self.clips[0])
    let decoder = try #require(Processes.stoppedWorker(of: session.process))
    usleep(10_500_000)
    kill(decoder, SIGCONT)
    // One comes within half a second of what is left of the file, or none before the file's end; on a machine
    // that is busy others follow.
    var line = try session.next()
    while line["labels"] == nil {
      #expect(line["file"] as? String == Self.clips[0])
      let progress = try #require(line["progress"] as? [String: Any])
      #expect(progress["done"] is Int && progress["of"] != nil)
      line = try session.next()
    }
    #expect(line["file"] as? String == Self.clips[0])
    try session.end()
    #expect(try session.rest().isEmpty)
  }
}
