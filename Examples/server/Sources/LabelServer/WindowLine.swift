import FoundationEssentials
import NIOCore
import R2P1DVideo

/// What the response says of one window as soon as it is scored.
struct WindowLine: Encodable {
  /// From 0, and how many there are as far as is known.
  let window: Int
  let count: Int
  /// In seconds of a player's clock.
  let start: Double
  let end: Double
  let padded: Bool
  let labels: [ScoredLabel]

  init(_ scored: ScoredWindow, _ classifier: Classifier) {
    (window, count) = (scored.number, scored.count)
    (start, end, padded) = (scored.start.double, scored.end.double, scored.padded)
    labels = scored.scores.top(classifier.options.top).map {
      ScoredLabel(label: classifier.labels.names[$0], index: $0, score: scored.scores.values[$0])
    }
  }
}

extension ByteBuffer {
  /// `value` and a line feed.
  init(jsonLine value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // What is encoded here holds finite numbers and strings, which cannot fail.
    self.init(bytes: (try? encoder.encode(value)) ?? Data("{}".utf8))
    writeInteger(UInt8(ascii: "\n"))
  }
}
