import Foundation
import TestSupport
import Testing

/// The page of what was taught, as a browser shows it.
@Suite(.serialized, .slow, .enabled(if: Chromium.program != nil, Chromium.note))
struct TeachingPageTests {
  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(folder: folder.url)
  }

  /// Three clips are called by another class, and one cannot be read.
  private func page(_ rename: (String) -> String = { $0 }) throws -> String {
    var rows = try TaughtClips.rows
    for place in [2, 17, 32] { rows[place].label = rows[(place + 8) % rows.count].label }
    try folder.write("broken.mp4", Data("nothing".utf8))
    let lines = rows.map { "\"\(TaughtClips.folder)/\($0.file)\",\"\(rename($0.label))\"" }
    try folder.write(
      "list.csv", (["file,label"] + lines + ["broken.mp4,\(rename("strobing"))"]).joined(separator: "\n"))
    return try teach("list.csv", "--reject", "0.05")
  }

  private func teach(_ list: String, _ options: String...) throws -> String {
    let run = try program(
      ["teach", list, "--model", "camera-motion", "--output", "own.safetensors", "--report", "page.html"]
        + ["--cache", TaughtClips.plain.get().path("features")] + options)
    try #require(run.status == 0, "\(run.errors)")
    return folder.path("page.html")
  }

  @Test func figuresChartsAndThumbnailsFitEveryScreen() throws {
    let page = try page()
    let browser = try Chromium()
    for (width, scheme) in Chromium.screens {
      try browser.open(
        page, width: width, scheme: scheme, ready: "document.querySelector('.suspects') !== null")
      try browser.expectFits(scheme)
      #expect(try browser.evaluate("document.querySelectorAll('.figures li').length") as? Int == 5)
      #expect(
        try browser.evaluate("document.querySelectorAll('.chart-card svg circle').length > 8") as? Bool
          == true)
      #expect(try browser.evaluate("document.querySelectorAll('.matrix tbody tr').length") as? Int == 6)
      let images = "[...document.querySelectorAll('.mistakes img')].map(i => i.naturalWidth)"
      let widths = try #require(try browser.evaluate(images) as? [Int])
      #expect(widths.count > 5 && widths.allSatisfy { $0 == 112 })
      #expect(try browser.evaluate("document.querySelectorAll('.no-image').length") as? Int == 0)
      let dropped = try browser.evaluate("document.querySelector('.dropped').textContent") as? String
      #expect(dropped?.contains("broken.mp4: not a video") == true)
    }
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    #expect(browser.requests.allSatisfy { $0.hasPrefix("file:") || $0.hasPrefix("data:") })
  }

  @Test func severalLabelsHaveTheirOwnFiguresAndNoMatrix() throws {
    try folder.write("several.csv", TaughtClips.several)
    let page = try teach("several.csv", "--root", TaughtClips.folder, "--multi-label")
    let browser = try Chromium()
    for (width, scheme) in Chromium.screens {
      try browser.open(
        page, width: width, scheme: scheme, ready: "document.querySelector('.suspects') !== null")
      try browser.expectFits(scheme)
      #expect(
        try browser.evaluate("document.querySelector('.figures .name').textContent") as? String == "mAP")
      #expect(try browser.evaluate("document.querySelector('.matrix') === null") as? Bool == true)
      #expect(try browser.evaluate("document.querySelectorAll('.classes tbody tr').length") as? Int == 8)
    }
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  /// No name of a class becomes markup.
  @Test func namesAreText() throws {
    let page = try page { "<img src=x onerror=alert(1)>\($0)" }
    let text = try String(contentsOf: URL(filePath: page), encoding: .utf8)
    #expect(!text.contains("<img src=x") && text.contains("&lt;img src=x onerror=alert(1)&gt;strobing"))
    let browser = try Chromium()
    try browser.open(page, width: 390, ready: "document.querySelector('.suspects') !== null")
    try browser.expectFits("light")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }
}
