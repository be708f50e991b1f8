import Foundation
import TestSupport
import Testing

/// A Chromium without a window, driven through its DevTools protocol: JSON messages ended by a zero byte, on
/// descriptors 3 and 4.
final class Chromium {
  /// What went wrong on the page so far: exceptions, and what was logged as an error or a warning.
  private(set) var complaints: [String] = []
  /// The addresses that the page asked for.
  private(set) var requests: [String] = []

  private let process: Process
  private let folder: TemporaryFolder
  private let commands = Pipe()
  private let answers = Pipe()
  private var unread = Data()
  private var count = 0
  private var session: String?

  static let program = Tool("chromium", "chromium-browser", "google-chrome", "chrome").url
  static let note: Comment = "needs the program chromium"

  /// What pages are looked at on.
  static let screens = [1280, 390].flatMap { width in ["light", "dark"].map { (width: width, scheme: $0) } }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  init() throws {
    folder = try TemporaryFolder()
    process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    let options = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
      "--user-data-dir=\(folder.url.path)", "about:blank",
    ]
    let script = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"
    process.arguments = ["-c", script, Self.program?.path ?? "chromium"] + options
    process.standardInput = commands
    process.standardOutput = answers
    try process.run()
    let targets = try send("Target.getTargets")["targetInfos"] as? [[String: Any]] ?? []
    let page = try #require(targets.first { $0["type"] as? String == "page" }?["targetId"])
    session = try send("Target.attachToTarget", ["targetId": page, "flatten": true])["sessionId"] as? String
    for domain in ["Page", "Runtime", "Log", "Network"] { try send("\(domain).enable") }
  }

  deinit {
    session = nil
    _ = try? send("Browser.close")
    try? commands.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Opens the file at `path` in a window of this size, and waits until it is all there.
  func open(
    _ path: String, width: Int, height: Int = 900, scheme: String = "light",
    ready: String = "document.getElementById('playhead') !== null"
  ) throws {
    try send(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600])
    try send(
      "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
    try send("Page.navigate", ["url": URL(filePath: path).absoluteString])
    try wait("document.readyState === 'complete' && \(ready)")
  }

  /// The value of a JavaScript expression.
  @discardableResult func evaluate(_ expression: String) throws -> Any? {
    let answer = try send("Runtime.evaluate", ["expression": expression, "returnByValue": true])
    if let details = answer["exceptionDetails"] { throw Failure(description: "\(expression): \(details)") }
    return (answer["result"] as? [String: Any])?["value"]
  }

  /// The page is no wider than the screen, and as light or dark as was asked for.
  func expectFits(_ scheme: String, _ location: SourceLocation = #_sourceLocation) throws {
    let root = "document.documentElement"
    #expect(
      try evaluate("\(root).scrollWidth <= \(root).clientWidth") as? Bool == true, sourceLocation: location)
    let lightness = "Number(getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/)[0])"
    let found = try #require(try evaluate(lightness) as? Double, sourceLocation: location)
    #expect(scheme == "light" ? found > 0.9 : found < 0.3, sourceLocation: location)
  }

  /// Waits until an expression is true.
  func wait(_ expression: String) throws {
    for _ in 0..<1200 {
      if try evaluate(expression) as? Bool == true { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw Failure(description: "never true: \(expression)")
  }

  /// Moves the pointer to a share (0 to 1) of an element's width, in its middle, and clicks there if wanted.
  func point(_ selector: String, at share: Double = 0.5, clicks: Bool = false) throws {
    let box = try evaluate(
      """
      (() => { const element = document.querySelector('\(selector)'); element.scrollIntoView({ block: \
      'center' });
        const box = element.getBoundingClientRect(); return [box.left, box.top, box.width, box.height]; })()
      """)
    let numbers = try #require((box as? [NSNumber])?.map(\.doubleValue))
    let place: [String: Any] = ["x": numbers[0] + share * numbers[2], "y": numbers[1] + numbers[3] / 2]
    for kind in ["mouseMoved"] + (clicks ? ["mousePressed", "mouseReleased"] : []) {
      let button: [String: Any] = kind == "mouseMoved" ? [:] : ["button": "left", "clickCount": 1]
      try send("Input.dispatchMouseEvent", place.merging(button.merging(["type": kind]) { $1 }) { $1 })
    }
  }

  func press(_ key: String) throws {
    let code = [
      "Enter": ("\r", 13), "End": ("", 35), "Home": ("", 36), "ArrowLeft": ("", 37), "ArrowRight": ("", 39),
    ]
    let (text, number) = code[key] ?? ("", 0)
    for kind in ["keyDown", "keyUp"] {
      try send(
        "Input.dispatchKeyEvent",
        [
          "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": number,
          "text": kind == "keyDown" ? text : "",
        ])
    }
  }

  @discardableResult
  private func send(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    count += 1
    var message: [String: Any] = ["id": count, "method": method, "params": parameters]
    message["sessionId"] = session
    let data = try JSONSerialization.data(withJSONObject: message)
    try commands.fileHandleForWriting.write(contentsOf: data + [0])
    while true {
      let answer = try receive()
      if answer["id"] as? Int == count {
        if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
        return answer["result"] as? [String: Any] ?? [:]
      }
      note(answer)
    }
  }

  private func receive() throws -> [String: Any] {
    while true {
      if let end = unread.firstIndex(of: 0) {
        let message = unread[unread.startIndex..<end]
        unread = unread[(end + 1)...]
        return try JSONSerialization.jsonObject(with: Data(message)) as? [String: Any] ?? [:]
      }
      let descriptor = answers.fileHandleForReading.fileDescriptor
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 120_000) > 0 else { throw Failure(description: "chromium does not answer") }
      // Foundation's own reading waits for as many bytes as it may read.
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &bytes, bytes.count)
      guard count > 0 else { throw Failure(description: "chromium has gone") }
      unread.append(contentsOf: bytes[..<count])
    }
  }

  private func note(_ event: [String: Any]) {
    let facts = event["params"] as? [String: Any] ?? [:]
    switch event["method"] as? String {
    case "Runtime.exceptionThrown", "Page.javascriptDialogOpening": complaints.append("\(facts)")
    case "Runtime.consoleAPICalled" where facts["type"] as? String != "log": complaints.append("\(facts)")
    case "Log.entryAdded":
      let entry = facts["entry"] as? [String: Any]
      if entry?["level"] as? String != "verbose" { complaints.append("\(entry ?? [:])") }
    case "Network.requestWillBeSent":
      if let request = facts["request"] as? [String: Any], let url = request["url"] as? String {
        requests.append(url)
      }
    default: break
    }
  }
}
