import Foundation
import R2P1DVideo
import TestSupport
import Testing

/// The documentation's Swift is that of the folder Snippets, which is compiled with the tests and run by
/// them.
@Suite struct SwiftSnippetTests {
  private static let folder = "Tests/R2P1DVideoTests/Documentation/Snippets"

  /// Lines without their indentation: a snippet may stand in a function.
  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  @Test(arguments: try Document.blocks(of: "swift"))
  func aSnippetIsPartOfAFileThatIsCompiled(_ block: Document.Block) throws {
    let snippet = Self.lines(block.text)
    let files = try FileManager.default.contentsOfDirectory(atPath: Checkout.path(Self.folder)).map {
      Self.lines(try Checkout.text("\(Self.folder)/\($0)"))
    }
    #expect(
      files.contains { $0.firstRange(of: snippet) != nil }, "\(block.place) is in no file of \(Self.folder)")
  }

  @Test func labelsArePrinted() async throws {
    try await printLabels(of: [Checkout.clip], model: "camera-motion")
  }

  @Test func segmentsAreFound() async throws {
    let segments = try await segments(of: Checkout.path("SampleVideos/pan_right_then_tilt_up.mp4"))
    #expect(segments.map(\.label) == ["pan right", "tilt up"])
  }

  private static let classifier = Task {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(8)
    return try await Network.load(.named("camera-motion")).classifier(options)
  }

  @Test func aPassIsLeftEarlyAndSummedUp() async throws {
    let classifier = try await Self.classifier.value
    let path = Checkout.path("SampleVideos/pan_right_then_tilt_up.mp4")
    let (cut, labels) = try await firstCut(of: path, classifier)
    #expect(abs(try #require(cut) - 2) < 1 && labels.windows.count > 3)
    #expect(try await firstCut(of: Checkout.clip, classifier).seconds == nil)
  }

  @Test func bytesAndFramesAreLabelled() async throws {
    let classifier = try await Self.classifier.value
    let upload = try Data(contentsOf: URL(filePath: Checkout.clip))
    #expect(try await labels(of: upload, classifier).labels[0].label == "pan left")
    let grey = try await labels(ofFrames: 60, classifier) { _ in Array(repeating: 99, count: 3 * 64 * 48) }
    #expect(grey.video.width == 64 && grey.video.duration == 2 && grey.file == "camera")
  }

  @Test func windowsThatATestHasMadeBecomeSegments() {
    #expect(segmentsOfTheWeather().map(\.label) == ["rain", "sun"])
  }

  @Test func aServerStreamsWindowsAndTheResult() async throws {
    let upload = try Data(contentsOf: URL(filePath: Checkout.clip))
    var parts: [Data] = []
    try await answer(upload, try await Self.classifier.value) { parts.append($0) }
    let result = try JSONDecoder().decode(VideoLabels.self, from: try #require(parts.last))
    #expect(result.windows.count == parts.count - 1 && result.labels[0].label == "pan left")
  }

  @Test func aServerTellsErrorsApart() async throws {
    let classifier = try await Self.classifier.value
    let error = await #expect(throws: ClassifierError.self) {
      try await labels(of: Data("no video".utf8), classifier)
    }
    #expect(httpStatus(of: try #require(error)) == 415)
    let missing = await #expect(throws: ClassifierError.self) {
      try await labels(of: "/none.mp4", classifier, within: .seconds(60))
    }
    #expect(httpStatus(of: try #require(missing)) == 404)
  }

  @Test func aRequestEndsInTime() async throws {
    let classifier = try await Self.classifier.value
    #expect(try await labels(of: Checkout.clip, classifier, within: .seconds(600)) != nil)
    // The labels may be there before a busy machine has come to look at the clock.
    var isEnded = false
    for _ in 0..<50 where !isEnded {
      isEnded = try await labels(of: Checkout.clip, classifier, within: .zero) == nil
    }
    #expect(isEnded)
  }

  @Test(
    .disabled(
      if: Sanitizer.isThere, "a sanitizer reserves more address space than a decoding process may have"))
  func aWorkerIsAsked() throws {
    let program = try #require(Bundle.main.executableURL?.deletingLastPathComponent())
      .appending(path: "r2p1d-video")
    let videos = try askedOfAWorker([Checkout.clip, Checkout.otherClip], program)
    #expect(videos.map(\.file.string) == [Checkout.clip, Checkout.otherClip])
    #expect(videos.first?.labels[0].label == "pan left")
  }

  @Test func everyPublishedModelIsNamed() throws {
    let readme = try Checkout.text("README.md")
    for entry in PublishedModel.all where !entry.name.contains("clip32") {
      #expect(readme.contains("`\(entry.name)`"))
    }
  }
}
