import TestSupport
import Testing

@testable import R2P1DVideo

@Suite struct LabelSelectionTests {
  private static let labels = LabelSet(["pan left", "pan right", "Tilt (up)", "tilt down", "a b", "a_b"])

  @Test(arguments: [
    (["pan left"], [0]), (["PAN_LEFT", "tilt up"], [0, 2]), (["tilt down", "tilt down"], [3]), (["a b"], [4]),
    (["a_b", "a b"], [4, 5]),
  ])
  func namesAreMatchedExactlyElseFolded(_ names: [String], _ classes: [Int]) throws {
    let mask = try Self.labels.mask(of: names, model: "m")
    #expect(mask.indices.filter { mask[$0] } == classes)
  }

  @Test(arguments: [
    (["pan lft"], "no class is called 'pan lft'; the nearest: 'pan left', 'pan right', 'a b'"),
    (["pan left", "A B "], "'A B ' may be any of 'a b', 'a_b': write one as the model does"),
    ([], "no class is selected"),
  ])
  func whatIsNoClassIsNamedWithWhatIsNear(_ names: [String], _ cause: String) {
    let error = #expect(throws: ClassifierError.self) { try Self.labels.mask(of: names, model: "m") }
    #expect(
      error?.cause == cause && error?.subject == "m" && error?.scope == .setup && error?.kind == .request)
  }

  struct Case: CustomTestStringConvertible {
    var decision = Decision()
    let top: Int
    let labels: [Int]
    let testDescription: String

    init(
      _ name: String, top: Int = 9, only: [Bool]? = nil, floor: Double = 0, minimum: Double? = nil,
      thresholds: [Double]? = nil, _ labels: [Int]
    ) {
      (testDescription, self.top, self.labels) = (name, top, labels)
      (decision.allowed, decision.floor) = (only, floor)
      (decision.minimumScore, decision.thresholds) = (minimum, thresholds)
    }

    static let all = [
      Case("all", [1, 0, 2, 3]),
      Case("the best two", top: 2, [1, 0]),
      Case("without the best", only: [true, false, true, true], [0, 2, 3]),
      Case("the best of some", top: 1, only: [false, false, true, true], [2]),
      Case("sure ones", floor: 0.2, [1, 0]),
      Case("as sure as asked for", floor: 0.25, [1, 0]),
      Case("none is sure", floor: 0.9, []),
      Case("sure ones of some", only: [false, false, true, true], floor: 0.2, []),
      Case("a model that is not sure", minimum: 0.7, []),
      Case("a model that is not sure of what is left", only: [true, false, true, true], minimum: 0.3, []),
      Case("thresholds", thresholds: [0.5, 0.5, 0.1, 0.2], [1, 2]),
      Case("thresholds and a floor", floor: 0.2, thresholds: [0.5, 0.5, 0.1, 0.2], [1]),
    ]
  }

  @Test(arguments: Case.all) func labelsAreTheAllowedOnesThatAreSureEnough(_ test: Case) {
    let scores = ClassScores([0.25, 0.5, 0.15, 0.1])
    #expect(test.decision.labels(scores, top: test.top) == test.labels)
    #expect(
      test.labels.allSatisfy {
        test.decision.accepts(scores.values[$0], of: $0) || test.decision.minimumScore != nil
      })
  }

  @Test func aLabelThatIsNotAllowedBeginsNoSegment() {
    var decision = Decision()
    decision.allowed = [false, true, true]
    var hysteresis = Hysteresis(enter: 0.4, leave: 0.2, decision: decision)
    #expect(hysteresis.label([0.9, 0.1, 0]) == nil)
    #expect(hysteresis.label([0.55, 0.45, 0]) == 1)
    #expect(hysteresis.label([0.7, 0.25, 0.05]) == 1)
    #expect(hysteresis.label([0.9, 0.05, 0.05]) == nil)
  }
}
