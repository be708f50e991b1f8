import FoundationEssentials
import Glibc
import R2P1DVideo

/// The parts of the page, each as HTML.
extension TimelinePage {
  var videoFacts: String {
    let video = summary.video
    return [
      Self.tick(video.duration, 0.1),
      "\(video.width) × \(video.height)", String(format: "%.4g frames a second", video.frameRate),
      video.codec,
    ].joined(separator: " · ")
  }

  var player: String {
    guard let url = options.videoURL else { return "" }
    let name = HTML.escape(facts.file.name.string)
    return """
      <figure class="player">
      <video src="\(HTML.escape(url))" controls playsinline preload="metadata" aria-label="\(name)"></video>
      <p id="unplayable" hidden>This browser cannot play <span class="label">\(name)</span>. The timeline \
      works without it.</p>
      </figure>

      """
  }

  var summaryItems: String {
    summary.labels.map { label in
      """
      <li class="\(colour(label.index))"><span class="label">\(HTML.escape(label.label))</span> \
      <span class="number">\(Self.percent(label.score))</span>\
      <span class="bar"><span style="width:\(HTML.percent(min(1, label.score)))"></span></span></li>

      """
    }.joined()
  }

  var thumbnails: String {
    let all = summary.thumbnails
    guard !all.isEmpty else { return "" }
    // A dozen on a wide screen, half of them on a narrow one; the others show at the pointer.
    let every = max(1, all.count / 12)
    let images = all.enumerated().map { index, thumbnail in
      let isMain = index % every == every / 2
      let isFew = index % (2 * every) == every || all.count < 2 * every
      let kind = (isMain ? "main" : "") + (isMain && isFew || !isMain && isFew ? " few" : "")
      return """
        <img class="\(kind)" width="\(thumbnail.width)" height="\(thumbnail.height)" alt="" \
        src="data:image/jpeg;base64,\(Data(thumbnail.jpeg).base64EncodedString())">

        """
    }
    return "<div class=\"track thumbs\" aria-hidden=\"true\">\n\(images.joined())</div>\n"
  }

  var blocks: String {
    segments.map { segment in
      let label = HTML.escape(segment.label)
      let (left, right) = (share(segment.start), share(segment.end))
      return """
        <button type="button" class="\(colour(segment.index))" \
        style="left:\(HTML.percent(left));width:\(HTML.percent(right - left))" \
        aria-label="\(label), \(times(segment)), \(Self.percent(segment.score))">\
        <span class="label">\(label)</span></button>

        """
    }.joined()
  }

  var rows: String {
    classes.map { index in
      let label = HTML.escape(facts.labels.names[index])
      let best = columns.map { $0.score(index) }.max() ?? 0
      return """
        <div class="name \(colour(index))"><span class="dot"></span><span class="label">\(label)</span>\
        <span class="number">\(Self.percent(means[index]))</span></div>
        <div class="track heat" role="img" aria-label="\(label): \(Self.percent(means[index])) on average, \
        \(Self.percent(best)) at most">\(strip(index))</div>

        """
    }.joined()
  }

  /// A strip of rectangles along time; neighbours of the same heat are one, and where there is none, there is
  /// none.
  private func strip(_ index: Int) -> String {
    var rectangles = ""
    var (from, heat) = (0, 0)
    func close(at end: Int) {
      guard heat > 0, end > from else { return }
      let value = String(format: "%.3g", Double(heat) / Double(Self.heats))
      rectangles += "<rect style=\"--v:\(value)\" x=\"\(from)\" width=\"\(end - from)\" height=\"1\"/>"
    }
    for column in columns {
      let next = Int((column.score(index) * Double(Self.heats)).rounded())
      let place = Int((share(column.start) * Double(Self.units)).rounded())
      if next != heat {
        close(at: place)
        (from, heat) = (place, next)
      }
    }
    close(at: Self.units)
    return """
      <svg viewBox="0 0 \(Self.units) 1" preserveAspectRatio="none" shape-rendering="crispEdges" \
      aria-hidden="true">\
      \(rectangles)</svg>
      """
  }

  /// Whole units of length, so that no gap is left between rectangles.
  private static let units = 10_000

  /// Steps of heat, finer than an eye can tell.
  private static let heats = 50

  var ticks: String {
    let steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000]
    let step = steps.first { length / $0 <= 10 } ?? (length / 10).rounded(.up)
    let first = Int((start / step).rounded(.up))
    let last = max(first, Int(((start + length) / step + 1e-9).rounded(.down)))
    return (first...last).map { number in
      let time = Double(number) * step
      let place = (time - start) / length
      // A text at the very end would reach beyond the page.
      guard place <= 0.97 else { return "" }
      let kind = [place < 0.01 ? "first" : "", (number - first) % 2 == 1 ? "odd" : ""]
      return """
        <span class="\(kind.filter { !$0.isEmpty }.joined(separator: " "))" \
        style="left:\(HTML.percent(max(0, place)))">\(Self.tick(time, step))</span>

        """
    }.joined()
  }

  private static func tick(_ time: Double, _ step: Double) -> String {
    let clock = Rational(nearest: Int128((time * 10).rounded()), 10).shortClock(hours: time >= 3600)
    return String(clock.dropLast(step < 1 ? 2 : 4))
  }

  var list: String {
    guard !segments.isEmpty else {
      return "<p>No label is there long enough, or surely enough, to make a segment.</p>\n"
    }
    let items = segments.map { segment in
      """
      <li><button type="button" class="\(colour(segment.index))"><span class="dot"></span>\
      <span class="time number">\(times(segment))</span>\
      <span class="label">\(HTML.escape(segment.label))</span>\
      <span class="number">\(Self.percent(segment.score))</span></button></li>

      """
    }
    return "<ol>\n\(items.joined())</ol>\n"
  }

  var about: String {
    let segments = options.segments
    var facts = [
      (
        "Model",
        "\(self.facts.model.name) (\(self.facts.model.architecture), \(self.facts.model.classes) classes)"
      ),
      ("Windows", "\(summary.windows) of \(self.facts.windows)"),
      ("Pictures", self.facts.sampling.resize == .crop ? "the centre of each" : "each squeezed to a square"),
      ("Whole video", Self.describe(self.facts.sampling.merge)),
      (
        "Segments",
        "begin at \(Self.percent(segments.enter)), last down to \(Self.percent(segments.leave)); smoothed "
          + "over "
          + "\(segments.smoothing.short) s; \(segments.minimumLength.short) s at least"
          + (segments.minimumScore > 0 ? "; \(Self.percent(segments.minimumScore)) at least" : "")
      ),
    ]
    if summary.video.decodeErrors > 0 {
      facts.append(("Damage", summary.video.damage))
    }
    return facts.map { "<dt>\($0)</dt><dd>\(HTML.escape($1))</dd>\n" }.joined()
  }

  private static func describe(_ merge: ClassScores.Merge) -> String {
    switch merge {
    case .mean: "the mean of the windows’ scores"
    case .max: "each class’s highest score in any window"
    case .logits: "softmax of the windows’ mean logits"
    }
  }

  /// The colour of a class: its row's.
  private func colour(_ index: Int) -> String {
    classes.firstIndex(of: index).flatMap { $0 < 8 ? "c\($0)" : nil } ?? "cx"
  }

  private func share(_ time: Rational) -> Double { min(1, max(0, (time.double - start) / length)) }

  private func times(_ segment: VideoSegment) -> String {
    [segment.start, segment.end].map { time in
      let hundredths = Rational(time.rounded(perSecond: 100), 100)
      return String(hundredths.shortClock(hours: hasHours).dropLast())
    }.joined(separator: " – ")
  }

  private static func percent(_ score: Double) -> String {
    String(format: score > 0 && score < 0.0095 ? "%.1f %%" : "%.0f %%", score * 100)
  }
}

extension Double {
  /// `1` or `0.5`.
  fileprivate var short: String { String(format: "%g", self) }
}
