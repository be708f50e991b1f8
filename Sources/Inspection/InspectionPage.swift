import CEmbedded
import FoundationEssentials
import Glibc
import R2P1DVideo
import VideoDecoding

/// An inspection as a page of its own: its frame and style are the files in Page, the samples are PNGs in it.
struct InspectionPage {
  let text: String

  init(_ inspection: VideoInspection) throws(ClassifierError) {
    let encoder = try ImageEncoder.make(.png, width: InspectedSample.side, height: InspectedSample.side)
    var windows = ""
    for window in inspection.windows { windows += try Self.section(window, of: inspection.file, encoder) }
    text = HTML.page(
      of: inspection.file, kind: "inspection", style: embedded_inspection_style(),
      body: embedded_inspection_html(),
      [
        "facts": HTML.escape(inspection.facts.joined(separator: " · ")), "windows": windows,
        "failure": inspection.failure.map(Self.section) ?? "",
      ])
  }

  private static func section(
    _ window: InspectedWindow, of file: BytePath, _ encoder: ImageEncoder
  ) throws(ClassifierError) -> String {
    var items = ""
    for sample in window.samples { items += try item(sample, of: file, encoder) }
    let times = [window.start, window.end].map { $0.shortClock(hours: false) }.joined(separator: " – ")
    return """
      <section class="window">
      <h2>Window \(window.number) <span class="number">\(times)</span></h2>
      \(window.labels.map(scores) ?? "")<ol class="samples">
      \(items)</ol>
      </section>

      """
  }

  private static func scores(_ labels: [ScoredLabel]) -> String {
    let items = labels.map { label in
      "<li><span class=\"label\">\(HTML.escape(label.label))</span> <span class=\"number\">"
        + String(format: "%.1f %%", 100 * label.score) + "</span></li>\n"
    }
    return "<ul class=\"scores\">\n\(labels.isEmpty ? "<li>uncertain</li>\n" : items.joined())</ul>\n"
  }

  private static func item(
    _ sample: InspectedSample, of file: BytePath, _ encoder: ImageEncoder
  ) throws(ClassifierError) -> String {
    guard let pixels = sample.pixels, let png = encoder.encode(pixels) else {
      throw .video(file, VideoError.outOfMemory)
    }
    let mark = sample.mark.map { "<p class=\"mark\">\($0.text)</p>" } ?? ""
    let kind = sample.damage == .none ? (sample.isHeld ? "held" : "") : sample.damage.rawValue
    return """
      <li class="\(kind)"><img width="\(encoder.width)" height="\(encoder.height)" alt="sample \
      \(sample.number)" \
      src="data:image/png;base64,\(Data(png).base64EncodedString())">\
      <p>#\(sample.number) f\(sample.frame)</p>\
      <p class="time">\(sample.due.shortClock(hours: false))</p>\(mark)</li>

      """
  }

  private static func section(_ failure: ClassifierError) -> String {
    "<section class=\"failure\"><p>Reading ended here: \(HTML.escape(failure.cause))</p></section>\n"
  }
}
