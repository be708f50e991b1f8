import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import Teaching

/// Logistic regression against scikit-learn's solutions, which Goldens/make_regression.py computes.
@Suite struct LogisticRegressionTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let rows: Int
    let features: Int
    let classes: Int
    let seed: UInt64
    let c: Double
    let weights: [Double]
    let intercepts: [Double]
    var testDescription: String { "\(rows) rows of \(features) features, \(classes) classes, C \(c)" }
  }

  static let cases = Result { try GoldenFile.read("regression", in: .module, as: [Case].self) }

  @Test(arguments: try cases.get())
  func weightsAreThoseOfScikitLearn(_ golden: Case) throws {
    let fit = try Sample(golden).fit(c: golden.c, threads: 2)
    #expect(fit.gradient <= 1e-10)
    let scale = fit.standardization.scale
    let width = golden.features
    // On standardised features, as scikit-learn has them.
    var weights = (0..<golden.classes * width).map { fit.head.weights[$0] / scale[$0 % width] }
    var intercepts = (0..<golden.classes).map { k in
      (0..<width).reduce(fit.head.intercepts[k]) {
        $0 + fit.head.weights[k * width + $1] * fit.standardization.centre[$1]
      }
    }
    if golden.classes == 2 {
      weights = (0..<width).map { weights[width + $0] - weights[$0] }
      intercepts = [intercepts[1] - intercepts[0]]
    } else {
      let mean = intercepts.reduce(0, +) / Double(golden.classes)
      intercepts = intercepts.map { $0 - mean }
    }
    let largest = golden.weights.reduce(0) { max($0, abs($1)) }
    // Both stop at a gradient of 1e-10; what is left of the way to the minimum is far below 1e-4 of the
    // weights.
    for (ours, theirs) in zip(weights + intercepts, golden.weights + golden.intercepts) {
      #expect(abs(ours - theirs) <= 1e-4 * largest, "\(ours), \(theirs)")
    }
    #expect(weights.count == golden.weights.count && intercepts.count == golden.intercepts.count)
  }

  @Test(arguments: [2, 3, 7])
  func everyNumberOfThreadsGivesTheSameBits(_ threads: Int) throws {
    let golden = try #require(try Self.cases.get().last)
    let sample = Sample(golden)
    #expect(try sample.fit(c: 1, threads: threads).head == sample.fit(c: 1, threads: 1).head)
  }

  @Test func answersForEachClassAreTheBinaryRegressionOfThatClass() throws {
    let golden = try #require(try Self.cases.get().first { $0.classes == 6 })
    let sample = Sample(golden)
    let joint = try sample.fitAnswers(c: 0.5)
    for k in 0..<golden.classes {
      let one = try sample.fit(c: 0.5, threads: 1, only: k)
      for f in 0..<golden.features {
        let binary = one.head.weights[golden.features + f] - one.head.weights[f]
        #expect(abs(joint.head.weights[k * golden.features + f] - binary) < 1e-6)
      }
      #expect(abs(joint.head.intercepts[k] - (one.head.intercepts[1] - one.head.intercepts[0])) < 1e-6)
    }
  }

  @Test func aSearchThatBeginsElsewhereEndsAtTheSamePlace() throws {
    let golden = try #require(try Self.cases.get().last)
    let sample = Sample(golden)
    let path = try sample.fits(c: [1e-3, 1e-2, 1e-1, 1], threads: 1)
    let direct = try sample.fit(c: 1, threads: 1)
    for (a, b) in zip(path[3].head.weights, direct.head.weights) { #expect(abs(a - b) < 1e-6) }
  }
}

/// The features that make_regression.py draws.
private struct Sample {
  let golden: LogisticRegressionTests.Case
  let rows: FeatureRows
  let classes: [Int32]

  init(_ golden: LogisticRegressionTests.Case) {
    self.golden = golden
    let shares = (0..<golden.classes).flatMap { Array(repeating: $0, count: $0 + 1) }
    let classes = (0..<golden.rows).map { shares[$0 % shares.count] }
    let centres = Self.noise(golden.classes * golden.features, golden.seed)
    let noise = Self.noise(golden.rows * golden.features, golden.seed + 1)
    var rows = FeatureRows(width: golden.features)
    for (row, label) in classes.enumerated() {
      var x = (0..<golden.features).map { f in
        Float(2 * noise[row * golden.features + f] + centres[label * golden.features + f])
      }
      x[1] += x[0] * 3
      x[2] = 0.25
      rows.add(x)
    }
    self.rows = rows
    self.classes = classes.map(Int32.init)
  }

  private static func noise(_ count: Int, _ seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Double(generator.next() >> 11) / Double(1 << 53) - 0.5 }
  }

  struct Fit {
    let head: LinearHead
    let standardization: Standardization
    let gradient: Double
  }

  func fit(c: Double, threads: Int, only: Int? = nil) throws -> Fit {
    try #require(try fits(c: [c], threads: threads, only: only).first)
  }

  /// Class weights are balanced. With `only` it is that class against all others.
  func fits(c: [Double], threads: Int, only: Int? = nil) throws -> [Fit] {
    let truth = only.map { k in classes.map { $0 == Int32(k) ? 1 : 0 } } ?? classes
    let count = only == nil ? golden.classes : 2
    let sizes = (0..<count).map { k in Double(truth.count { $0 == k }) }
    let weights = truth.map { Double(truth.count) / (Double(count) * sizes[Int($0)]) }
    return try fits(c: c, threads: threads, count, .classes(truth), weights)
  }

  func fitAnswers(c: Double) throws -> Fit {
    let sizes = (0..<golden.classes).map { k in Double(classes.count { $0 == k }) }
    let all = Double(classes.count)
    let answers = classes.flatMap { own in (0..<golden.classes).map { UInt8(own == $0 ? 1 : 0) } }
    let answerWeights = sizes.map { all / (2 * (all - $0)) } + sizes.map { all / (2 * $0) }
    let weights = classes.map { _ in 1.0 }
    return try #require(
      try fits(c: [c], threads: 2, golden.classes, .answers(answers), weights, answerWeights).first)
  }

  private func fits(
    c: [Double], threads: Int, _ count: Int, _ truth: Truth, _ weights: [Double],
    _ answerWeights: [Double] = []
  ) throws -> [Fit] {
    let index = (0..<golden.rows).map(Int32.init)
    let standardization = Standardization(rows, index)
    let training = LogisticRegression(
      rows: rows, index: index, classes: count, truth: truth, rowWeights: weights,
      answerWeights: answerWeights, standardization: standardization, tolerance: 1e-10)
    return try training.fits(c: c, on: TeachingEngine(threads: threads)).map {
      Fit(head: $0.head, standardization: standardization, gradient: $0.gradient)
    }
  }
}
