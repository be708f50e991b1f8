import FoundationEssentials
import NIOCore
import R2P1DVideo

/// What the response says of one window as soon as it is scored: what the result will hold of it, and which
/// it is.
struct WindowLine: Encodable {
  /// From 0.
  let window: Int
  /// How many windows there are, as far as is known.
  let count: Int
  let labels: WindowLabels

  private enum Key: CodingKey {
    case window, count
  }

  func encode(to encoder: any Encoder) throws {
    try labels.encode(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(window, forKey: .window)
    try values.encode(count, forKey: .count)
  }
}

extension ByteBuffer {
  /// `value` and a line feed.
  init(jsonLine value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // What is encoded here holds strings and finite numbers, which cannot fail.
    self.init(bytes: (try? encoder.encode(value)) ?? Data("{}".utf8))
    writeInteger(UInt8(ascii: "\n"))
  }
}
