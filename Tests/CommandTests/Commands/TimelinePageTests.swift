import Foundation
import TestSupport
import Testing

/// The HTML page, as a browser shows it.
@Suite(
  .serialized, .enabled(if: Chromium.program != nil, Chromium.note),
  .enabled(if: Clips.canEncode("libvpx"), Clips.note))
struct TimelinePageTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Writes the page of a clip of two motions, called `name`, into a folder; the clip lies beside it if
  /// `isBeside`.
  private func page(
    _ name: String = "two.webm", isBeside: Bool = true, codec: String = "libvpx -b:v 400k -deadline realtime",
    labels: [String]? = nil, before: String = ""
  ) throws -> String {
    try folder.ffmpeg(
      "\(before) -i '\(TimelineTests.twoMotions)' -c:v \(codec) "
        + "'made.\(name.split(separator: ".").last ?? "")'"
    )
    let made = folder.path("made.\(name.split(separator: ".").last ?? "")")
    let clip = try folder.write(
      (isBeside ? "" : "elsewhere/") + name, try Data(contentsOf: URL(filePath: made)))
    var words = [
      "timeline", clip, "--model", "camera-motion", "--format", "html", "--output", folder.path("t.html"),
    ]
    if let labels {
      words += ["--labels", try folder.write("labels.txt", labels.joined(separator: "\n"))]
    }
    let process = try program.start(Program.built, words, FileHandle.nullDevice, nil)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return folder.path("t.html")
  }

  @Test func clicksKeysAndTheVideoMoveThePlayhead() throws {
    let page = try page()
    let browser = try Chromium()
    try browser.open(page, width: 1280)
    try browser.wait("document.querySelector('video').readyState > 0")
    #expect(try browser.evaluate("document.querySelectorAll('#track button').length") as? Int == 2)
    #expect(try browser.evaluate("document.querySelectorAll('.list button').length") as? Int == 2)
    let pictures = "[...document.querySelectorAll('.thumbs img')].filter(i => i.naturalWidth === 160).length"
    #expect(try browser.evaluate(pictures) as? Int == 48)
    try checkClicks(browser)
    try checkThatThePlayheadFollows(browser)
    try checkTheNote(browser)
    try checkKeys(browser)
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  private func checkClicks(_ browser: Chromium) throws {
    // The clip lasts 4 s.
    try browser.point("#track", at: 0.875, clicks: true)
    try browser.wait("Math.abs(document.querySelector('video').currentTime - 3.5) < 0.05")
    try browser.wait("document.querySelectorAll('#track button')[1].ariaCurrent === 'true'")
    try browser.wait(Self.playhead(isAt: 3.5))
    try browser.point(".heat", at: 0.25, clicks: true)
    try browser.wait("Math.abs(document.querySelector('video').currentTime - 1) < 0.05")
    try browser.point(".list li:nth-child(2) button", clicks: true)
    try browser.wait("Math.abs(document.querySelector('video').currentTime - 2) < 0.3")
  }

  private func checkThatThePlayheadFollows(_ browser: Chromium) throws {
    try browser.evaluate("document.querySelector('video').currentTime = 3")
    try browser.wait("Math.abs(parseFloat(document.getElementById('playhead').style.left) - 75) < 1")
    try browser.wait("document.getElementById('readout').textContent === 'Scores at 0:03.0'")
  }

  /// The pointer is told time, label and score.
  private func checkTheNote(_ browser: Chromium) throws {
    try browser.point(".heat", at: 0.25)
    try browser.wait("!document.getElementById('tip').hidden")
    let text = try #require(try browser.evaluate("document.getElementById('tip').textContent") as? String)
    #expect(text.contains("pan right") && text.contains("0:00.0 – 0:02.") && text.contains(" %"))
    try browser.wait("document.querySelector('#tip img').naturalWidth === 160")
    #expect(
      try browser.evaluate("document.getElementById('readout').textContent") as? String == "Scores at 0:01.0")
    try browser.point("h1")
    try browser.wait("document.getElementById('tip').hidden")
  }

  private func checkKeys(_ browser: Chromium) throws {
    try browser.evaluate("document.querySelector('#track button').focus()")
    try browser.press("ArrowRight")
    try browser.wait("document.activeElement === document.querySelectorAll('#track button')[1]")
    try browser.wait("document.getElementById('tip').textContent.includes('tilt up')")
    try browser.press("Home")
    try browser.press("Enter")
    try browser.wait("document.querySelector('video').currentTime === 0")
    try browser.evaluate("document.getElementById('playhead').focus()")
    try browser.press("End")
    try browser.wait(Self.playhead(isAt: 4))
    try browser.press("Home")
    try browser.wait(Self.playhead(isAt: 0))
    try browser.press("ArrowRight")
    try browser.wait("document.getElementById('playhead').getAttribute('aria-valuenow') > 0")
  }

  /// Chromium's own clock does not begin with the container's start time, as other players' does.
  @Test(arguments: [
    ("-f lavfi -i sine=d=7 -itsoffset 3", "-map 1:v -map 0:a -fps_mode passthrough", 3.0, 3.0),
    ("", "-output_ts_offset 5.3", 0, 5.3),
  ])
  func thePlayerGoesWhereThePageSaysWhereverTheVideoStarts(
    _ before: String, _ options: String, _ start: Double, _ startOfTheBrowser: Double
  ) throws {
    let browser = try Chromium()
    let codec = "libvpx -b:v 400k -deadline realtime \(options)"
    try browser.open(try page(codec: codec, before: before), width: 1280)
    try browser.wait("document.querySelector('video').readyState > 1")
    try browser.point("#track", at: 0.875, clicks: true)
    let time = "document.querySelector('video').currentTime"
    try browser.wait("Math.abs(\(time) - \(startOfTheBrowser + 3.5)) < 0.1")
    try browser.wait(Self.playhead(isAt: start + 3.5))
    try browser.evaluate("\(time) = \(startOfTheBrowser + 1)")
    try browser.wait(Self.playhead(isAt: start + 1))
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  private static func playhead(isAt time: Double) -> String {
    "Math.abs(document.getElementById('playhead').getAttribute('aria-valuenow') - \(time)) < 0.05"
  }

  @Test func withoutAVideoThatCanBePlayedThePageStillWorks() throws {
    let browser = try Chromium()
    try browser.open(try page(isBeside: false), width: 1280)
    #expect(try browser.evaluate("document.querySelector('video') === null") as? Bool == true)
    try browser.point("#track", at: 0.75, clicks: true)
    try browser.wait(Self.playhead(isAt: 3))

    // A codec that no browser has.
    try browser.open(try page("two.avi", codec: "mpeg4"), width: 1280)
    try browser.wait(
      "!document.getElementById('unplayable').hidden && document.querySelector('video').hidden")
    try browser.point("#track", at: 0.75, clicks: true)
    try browser.wait(Self.playhead(isAt: 3))
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test func hostileNamesStayTextFitTheWindowAndAskNobody() throws {
    let name = "<img src=x onerror=alert(1)> & \"x\" '{{script}}' #50%3F ü.webm"
    let long = "</script><script>alert(2)</script>" + String(repeating: "averylongwordindeed", count: 6)
    let labels = [
      "\" onfocus=alert(3) autofocus x=\"", "b", long, "{{style}} <b>&amp;", "<!-- e", "f", "g", "h", "i",
    ]
    let page = try page(name, labels: labels)
    let browser = try Chromium()
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")] {
      try browser.open(page, width: width, scheme: scheme)
      try browser.wait("document.querySelector('video').readyState > 0")
      let root = "document.documentElement"
      #expect(try browser.evaluate("\(root).scrollWidth <= \(root).clientWidth") as? Bool == true)
      #expect(
        try browser.evaluate("matchMedia('(prefers-color-scheme: \(scheme))').matches") as? Bool == true)
      let lightness = "Number(getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/)[0])"
      let found = try #require(try browser.evaluate(lightness) as? Double)
      #expect(scheme == "light" ? found > 0.9 : found < 0.3)
    }
    #expect(try browser.evaluate("document.querySelector('h1').textContent") as? String == name)
    let shown = "[...document.querySelectorAll('#track .label')].map(label => label.textContent)"
    #expect(try browser.evaluate(shown) as? [String] == [long, labels[3]])
    #expect(try browser.evaluate("document.scripts.length") as? Int == 2)
    #expect(
      browser.requests.allSatisfy { $0.hasPrefix("file:") || $0.hasPrefix("data:") || $0 == "about:blank" })
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }
}
