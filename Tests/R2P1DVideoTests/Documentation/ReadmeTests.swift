import Foundation
import R2P1DVideo
import TestSupport
import Testing

@Suite struct ReadmeTests {
  @Test func theLibrarysExampleIsTheOneThatIsCompiledHere() throws {
    let example = try Checkout.text("Tests/R2P1DVideoTests/Documentation/LibraryExample.swift")
    #expect(try Checkout.text("README.md").contains("```swift\n\(example)```\n"))
  }

  @Test func theLibrarysExampleRuns() throws {
    try printLabels(of: [Checkout.clip], model: "random:r2plus1d_18")
  }

  @Test func everyPublishedModelIsNamed() throws {
    let readme = try Checkout.text("README.md")
    for entry in PublishedModel.all where !entry.name.contains("clip32") {
      #expect(readme.contains("`\(entry.name)`"))
    }
  }
}
