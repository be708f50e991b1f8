import Testing

@testable import R2P1DVideo

@Suite struct CountedTests {
  @Test func oneIsInTheSingular() {
    #expect([0, 1, 2].map { $0.counted("file") } == ["0 files", "1 file", "2 files"])
    #expect([0, 1, 2].map { $0.counted("try", "tries") } == ["0 tries", "1 try", "2 tries"])
  }
}
