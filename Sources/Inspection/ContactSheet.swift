import FoundationEssentials
import Glibc
import R2P1DVideo

/// Every window of an inspection as an image: its samples pixel for pixel, in rows of at most 16, under a
/// line about it, each sample over its number, its frame, its time and what is to be said of it.
struct ContactSheet {
  private let inspection: VideoInspection
  private let columns: Int
  private let rowsPerWindow: Int
  /// Whether a sample is held or damaged, so that captions have a line for that.
  private let hasMarks: Bool

  private static let side = InspectedSample.side
  private static let gap = 6
  private static let margin = 10
  private static let mostColumns = 16
  /// Of a line of small text.
  private static let line = BitmapFont.height + 3
  /// Of what is above the first window, and of a window's own line.
  private static let head = 70
  private static let title = 28

  init(_ inspection: VideoInspection) {
    self.inspection = inspection
    let samples = max(1, inspection.sampling.frames)
    columns = min(samples, Self.mostColumns)
    rowsPerWindow = (samples + Self.mostColumns - 1) / Self.mostColumns
    hasMarks = inspection.windows.contains { $0.samples.contains { $0.mark != nil } }
  }

  var width: Int {
    2 * Self.margin + max(columns, 8) * (Self.side + Self.gap) - Self.gap
  }

  /// How many of the larger letters fit into a line.
  private var characters: Int { (width - 2 * Self.margin) / (2 * BitmapFont.advance) }

  var height: Int {
    Self.head + inspection.windows.count * windowHeight + (inspection.failure == nil ? 0 : Self.title)
      + Self.margin
  }

  private var windowHeight: Int { Self.title + rowsPerWindow * rowHeight }

  private var rowHeight: Int { Self.side + Self.gap + (hasMarks ? 3 : 2) * Self.line + 4 }

  /// Where the sample `place` of a window has its upper left pixel.
  func origin(window: Int, sample place: Int) -> (x: Int, y: Int) {
    let (row, column) = place.quotientAndRemainder(dividingBy: Self.mostColumns)
    return (
      Self.margin + column * (Self.side + Self.gap),
      Self.head + window * windowHeight + Self.title + row * rowHeight
    )
  }

  func drawn() -> Canvas {
    var canvas = Canvas(width: width, height: height, .ground)
    drawHead(on: &canvas)
    for window in inspection.windows.indices { draw(window, on: &canvas) }
    if let failure = inspection.failure {
      let y = Self.head + inspection.windows.count * windowHeight
      write("reading ended here: \(failure.cause)", y: y, on: &canvas, .damaged)
    }
    return canvas
  }

  private func drawHead(on canvas: inout Canvas) {
    let room = width - 2 * Self.margin
    canvas.write(
      inspection.file.name.printable, x: Self.margin, y: 12, scale: 2, limit: room, .strong)
    canvas.write(inspection.facts.joined(separator: " | "), x: Self.margin, y: 34, limit: room, .plain)
    canvas.write(
      "#12 f24: sample 12 shows frame 24, both counted from 0; below, when the sample is due",
      x: Self.margin, y: 48, limit: room, .faint)
  }

  private func draw(_ index: Int, on canvas: inout Canvas) {
    let window = inspection.windows[index]
    let y = Self.head + index * windowHeight
    canvas.fill(x: Self.margin, y: y, width: width - 2 * Self.margin, height: 1, .rule)
    write(window.heading(characters: characters), y: y + 7, on: &canvas, .strong)
    for (place, sample) in window.samples.enumerated() {
      draw(sample, at: origin(window: index, sample: place), on: &canvas)
    }
  }

  private func draw(_ sample: InspectedSample, at origin: (x: Int, y: Int), on canvas: inout Canvas) {
    let side = Self.side
    if let mark = sample.mark {
      canvas.fill(x: origin.x - 3, y: origin.y - 3, width: side + 6, height: side + 6, mark.colour)
    }
    if let pixels = sample.pixels { canvas.put(pixels, side: side, x: origin.x, y: origin.y) }
    let y = origin.y + side + Self.gap
    canvas.write("#\(sample.number) f\(sample.frame)", x: origin.x, y: y, limit: side, .plain)
    canvas.write(sample.due.shortClock(hours: false), x: origin.x, y: y + Self.line, limit: side, .faint)
    if let mark = sample.mark {
      canvas.write(mark.text, x: origin.x, y: y + 2 * Self.line, limit: side, mark.colour)
    }
  }

  private func write(_ text: String, y: Int, on canvas: inout Canvas, _ colour: Canvas.Colour) {
    canvas.write(text, x: Self.margin, y: y, scale: 2, limit: width - 2 * Self.margin, colour)
  }
}

extension InspectedSample {
  /// What is to be said of a sample, in words and by the colour of its edge.
  struct Mark {
    let text: String
    let colour: Canvas.Colour
  }

  /// Damage before padding: of a held sample that is damaged, both words say so.
  var mark: Mark? {
    let held = isHeld ? ", held" : ""
    return switch damage {
    case .concealed: Mark(text: "damaged" + held, colour: .damaged)
    case .inherited: Mark(text: "after damage" + held, colour: .doubtful)
    case .none: isHeld ? Mark(text: "held", colour: .held) : nil
    }
  }
}

extension InspectedWindow {
  /// `window 0   0:00.000 - 0:00.533   pan left 84.2 %, static 9.1 %`: as many labels as fit, the best at
  /// least.
  fileprivate func heading(characters: Int) -> String {
    let times = [start, end].map { $0.shortClock(hours: false) }.joined(separator: " - ")
    let window = "window \(number)   \(times)   "
    guard let labels else { return window }
    guard let best = labels.first else { return window + "uncertain" }
    return labels.dropFirst().reduce(window + best.caption) { heading, label in
      let longer = heading + ", " + label.caption
      return ASCIIText.plain(longer).count <= characters ? longer : heading
    }
  }
}

extension ScoredLabel {
  /// A name that the font cannot write has its class's number beside it.
  fileprivate var caption: String {
    let name = BytePath(label).printable
    let number = ASCIIText.isIncomplete(name) ? " (class \(index))" : ""
    return name + number + String(format: " %.1f %%", 100 * score)
  }
}

extension VideoInspection {
  /// About the video and how it was looked at, each a few words.
  var facts: [String] {
    let damage = video.decodeErrors
    let size = "\(video.width)×\(video.height)"
    return [
      size, String(format: "%.4g fps", video.frameRate), video.codec,
      String(format: "%.1f s", video.duration),
      "\(windows.count.counted("window")) of \(sampling.frames) samples",
      sampling.rate == .source ? "every frame a sample" : "\(sampling.rate) a second",
      sampling.resize.rawValue,
    ] + (model.map { [BytePath($0.name).printable] } ?? [])
      + (damage > 0 ? ["\(damage.counted("decode error"))"] : [])
      + (failure == nil ? [] : ["not read to its end"])
  }
}

extension Canvas.Colour {
  fileprivate static let ground = Canvas.Colour(24, 26, 31)
  fileprivate static let rule = Canvas.Colour(62, 66, 76)
  fileprivate static let strong = Canvas.Colour(240, 241, 244)
  fileprivate static let plain = Canvas.Colour(205, 208, 215)
  fileprivate static let faint = Canvas.Colour(150, 155, 166)
  fileprivate static let held = Canvas.Colour(110, 160, 235)
  fileprivate static let doubtful = Canvas.Colour(235, 170, 60)
  fileprivate static let damaged = Canvas.Colour(240, 80, 70)
}
