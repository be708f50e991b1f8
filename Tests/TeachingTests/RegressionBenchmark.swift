import Foundation
import TestSupport
import Testing

@testable import Teaching

/// Ours of Benchmarks/regression.py, which writes the features and sets the same search to scikit-learn.
@Suite struct RegressionBenchmark {
  struct Task: Codable {
    let rows, features, classes, threads: Int
    let c, tolerance: Double
  }

  struct Result: Codable {
    let seconds, gradient: Double
    let evaluations, growthKiB: Int
  }

  private static let folder = ProcessInfo.processInfo.environment["R2P1D_REGRESSION"]

  @Test(.enabled(if: folder != nil, "R2P1D_REGRESSION names a folder that Benchmarks/regression.py wrote"))
  func oneFitOfAFolder() throws {
    let folder = URL(filePath: try #require(Self.folder))
    let task = try JSONDecoder().decode(
      Task.self, from: Data(contentsOf: folder.appending(path: "task.json")))
    var rows = FeatureRows(width: task.features)
    try Data(contentsOf: folder.appending(path: "x.f32"), options: .alwaysMapped).withUnsafeBytes {
      for row in 0..<task.rows {
        let first = row * task.features * 4
        rows.add($0[first..<(first + task.features * 4)].bindMemory(to: Float.self))
      }
    }
    let classes = try Data(contentsOf: folder.appending(path: "y.i32")).withUnsafeBytes {
      Array($0.bindMemory(to: Int32.self))
    }
    #expect(rows.count == task.rows && classes.count == task.rows)
    try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    let before = Self.status("VmRSS")
    let index = (0..<task.rows).map(Int32.init)
    let training = LogisticRegression(
      rows: rows, index: index, classes: task.classes, truth: .classes(classes),
      rowWeights: classes.map { _ in 1 }, standardization: Standardization(rows, index),
      tolerance: task.tolerance)
    let engine = try TeachingEngine(threads: task.threads)
    let start = ContinuousClock.now
    let fit = try #require(training.fits(c: [task.c], on: engine).first)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let result = Result(
      seconds: seconds, gradient: fit.gradient, evaluations: fit.evaluations,
      growthKiB: Self.status("VmHWM") - before)
    #expect(fit.gradient <= task.tolerance)
    try JSONEncoder().encode(result).write(to: folder.appending(path: "ours.json"))
    try fit.head.weights.withUnsafeBytes { try Data($0).write(to: folder.appending(path: "weights.f64")) }
    try fit.head.intercepts.withUnsafeBytes {
      try Data($0).write(to: folder.appending(path: "intercepts.f64"))
    }
  }

  /// A line of the process's status, in KiB.
  private static func status(_ name: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
