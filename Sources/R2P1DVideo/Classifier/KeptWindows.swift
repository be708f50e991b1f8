/// Windows that an earlier pass over the same video has scored, from the first on.
package protocol KeptWindows: AnyObject {
  var count: Int { get }
  /// Of the earlier passes.
  var decodeErrors: Int { get }
  var framesDecoded: Int { get }

  /// The next of them; nil behind the last.
  func next() throws(ClassifierError) -> KeptWindow?
}

/// What has to be kept of a scored window.
package struct KeptWindow: Sendable, Equatable {
  package let number: Int
  package let count: Int
  package let start: Rational
  package let end: Rational
  package let videoEnd: Double
  package let padded: Bool
  package let logits: [Float]

  package init(
    number: Int, count: Int, start: Rational, end: Rational, videoEnd: Double, padded: Bool, logits: [Float]
  ) {
    self.number = number
    self.count = count
    self.start = start
    self.end = end
    self.videoEnd = videoEnd
    self.padded = padded
    self.logits = logits
  }

  package init(_ window: ScoredWindow) {
    self.init(
      number: window.number, count: window.count, start: window.start, end: window.end,
      videoEnd: window.videoEnd, padded: window.padded, logits: window.logits)
  }
}

extension ScoredWindow {
  /// Without features, which are not kept.
  init(_ kept: KeptWindow, _ decision: Decision) {
    self.init(
      number: kept.number, count: kept.count, start: kept.start, end: kept.end, padded: kept.padded,
      videoEnd: kept.videoEnd, scores: decision.scores(kept.logits.map(Double.init)), logits: kept.logits)
  }
}
