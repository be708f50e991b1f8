import Evaluation
import Foundation
import R2P1DVideo
import TestSupport
import Testing

/// Figures of videos with several classes held against scikit-learn: Goldens/make_evaluation.py.
@Suite struct MultiLabelFigureTests {
  struct Goldens: Decodable {
    let several: [Golden]
  }

  struct Golden: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let thresholds: [Double]
    let truth: [[Int]]
    let scores: [[Double]?]
    let averagePrecisions: [Double]
    let meanAveragePrecision, macroF1, microF1, calibrationError: Double?
    let exact: Int

    var testDescription: String { name }

    var figures: MultiLabelFigures {
      MultiLabelFigures(
        zip(truth, scores).map { truth, scores in
          MultiLabelFigures.Answer(
            truth: truth.indices.filter { truth[$0] == 1 }, scores: scores,
            said: (scores ?? []).indices.filter { scores?[$0] ?? 0 >= thresholds[$0] })
        }, classCount: thresholds.count)
    }
  }

  static func goldens() throws -> [Golden] {
    let goldens: Goldens = try GoldenFile.read("evaluation", in: .module)
    return goldens.several
  }

  @Test(arguments: try goldens())
  func averagePrecisionsAreThoseOfScikitLearn(_ golden: Golden) {
    let figures = golden.figures
    let present = figures.classes.filter { $0.count > 0 }
    #expect(areClose(present.map(\.averagePrecision), golden.averagePrecisions))
    #expect(areClose([figures.meanAveragePrecision], [golden.meanAveragePrecision]))
    #expect(figures.classes.allSatisfy { $0.count > 0 || $0.averagePrecision == nil })
  }

  @Test(arguments: try goldens())
  func f1AndExactAnswersAreThoseOfScikitLearn(_ golden: Golden) {
    let figures = golden.figures
    #expect(areClose([figures.macroF1], [golden.macroF1]))
    if golden.meanAveragePrecision != nil { #expect(areClose([figures.microF1], [golden.microF1])) }
    #expect(figures.exact == MeasuredShare(golden.exact, of: golden.truth.count))
  }

  @Test(arguments: try goldens())
  func calibrationIsOfEveryClassesScore(_ golden: Golden) {
    #expect(areClose([golden.figures.calibrationError], [golden.calibrationError]))
  }

  /// Sums of some hundred terms in another order.
  private func areClose(_ some: [Double?], _ others: [Double?]) -> Bool {
    some.count == others.count
      && zip(some, others).allSatisfy { one, other in
        guard let one, let other else { return one == nil && other == nil }
        return abs(one - other) < 1e-12
      }
  }
}
