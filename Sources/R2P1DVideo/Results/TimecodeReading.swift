/// What a clock shows that counts frames, whatever its rate is (SMPTE ST 12).
package struct TimecodeReading: Sendable, Equatable {
  package var hours = 0
  package var minutes = 0
  package var seconds = 0
  package var frames = 0
  /// Whether frames stand behind a semicolon.
  package var isDropFrame = false

  /// `01:00:00:00`, or `01:00:00;00`; frames have three digits where there are more than a hundred a second.
  /// Nil for anything else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard 11...12 ~= bytes.count, bytes[2] == UInt8(ascii: ":"), bytes[5] == UInt8(ascii: ":"),
      bytes[8] == UInt8(ascii: ":") || bytes[8] == UInt8(ascii: ";")
    else { return nil }
    let numbers = [0..<2, 3..<5, 6..<8, 9..<bytes.count].compactMap { place -> Int? in
      let digits = bytes[place]
      return digits.allSatisfy { (48...57).contains($0) } ? digits.reduce(0) { 10 * $0 + Int($1) - 48 } : nil
    }
    guard numbers.count == 4, numbers[0] < 24, numbers[1] < 60, numbers[2] < 60 else { return nil }
    (hours, minutes, seconds, frames) = (numbers[0], numbers[1], numbers[2], numbers[3])
    isDropFrame = bytes[8] == UInt8(ascii: ";")
  }
}
