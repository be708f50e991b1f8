import Evaluation
import Foundation
import R2P1DVideo
import TestSupport
import Testing

/// Figures held against independent programs: Goldens/make_evaluation.py.
@Suite struct FigureTests {
  struct Goldens: Decodable {
    let classification: [Classification]
    let segments: [Segments]
    let thresholds: [Double]
  }

  struct Classification: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let classes: Int
    let truth: [Int]
    let scores: [[Double]?]
    let hits1, hits5: Int
    let wilson: [Double]?
    let meanClassAccuracy: Double?
    let present: [Int]
    let confusions: [[Int]]
    let calibrationError: Double?

    var testDescription: String { name }

    var figures: ClassificationFigures {
      let answers = zip(truth, scores).map { ClassificationFigures.Answer(truth: [$0], scores: $1) }
      return ClassificationFigures(answers, classCount: classes)
    }
  }

  struct Segments: Decodable, Sendable, CustomTestStringConvertible {
    struct Video: Decodable, Sendable {
      let truth, found: [[Double]]
    }

    let name: String
    let videos: [Video]
    let meanAveragePrecision: [Double]
    let f1: [Double?]
    let edit: Double?

    var testDescription: String { name }
  }

  static func goldens() throws -> Goldens { try GoldenFile.read("evaluation", in: .module) }

  @Test(arguments: try goldens().classification)
  func shareOfRightAnswersAndItsIntervalAreThoseOfNumPy(_ golden: Classification) throws {
    let figures = golden.figures
    let failures = golden.scores.count { $0 == nil }
    #expect(figures.video1 == MeasuredShare(golden.hits1, of: golden.truth.count))
    #expect(figures.video5 == MeasuredShare(golden.hits5, of: golden.truth.count))
    #expect(figures.decoded1 == MeasuredShare(golden.hits1, of: golden.truth.count - failures))
    #expect(figures.failures == failures)
    let interval = figures.video1.interval.map { [$0.lowerBound, $0.upperBound] }
    #expect(Self.areClose(interval ?? [], golden.wilson ?? []))
  }

  @Test(arguments: try goldens().classification)
  func meanClassAccuracyIsThatOfTheClassesPresent(_ golden: Classification) throws {
    let figures = golden.figures
    #expect(figures.classes.map(\.index) == golden.present)
    #expect(Self.areClose([figures.meanClassAccuracy], [golden.meanClassAccuracy]))
  }

  @Test(arguments: try goldens().classification)
  func confusionsAreThoseOfScikitLearn(_ golden: Classification) throws {
    let confusions = golden.figures.confusions
    #expect(Set(confusions.map { [$0.truth, $0.predicted, $0.count] }) == Set(golden.confusions))
    #expect(confusions.map(\.count) == confusions.map(\.count).sorted(by: >))
  }

  @Test(arguments: try goldens().classification)
  func calibrationErrorHasTheBinsOfScikitLearn(_ golden: Classification) throws {
    #expect(Self.areClose([golden.figures.calibrationError], [golden.calibrationError]))
  }

  /// Bins hang on scores alone, so files may come in any order.
  @Test func calibrationErrorDoesNotHangOnTheOrderOfAnswers() {
    let scores = (0..<40).map { Double($0 % 4) / 4 }
    let right = (0..<40).map { $0 % 3 == 0 }
    let places = (0..<40).sorted { ($0 * 7) % 40 < ($1 * 7) % 40 }
    let shuffled = ClassificationFigures.calibrationError(
      scores: places.map { scores[$0] }, isRight: places.map { right[$0] })
    #expect(
      Self.areClose([ClassificationFigures.calibrationError(scores: scores, isRight: right)], [shuffled]))
  }

  @Test func aWindowIsRightWhereItsVideosClassRanksFirst() {
    let answers = [
      ClassificationFigures.Answer(truth: [2], scores: [0.1, 0.2, 0.7], clipRanks: [0, 3, 5]),
      ClassificationFigures.Answer(truth: [0], scores: nil),
    ]
    let figures = ClassificationFigures(answers, classCount: 3)
    #expect(figures.clip1 == MeasuredShare(1, of: 3))
    #expect(figures.clip5 == MeasuredShare(2, of: 3))
  }

  /// One of several classes is enough.
  @Test func aVideoOfSeveralClassesIsRightWithEach() {
    let scores = [0.1, 0.5, 0.4]
    #expect(ClassificationFigures.rank(of: [0, 1], in: scores) == 0)
    #expect(ClassificationFigures.rank(of: [0, 2], in: scores) == 1)
    let answers = [ClassificationFigures.Answer(truth: [0, 1], scores: scores)]
    let figures = ClassificationFigures(answers, classCount: 3)
    #expect(figures.video1 == MeasuredShare(1, of: 1))
    #expect(figures.confusions.isEmpty)
  }

  @Test func thresholdsAreNumPysToTheLastBit() throws {
    #expect(SegmentFigures.thresholds == (try Self.goldens().thresholds))
  }

  @Test(arguments: try goldens().segments)
  func meanAveragePrecisionIsThatOfActivityNetsScorer(_ golden: Segments) throws {
    let figures = Self.figures(golden)
    #expect(Self.areClose(figures.meanAveragePrecision, golden.meanAveragePrecision))
  }

  @Test(arguments: try goldens().segments)
  func f1AndEditScoreAreThoseOfMSTCN(_ golden: Segments) throws {
    let figures = Self.figures(golden)
    #expect(Self.areClose(figures.f1, golden.f1))
    #expect(Self.areClose([figures.edit], [golden.edit]))
  }

  /// As labels frame by frame have it.
  @Test func stretchesOfOneClassThatTouchAreOne() {
    let halves = [(0.0, 1.0), (1.0, 2.0)].map { SegmentFigures.Stretch(label: 0, start: $0, end: $1) }
    let whole = [SegmentFigures.Stretch(label: 0, start: 0, end: 2)]
    let figures = SegmentFigures([SegmentFigures.Video(truth: halves, found: whole)])
    #expect(figures.f1 == [1, 1, 1])
    #expect(figures.edit == 1)
  }

  private static func figures(_ golden: Segments) -> SegmentFigures {
    func stretch(_ row: [Double]) -> SegmentFigures.Stretch {
      SegmentFigures.Stretch(
        label: Int(row[0]), start: row[1], end: row[2], score: row.count > 3 ? row[3] : 1)
    }
    return SegmentFigures(
      golden.videos.map {
        SegmentFigures.Video(truth: $0.truth.map(stretch), found: $0.found.map(stretch))
      })
  }

  /// Sums of some hundred terms in another order.
  private static func areClose(_ some: [Double?], _ others: [Double?]) -> Bool {
    some.count == others.count
      && zip(some, others).allSatisfy { one, other in
        guard let one, let other else { return one == nil && other == nil }
        return abs(one - other) < 1e-12
      }
  }
}
