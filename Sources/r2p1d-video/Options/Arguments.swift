import ArchiveScan
import ArgumentParser
import Evaluation
import R2P1DVideo
import Reports

// The library's types as the argument parser reads them.

extension BytePath: ExpressibleByArgument {
  public init?(argument: String) {
    let bytes = RawArguments.bytes(argument)
    guard !bytes.isEmpty else { return nil }
    self.init(bytes: bytes)
  }
}

extension ModelSource: ExpressibleByArgument {
  public init?(argument: String) {
    guard let path = BytePath(argument: argument) else { return nil }
    self.init(path)
  }
}

extension SampleRate: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(argument)
  }
}

extension SamplingOptions.Resize: ExpressibleByArgument {}
extension ClassScores.Merge: ExpressibleByArgument {}
extension LabelFormat: ExpressibleByArgument {}
extension FeatureFormat: ExpressibleByArgument {}
extension ScanFormat: ExpressibleByArgument {}
extension EvaluationFormat: ExpressibleByArgument {}
extension LabelledList.Form: ExpressibleByArgument {}

extension Rational: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension ListingFormat: ExpressibleByArgument {}

/// A moment of a file: `90`, `1:30` or `00:01:30.5`.
struct TimeArgument: ExpressibleByArgument {
  let seconds: Rational

  init?(argument: String) {
    guard let seconds = Rational(time: argument) else { return nil }
    self.seconds = seconds
  }
}

/// A usage error unless `value` is absent or legal.
func check(_ value: Int?, _ option: String, _ isLegal: (Int) -> Bool, _ expected: String) throws {
  if let value, !isLegal(value) { throw ValidationError("\(option) is \(value), expected \(expected)") }
}

/// The same for a number, `what`, of a range, both ends of which are said.
func check(_ value: Int?, _ option: String, _ range: ClosedRange<Int>, _ what: String) throws {
  try check(value, option, range.contains, "\(what) from \(range.lowerBound) to \(range.upperBound)")
}
