import Foundation
import R2P1DVideo
import Testing

@Suite struct ReadmeTests {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  @Test func theLibrarysExampleIsTheOneThatIsCompiledHere() throws {
    let example = try text("Tests/R2P1DVideoTests/LibraryExample.swift")
    #expect(try text("README.md").contains("```swift\n\(example)```\n"))
  }

  @Test func theLibrarysExampleRuns() throws {
    try printLabels(of: [root.appending(path: "SampleVideos/pan_left.mp4").path], model: "random:r2plus1d_18")
  }

  @Test func everyPublishedModelIsNamed() throws {
    let readme = try text("README.md")
    for entry in PublishedModel.all where !entry.name.contains("clip32") {
      #expect(readme.contains("`\(entry.name)`"))
    }
  }
}
