import FoundationEssentials
import Glibc
import R2P1DVideo

/// A small chart of shares from 0 to 100 %, drawn for a page in its colours.
package struct FigureChart {
  private static let (width, height) = (340.0, 210.0)
  private static let plot = (left: 46.0, right: 330.0, top: 14.0, bottom: 176.0)

  /// What it says, for those who do not see it.
  package let description: String
  private var parts = ""

  package init(_ description: String) {
    self.description = description
    for share in [0, 0.25, 0.5, 0.75, 1] {
      let y = Self.y(share)
      parts += Self.line(Self.plot.left, y, Self.plot.right, y, "grid")
      parts += Self.text(Self.plot.left - 6, y + 4, String(format: "%.0f %%", share * 100), "end")
    }
  }

  package var html: String {
    """
    <svg viewBox="0 0 \(Self.text(Self.width)) \(Self.text(Self.height))" role="img" \
    aria-label="\(HTML.escape(description))">
    \(parts)</svg>

    """
  }

  /// Points at shares of the width, with their intervals, values and what they are of, joined by a line.
  package mutating func addCurve(
    _ points: [(place: Double, share: Double, interval: ClosedRange<Double>?, name: String)]
  ) {
    for point in points {
      guard let interval = point.interval else { continue }
      let x = Self.x(point.place)
      parts += Self.line(x, Self.y(interval.lowerBound), x, Self.y(interval.upperBound), "interval")
    }
    let path = points.map { "\(Self.text(Self.x($0.place))),\(Self.text(Self.y($0.share)))" }
    parts += "<polyline class=\"curve\" points=\"\(path.joined(separator: " "))\"/>\n"
    for point in points {
      let (x, y) = (Self.x(point.place), Self.y(point.share))
      parts += Self.circle(x, y, 3.5)
      // Beside the interval's line, on the side where there is room.
      let side = point.place > 0.5 ? -8.0 : 8
      parts += Self.text(
        x + side, y + (point.share > 0.5 ? 16 : -8), String(format: "%.1f", point.share * 100),
        side < 0 ? "end" : "start", "value")
      parts += Self.text(x, Self.plot.bottom + 18, point.name, "middle")
    }
  }

  /// A level to compare with.
  package mutating func addLevel(_ share: Double, _ name: String) {
    parts += Self.line(Self.plot.left, Self.y(share), Self.plot.right, Self.y(share), "level")
    parts += Self.text(
      Self.plot.right, Self.y(share) + (share > 0.08 ? 13 : -5), HTML.escape(name), "end")
  }

  /// How scores fit the shares that are right: on the diagonal both are equal.
  package mutating func addCalibration(_ bins: [ClassificationFigures.CalibrationBin]) {
    parts += Self.line(Self.x(0), Self.y(0), Self.x(1), Self.y(1), "level")
    for share in [0, 0.25, 0.5, 0.75, 1] {
      parts += Self.text(
        Self.x(share), Self.plot.bottom + 18, String(format: "%.0f", share * 100),
        share == 1 ? "end" : "middle")
    }
    let most = Double(bins.map(\.count).max() ?? 1)
    for bin in bins where bin.count > 0 {
      let count = Double(bin.count)
      parts += Self.circle(
        Self.x(bin.score / count), Self.y(Double(bin.right) / count), 2 + 4 * (count / most).squareRoot())
    }
  }

  private static func x(_ share: Double) -> Double { plot.left + (plot.right - plot.left) * share }
  private static func y(_ share: Double) -> Double { plot.bottom + (plot.top - plot.bottom) * share }

  private static func text(_ value: Double) -> String { String(format: "%.5g", value) }

  private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String) -> String {
    let ends = zip(["x1", "y1", "x2", "y2"], [x1, y1, x2, y2]).map { "\($0)=\"\(text($1))\"" }
    return "<line class=\"\(kind)\" \(ends.joined(separator: " "))/>\n"
  }

  private static func circle(_ x: Double, _ y: Double, _ radius: Double) -> String {
    "<circle cx=\"\(text(x))\" cy=\"\(text(y))\" r=\"\(text(radius))\"/>\n"
  }

  private static func text(
    _ x: Double, _ y: Double, _ words: String, _ anchor: String, _ kind: String = "tick"
  ) -> String {
    "<text class=\"\(kind)\" x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\">\(words)</text>\n"
  }
}
