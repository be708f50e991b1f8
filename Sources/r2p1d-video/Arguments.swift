import ArgumentParser
import R2P1DVideo

// The library's types as the argument parser reads them.

extension FilePath: ExpressibleByArgument {
  public init?(argument: String) {
    let bytes = RawArguments.bytes(argument)
    guard !bytes.isEmpty else { return nil }
    self.init(bytes: bytes)
  }
}

extension ModelSource: ExpressibleByArgument {
  public init?(argument: String) {
    guard let path = FilePath(argument: argument) else { return nil }
    self.init(path)
  }
}

extension SampleRate: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(argument)
  }
}

extension Resize: ExpressibleByArgument {}
extension Merge: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension ReportFormat: ExpressibleByArgument {}
extension FeatureFormat: ExpressibleByArgument {}
extension TimelineFormat: ExpressibleByArgument {}
extension ScanFormat: ExpressibleByArgument {}

extension Shard: ExpressibleByArgument {
  package init?(argument: String) {
    self.init(argument)
  }
}

/// A moment of a file: `90`, `1:30` or `00:01:30.5`.
struct Moment: ExpressibleByArgument {
  let seconds: Rational

  init?(argument: String) {
    guard let seconds = Rational(time: argument) else { return nil }
    self.seconds = seconds
  }
}
