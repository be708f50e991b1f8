extension Rational {
  /// `00:01:30.500`, as subtitles have it; hours take more digits where they need them.
  func clock(_ point: String) -> String {
    Self.clock(milliseconds: rounded(perSecond: 1000), point)
  }

  package static func clock(milliseconds: Int, _ point: String) -> String {
    let seconds = milliseconds / 1000
    let fields = [seconds / 3600, seconds / 60 % 60, seconds % 60]
    let text = fields.map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: ":")
    return text + point + "\(1000 + milliseconds % 1000)".dropFirst()
  }

  /// `1:30.500`, or `0:01:30.500` in a video of an hour and more: as people write it.
  package func shortClock(hours: Bool) -> String {
    let text = clock(".")
    let rest = hours || !text.hasPrefix("00:") ? text[...] : text.dropFirst(3)
    return String(rest.hasPrefix("0") ? rest.dropFirst() : rest)
  }
}
