import Foundation
import TestSupport
import Testing

/// `r2p1d-video worker` as another program uses it: requests into a pipe, answers out of one.
final class WorkerSession {
  let process: Process
  private let requests = Pipe()
  private let answers: FileHandle
  private let captured: TemporaryFolder
  private var unread = Data()

  /// Starts it with the built-in model, in `folder`, and waits until it is ready.
  init(_ arguments: [String] = [], in folder: URL = Checkout.root) throws {
    let pipe = Pipe()
    captured = try TemporaryFolder()
    process = try Program(folder: folder).start(
      Program.built, ["worker", "--model", "camera-motion"] + arguments, input: requests, pipe,
      try captured.empty("errors"))
    // A write to a worker that has ended is an error then, and no signal.
    signal(SIGPIPE, SIG_IGN)
    answers = pipe.fileHandleForReading
    let ready = try next()
    #expect(ready["ready"] as? Bool == true)
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  var errors: String { String(decoding: (try? captured.read("errors")) ?? Data(), as: UTF8.self) }

  func ask(_ paths: String...) throws {
    try send(Data(paths.joined(separator: "\n").utf8) + Data("\n".utf8))
  }

  func send(_ bytes: Data) throws { try requests.fileHandleForWriting.write(contentsOf: bytes) }

  /// No more requests.
  func end() throws { try requests.fileHandleForWriting.close() }

  /// Nobody reads answers any more.
  func hangUp() throws { try answers.close() }

  /// The next line, waited for; fails at the end.
  func next() throws -> [String: Any] {
    let line = try #require(try nextLine(), "the worker has ended: \(errors)")
    return try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
  }

  /// All lines up to the end.
  func rest() throws -> [[String: Any]] {
    var lines: [[String: Any]] = []
    while let line = try nextLine() {
      lines.append(try #require(JSONSerialization.jsonObject(with: line) as? [String: Any]))
    }
    return lines
  }

  /// The status that it ends with.
  func status() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  }

  private func nextLine() throws -> Data? {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread = Data(unread[(end + 1)...]) }
        return Data(unread[..<end])
      }
      let more = answers.availableData
      guard !more.isEmpty else {
        #expect(unread.isEmpty, "half a line")
        return nil
      }
      unread += more
    }
  }
}
