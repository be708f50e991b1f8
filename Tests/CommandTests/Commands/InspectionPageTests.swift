import Foundation
import TestSupport
import Testing

/// The page of an inspection, as a browser shows it.
@Suite(.serialized, .enabled(if: Chromium.program != nil, Chromium.note))
struct InspectionPageTests {
  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(folder: folder.url)
  }

  private func page(_ file: String, _ options: String...) throws -> String {
    let run = try program(["inspect", file, "--output", "page.html", "--quiet"] + options)
    try #require(run.status == 0, "\(run.errors)")
    return folder.path("page.html")
  }

  private func look(at page: String, _ check: (Chromium) throws -> Void) throws {
    let browser = try Chromium()
    for (width, scheme) in Chromium.screens {
      try browser.open(
        page, width: width, scheme: scheme, ready: "document.querySelector('.window') !== null")
      try browser.expectFits(scheme)
      try check(browser)
    }
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    #expect(browser.requests.allSatisfy { $0.hasPrefix("file:") || $0.hasPrefix("data:") })
  }

  @Test func everySampleIsAnImageWithItsNumberOnEveryScreen() throws {
    let page = try page(Checkout.clip, "--model", "camera-motion")
    try look(at: page) { (browser: Chromium) throws in
      #expect(try browser.evaluate("document.querySelectorAll('.window').length") as? Int == 5)
      let images = "[...document.querySelectorAll('.samples img')].filter(i => i.naturalWidth === 112).length"
      #expect(try browser.evaluate(images) as? Int == 40)
      #expect(try browser.evaluate("document.querySelectorAll('.scores').length") as? Int == 5)
      let text = try browser.evaluate("document.querySelector('.samples li p').textContent") as? String
      #expect(text?.hasPrefix("#0 f") == true)
      // Square, however small the screen.
      let shapes =
        "[...document.querySelectorAll('.samples img')].every(i => i.clientWidth === i.clientHeight)"
      #expect(try browser.evaluate(shapes) as? Bool == true)
    }
  }

  @Test func aVideoShorterThanAWindowHasItsHeldSamplesMarked() throws {
    try folder.ffmpeg("-i '\(Checkout.clip)' -t 0.3 short.mp4")
    let page = try page("short.mp4", "--frames", "16")
    try look(at: page) { (browser: Chromium) throws in
      let held = try browser.evaluate("document.querySelectorAll('.held .mark').length") as? Int
      #expect(held ?? 0 > 5 && held ?? 0 < 16)
    }
  }

  @Test func namesAreText() throws {
    let name = "<img src=x onerror=alert(1)>.mp4"
    try folder.write(name, Data(contentsOf: URL(filePath: Checkout.clip)))
    let page = try page(name, "--windows", "1", "--frames", "8")
    try look(at: page) { (browser: Chromium) throws in
      #expect(try browser.evaluate("document.querySelector('h1').textContent") as? String == name)
      #expect(try browser.evaluate("document.scripts.length") as? Int == 0)
    }
  }
}
