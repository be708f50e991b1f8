import FoundationEssentials
import HTTPTypes
import Hummingbird
import R2P1DVideo
import Synchronization
import Testing

@testable import LabelServer

/// One after the other: each has a server and the machine for itself.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct LabelServerTests {
  @Test("Eight videos at once get each the labels of a lone run, a line a window before them")
  func eightAtOnce() async throws {
    let expected = try await Clip.all.asyncMap { try await $0.lines(by: RunningServer.classifier()) }
    try await RunningServer(concurrent: 3).run { client in
      try await withThrowingTaskGroup { group in
        for (clip, lines) in zip(Clip.all, expected) {
          group.addTask { (lines, try await client.post(try clip.bytes)) }
        }
        for try await (lines, reply) in group {
          #expect(reply.status == 200)
          #expect(reply.contentType == "application/x-ndjson")
          #expect(reply.lines == lines)
        }
      }
      let health = try await client.health
      #expect(health == Client.Health(running: 0, waiting: 0))
    }
  }

  @Test("A client that is cut off half way ends its work, and nobody else's")
  func cutOff() async throws {
    let expected = try await Clip.all[0].lines(by: RunningServer.classifier(.everyWindow))
    let film = try Clip.film()
    try await RunningServer(options: .everyWindow).run { client in
      let cut = try await client.post(film) { $0.lines.isEmpty }
      #expect(cut.status == 200)
      #expect(cut.lines.first?.contains(#""window":0"#) == true)
      let other = try await client.post(try Clip.all[0].bytes)
      #expect(other.lines == expected)
      // The other one has had a tenth of the work to do.
      let health = try await client.health
      #expect(health == Client.Health(running: 0, waiting: 0))
    }
  }

  @Test("One request more than may wait is answered 503; clients that give up make room")
  func fullQueue() async throws {
    let film = try Clip.film()
    try await RunningServer(concurrent: 1, waiting: 1, options: .everyWindow).run { client in
      let first = Task { try await client.post(film) }
      try await client.wait(for: Client.Health(running: 1, waiting: 0))
      let second = Task { try await client.post(film) }
      try await client.wait(for: Client.Health(running: 1, waiting: 1))
      let third = try await client.post(film)
      #expect(third.status == 503)
      #expect(third.lines == [#"{"error":"2 requests are under way; try again later"}"#])
      second.cancel()
      try await client.wait(for: Client.Health(running: 1, waiting: 0))
      first.cancel()
      try await client.wait(for: Client.Health(running: 0, waiting: 0))
    }
  }

  @Test("A video without a length in its head, in chunks, is labelled")
  func chunks() async throws {
    let clip = Clip.all[0]
    let expected = try await clip.lines(by: RunningServer.classifier())
    try await RunningServer().run { client in
      let reply = try await client.post(try clip.bytes, type: "video/mp4", framing: .chunks)
      #expect(reply.lines == expected)
    }
  }

  @Test("More bytes than the limit are answered 413", arguments: [Client.Framing.length, .chunks])
  func tooManyBytes(_ framing: Client.Framing) async throws {
    try await RunningServer(maxBytes: 100_000).run { client in
      let reply = try await client.post([UInt8](repeating: 0, count: 4 << 20), framing: framing)
      #expect(reply.status == 413)
      let health = try await client.health
      #expect(health == Client.Health(running: 0, waiting: 0))
    }
  }

  @Test("More than a limit of the library allows is answered 413")
  func tooManyPixels() async throws {
    var options = ClassifierOptions.oneThread
    options.input.maxPixels = 1000
    try await RunningServer(options: options).run { client in
      let reply = try await client.post(try Clip.all[0].bytes)
      #expect(reply.status == 413)
    }
  }

  @Test("What goes wrong after the first line is the last line")
  func failureHalfWay() async throws {
    let (lines, source) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
    source.yield(ByteBuffer(string: "first\n"))
    source.yield(ByteBuffer(string: "second\n"))
    source.finish(throwing: RequestFailure(.unsupportedMediaType, "damaged"))
    let response = try await LabelService.response(lines)
    #expect(response.status == .ok)
    let sent = Sent()
    try await response.body.write(sent)
    #expect(sent.text.withLock(\.self) == "first\nsecond\n{\"error\":\"damaged\"}\nend")
  }

  private final class Sent: ResponseBodyWriter {
    let text = Mutex("")

    func write(_ buffer: ByteBuffer) { text.withLock { $0 += String(buffer: buffer) } }
    func finish(_ trailingHeaders: HTTPFields?) { text.withLock { $0 += "end" } }
  }

  @Test(
    "What is no video is answered with the reason's status and one line",
    arguments: [
      ("plain text, and not a video", "text/plain", 415),
      ("", nil, 400),
      ("{", "application/json", 400),
      (#"{"file": "a.mp4"}"#, "application/json; charset=utf-8", 400),
      (#"{"path": "a.mp4"}"#, "application/json", 403),  // there is no root
    ] as [(String, String?, Int)])
  func noVideo(_ body: String, _ type: String?, _ status: Int) async throws {
    try await RunningServer().run { client in
      let reply = try await client.post(Array(body.utf8), type: type)
      #expect(reply.status == status)
      #expect(reply.contentType == "application/json")
      #expect(reply.lines.count == 1)
      #expect(reply.lines.first?.hasPrefix(#"{"error":""#) == true)
    }
  }

  @Test("Files below the root are labelled, and nothing else is")
  func files() async throws {
    try await withFolder { folder in
      let root = folder + "/root"
      try FileManager.default.createDirectory(atPath: root + "/sub", withIntermediateDirectories: true)
      let clip = Clip.all[0].path
      for copy in [root + "/a.mp4", root + "/sub/b.mp4", folder + "/secret.mp4", folder + "/root-too.mp4"] {
        try FileManager.default.copyItem(atPath: clip, toPath: copy)
      }
      try FileManager.default.createSymbolicLink(atPath: root + "/in.mp4", withDestinationPath: "sub/b.mp4")
      try FileManager.default.createSymbolicLink(
        atPath: root + "/out.mp4", withDestinationPath: "../secret.mp4")
      try FileManager.default.createSymbolicLink(atPath: root + "/up", withDestinationPath: "..")
      let found = ["a.mp4", "./sub/../a.mp4", "sub/b.mp4", "in.mp4", root + "/a.mp4"]
      let refused = [
        "../secret.mp4", "sub/../../secret.mp4", "out.mp4", "up/secret.mp4", folder + "/secret.mp4",
        folder + "/root-too.mp4", "/etc/passwd", "absent.mp4", "sub", ".", "a.mp4/../../secret.mp4",
        "/dev/zero", "http://127.0.0.1/a.mp4", "file:a.mp4", "~/a.mp4",
      ]
      try await RunningServer(root: root).run { client in
        for (paths, status) in [(found, 200), (refused, 404), (["", "a.mp4\0.txt"], 400)] {
          for path in paths {
            let body = try JSONEncoder().encode(["path": path])
            let reply = try await client.post(Array(body), type: "application/json")
            #expect(reply.status == status, "\(path)")
          }
        }
      }
    }
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
