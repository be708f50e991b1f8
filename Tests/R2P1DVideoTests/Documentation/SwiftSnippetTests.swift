import Foundation
import R2P1DVideo
import TestSupport
import Testing

/// The documentation's Swift is that of the folder Snippets, which is compiled with the tests and run by them.
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

  @Test func everyPublishedModelIsNamed() throws {
    let readme = try Checkout.text("README.md")
    for entry in PublishedModel.all where !entry.name.contains("clip32") {
      #expect(readme.contains("`\(entry.name)`"))
    }
  }
}
