import Dispatch
import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

/// Sequences of windows and segments, and how they end.
@Suite struct ScoringPassTests {
  private static let clip = VideoInput.file(BytePath(Checkout.clip))

  private static func classifier(stride: Int = 4, threads: Int = 2) async throws -> Classifier {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(stride)
    options.keepsLogits = true
    options.threads = threads
    return try await Network.load(.named("camera-motion")).classifier(options)
  }

  @Test(
    "The windows come in order, and the labels of the same pass are those of all"
  )
  func labelsOfTheSamePass() async throws {
    let classifier = try await Self.classifier()
    let whole = try await classifier.classify(Self.clip)
    let windows = classifier.windows(of: Self.clip)
    var seen: [ScoredWindow] = []
    for try await window in windows {
      seen.append(window)
      if seen.count == 3 { break }
    }
    #expect(seen.map(\.number) == [0, 1, 2])
    #expect(seen.map(\.logits) == whole.windows.prefix(3).map { $0.logits ?? [] })
    #expect(try await windows.labels() == whole)
    for try await window in windows { Issue.record("window \(window.number) after the labels") }
    #expect(try await windows.labels() == whole)
  }

  @Test("Segments are those that a segmenter makes of the windows", arguments: [1, 2])
  func segments(threads: Int) async throws {
    let classifier = try await Self.classifier(threads: threads)
    let input = VideoInput.file(BytePath(Checkout.path("SampleVideos/pan_right_then_tilt_up.mp4")))
    var segmenter = Segmenter(labels: classifier.labels)
    var expected: [VideoSegment] = []
    for try await window in classifier.timeline(of: input) { expected += segmenter.add(window) }
    expected += segmenter.finish()
    var found: [VideoSegment] = []
    let segments = classifier.segments(of: input)
    for try await segment in segments { found.append(segment) }
    #expect(found == expected && found.map(\.label) == ["pan right", "tilt up"])
    #expect(try await segments.summary().windows == classifier.timeline(of: input).summary().windows)
  }

  @Test("Two at once in two tasks, of one classifier, give the bits of one alone")
  func twoAtOnce() async throws {
    let classifier = try await Self.classifier()
    let inputs = [Self.clip, .file(BytePath(Checkout.otherClip))]
    let alone = [try await classifier.classify(inputs[0]), try await classifier.classify(inputs[1])]
    try await withThrowingTaskGroup(of: (Int, VideoLabels).self) { group in
      for task in 0..<4 {
        group.addTask { (task % 2, try await classifier.classify(inputs[task % 2])) }
      }
      for try await (input, labels) in group { #expect(labels == alone[input]) }
    }
    // What four requests worked with does not stay for ever.
    #expect(classifier.workspaces.idleCount <= classifier.options.idleWorkspaces)
  }

  @Test("A cancelled task's pass ends within a window, with its threads and its memory", arguments: [1, 2])
  func cancelled(threads: Int) async throws {
    await #expect(processExitsWith: .success) { [threads] in
      // A process of its own, whose threads are counted.
      let classifier = try await Self.classifier(stride: 1, threads: threads)
      _ = try await classifier.classify(Film(frames: 30).input)
      let before = Self.threadCount
      let film = Film(frames: 1_000_000)
      let windows = classifier.windows(of: film.input)
      let task = Task {
        do throws(ClassifierError) {
          // By itself: how much would be decoded until another task gets to it is up to the machine.
          for try await window in windows where window.number == 5 { withUnsafeCurrentTask { $0?.cancel() } }
          return nil as ClassifierError?
        } catch {
          return error
        }
      }
      let error = await task.value
      #expect(error?.kind == .cancelled)
      let asked = film.framesAsked
      // Whoever asks again hears the same, and nothing more is decoded.
      let again = await #expect(throws: ClassifierError.self) { try await windows.labels() }
      #expect(again == error && film.framesAsked == asked)
      #expect(asked < 40)
      #expect(await Self.becomesTrue { Self.threadCount <= before })
      #expect(classifier.workspaces.idleCount == 1)
    }
  }

  @Test("A cancelled classification ends within a window", arguments: [1, 2])
  func cancelledClassification(threads: Int) async throws {
    let classifier = try await Self.classifier(stride: 1, threads: threads)
    let film = Film(frames: 1_000_000)
    let task = Task { try await classifier.classify(film.input) }
    #expect(await Self.becomesTrue { film.framesAsked > 20 })
    task.cancel()
    let error = await #expect(throws: ClassifierError.self) { try await task.value }
    #expect(error?.kind == .cancelled && film.framesAsked < 100_000)
  }

  @Test("A sequence that is let go of ends its decoding; one that is not asked decodes three windows ahead")
  func letGo() async throws {
    let classifier = try await Self.classifier(stride: 8)
    let film = Film(frames: 1_000_000)
    try await {
      var windows = classifier.windows(of: film.input).makeAsyncIterator()
      #expect(try await windows.next()?.number == 0)
      #expect(await Self.becomesTrue { film.framesAsked >= 32 })
      try await Task.sleep(for: .milliseconds(200))
      // The one that was given, three that wait, and the one that the decoder holds; then the frame that
      // settles it.
      #expect(film.framesAsked <= 8 * 6)
    }()
    #expect(await Self.becomesTrue { classifier.workspaces.idleCount == 1 })
    let asked = film.framesAsked
    try await Task.sleep(for: .milliseconds(100))
    #expect(film.framesAsked == asked)
  }

  @Test("Inputs that block keep no task from running", .timeLimit(.minutes(1)))
  func blockingInputs() async throws {
    let classifier = try await Self.classifier(threads: 1)
    let isOpen = DispatchSemaphore(value: 0)
    let count = ProcessInfo.processInfo.activeProcessorCount + 2
    try await withThrowingTaskGroup(of: VideoLabels.self) { group in
      for _ in 0..<count {
        group.addTask {
          let frames = VideoFrames(stamps: [0, 1, 2], timescale: 15) { number in
            if number == 0 { isOpen.wait() }
            return try Film.frame(number)
          }
          return try await classifier.classify(.frames(frames))
        }
      }
      // Would stand in the queue behind them, were they on the threads that tasks share.
      #expect(await Task { 1 }.value == 1)
      for _ in 0..<count { isOpen.signal() }
      for try await labels in group { #expect(labels.video.framesDecoded > 0) }
    }
  }

  @Test("What failed once fails again, with a kind that a server can act on")
  func failure() async throws {
    let classifier = try await Self.classifier()
    let windows = classifier.windows(of: .bytes(Array("no video at all".utf8), name: "upload.mp4"))
    for _ in 0..<2 {
      let error = await #expect(throws: ClassifierError.self) { try await windows.labels() }
      #expect(error?.kind == .unsupported && error?.subject == "upload.mp4")
      var iterator = windows.makeAsyncIterator()
      let again = await #expect(throws: ClassifierError.self) { try await iterator.next() }
      #expect(again == error)
    }
  }

  @Test("For a task that is cancelled no model is loaded")
  func cancelledLoading() async throws {
    let task = Task {
      try? await Task.sleep(for: .seconds(60))
      return try await Network.load(.named("no-such-model"))
    }
    task.cancel()
    let error = await #expect(throws: ClassifierError.self) { try await task.value }
    #expect(error?.kind == .cancelled)
  }

  private static var threadCount: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
  }

  /// Whether it does within a minute.
  private static func becomesTrue(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<6000 {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}
