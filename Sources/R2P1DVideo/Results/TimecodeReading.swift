/// What a clock shows that counts frames, whatever its rate is (SMPTE ST 12).
package struct TimecodeReading: Sendable, Equatable {
  package var hours = 0
  package var minutes = 0
  package var seconds = 0
  package var frames = 0
  /// Whether frames stand behind a semicolon.
  package var isDropFrame = false

  /// `01:00:00:00` or `01:00:00;00`; nil for anything else.
  package init?(_ text: String) {
    let isDropFrame = text.contains(";")
    let parts = text.replacing(";", with: ":").split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.count == 2 && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
    }
    // The only semicolon is the last separator.
    let isRight = !isDropFrame || text.dropLast(2).last == ";" && text.count(where: { $0 == ";" }) == 1
    guard isRight, parts.count == 4, numbers.count == 4, numbers[0] < 24, numbers[1] < 60, numbers[2] < 60
    else { return nil }
    (hours, minutes, seconds, frames) = (numbers[0], numbers[1], numbers[2], numbers[3])
    self.isDropFrame = isDropFrame
  }
}
