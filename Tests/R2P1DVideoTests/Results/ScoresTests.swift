import Foundation
import R2P1DVideo
import Testing

@Suite struct ScoresTests {
  @Test func softmaxOfEqualLogitsIsEven() {
    #expect(ClassScores(logits: [3, 3, 3, 3]).values == [0.25, 0.25, 0.25, 0.25])
  }

  @Test func softmaxStandsLogitsBeyondTheRangeOfExp() {
    #expect(ClassScores(logits: [1000, 0]).values == [1, 0])
    #expect(ClassScores(logits: [-1000, -1000]).values == [0.5, 0.5])
  }

  @Test func softmaxIsTheRatioOfPowers() {
    // Exact but for the rounding of exp and one division in double.
    let scores = ClassScores(logits: [log(1), log(2), log(5)]).values
    #expect(zip(scores, [0.125, 0.25, 0.625]).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  /// Two windows of two classes, with probabilities (0.8, 0.2) and (0.5, 0.5).
  static let windows: [[Float]] = [[Float(log(4.0)), 0], [0, 0]]

  @Test(arguments: [
    (ClassScores.Merge.mean, [0.65, 0.35]), (.max, [0.8, 0.5]), (.logits, [2.0 / 3, 1.0 / 3]),
  ])
  func windowsAreMerged(_ merge: ClassScores.Merge, _ expected: [Double]) {
    let scores = ClassScores(windows: Self.windows, merge: merge).values
    // log 4 is rounded to float32.
    #expect(zip(scores, expected).allSatisfy { abs($0 - $1) < 1e-7 })
  }

  @Test(arguments: ClassScores.Merge.allCases)
  func oneWindowIsItself(_ merge: ClassScores.Merge) {
    #expect(ClassScores(windows: [[1, 2, 3]], merge: merge) == ClassScores(logits: [1, 2, 3]))
  }

  @Test func theHighestComeFirstAndOfEqualsTheLowerIndex() {
    let scores = ClassScores([0.1, 0.3, 0.2, 0.3, 0.1])
    #expect(scores.top(3) == [1, 3, 2])
    #expect(scores.top(9) == [1, 3, 2, 0, 4])
  }
}
