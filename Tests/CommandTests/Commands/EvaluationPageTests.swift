import Foundation
import TestSupport
import Testing

/// The page of an evaluation, as a browser shows it.
@Suite(.serialized, .enabled(if: Chromium.program != nil, Chromium.note))
struct EvaluationPageTests {
  let folder: TemporaryFolder
  var program = Program()

  init() throws {
    folder = try TemporaryFolder()
    program.folder = folder.url
  }

  /// The page of four clips, of which two are said to be another's class.
  private func page(_ names: [String: String] = [:]) throws -> String {
    var rows = ""
    for (name, label) in [
      ("pan_left", "pan left"), ("zoom_in", "zoom in"), ("static", "tilt up"),
      ("pan_right", "roll clockwise"),
    ] {
      let file = (names[name] ?? name) + ".mp4"
      try folder.write(file, Data(contentsOf: Checkout.samples.appending(path: "\(name).mp4")))
      rows += "\"\(file)\",\(label)\n"
    }
    try folder.write("list.csv", "file,label\n" + rows)
    let run = try program(
      line: "evaluate list.csv --model camera-motion --format html --output page.html --quiet")
    #expect(run.status == 0, "\(run.errors)")
    return folder.path("page.html")
  }

  @Test(arguments: [1280, 390], ["light", "dark"])
  func figuresMatrixAndMistakesFitTheScreen(_ width: Int, _ scheme: String) throws {
    let page = try page()
    let browser = try Chromium()
    try browser.open(
      page, width: width, scheme: scheme, ready: "document.querySelector('.mistakes') !== null")
    #expect(
      try browser.evaluate("document.querySelector('.figures .value').textContent") as? String == "50.0 %")
    #expect(try browser.evaluate("document.querySelectorAll('.matrix tbody tr').length") as? Int == 4)
    let images = "[...document.querySelectorAll('.mistakes img')].filter(i => i.naturalWidth === 112).length"
    #expect(try browser.evaluate(images) as? Int == 2)
    #expect(
      try browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth") as? Bool == true)
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    #expect(browser.requests.allSatisfy { $0.hasPrefix("file:") || $0.hasPrefix("data:") })
  }

  /// No name of a file or a class becomes markup.
  @Test func namesAreText() throws {
    let page = try page(["static": "<img src=x onerror=alert(1)>"])
    let text = try String(contentsOf: URL(filePath: page), encoding: .utf8)
    #expect(!text.contains("<img src=x"))
    #expect(text.contains("&lt;img src=x onerror=alert(1)&gt;.mp4"))
  }
}
