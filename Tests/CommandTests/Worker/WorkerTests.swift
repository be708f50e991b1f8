import Foundation
import TestSupport
import Testing

/// What `worker` answers, in docs/worker.md's words.
@Suite struct WorkerTests {
  private static let clips = ["pan_left", "zoom_in", "tilt_up"].map { "SampleVideos/\($0).mp4" }

  /// Of each line, which of the four kinds it is.
  private func kinds(_ lines: [[String: Any]]) -> [[String]] {
    lines.map { line in ["ready", "progress", "labels", "error"].filter { line[$0] != nil } }
  }

  @Test func anAnswerIsLabelsLineWithTheStampAndTheSettings() throws {
    let session = try WorkerSession()
    try session.ask(Self.clips[0], "none.mp4", Self.clips[1])
    try session.end()
    let answers = try session.rest()
    #expect(session.status() == 0 && session.errors.isEmpty, "\(session.errors)")
    #expect(kinds(answers) == [["labels"], ["error"], ["labels"]])

    let label = try Program()(
      ["label", "--model", "camera-motion", "--format", "jsonl", Self.clips[0], "none.mp4", Self.clips[1]])
    let lines = label.text.split(separator: "\n")
    try #require(lines.count == 3)
    for (line, answer) in zip(lines, answers) {
      var (rest, expected) = (
        answer, try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      )
      for key in ["stamp", "settings", "kind"] { rest[key] = nil }
      // How many bytes were read depends on who decodes.
      (rest["receipt"], expected["receipt"]) = (nil, nil)
      #expect(rest as NSDictionary == expected as NSDictionary)
    }
    let attributes = try FileManager.default.attributesOfItem(atPath: Checkout.path(Self.clips[0]))
    let stamp = try #require(answers[0]["stamp"] as? [String: Any])
    #expect(stamp["size"] as? Int == attributes[.size] as? Int)
    let seconds = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    #expect(abs(Double(stamp["mtime_ns"] as? Int ?? 0) / 1e9 - seconds) < 1)
    #expect(answers[1]["stamp"] is NSNull)
    #expect(Set(answers.compactMap { $0["settings"] as? String }).count == 1)
    #expect(answers.allSatisfy { ($0["settings"] as? String)?.count == 64 })
  }

  @Test func anAnswerComesBeforeTheNextRequest() throws {
    let session = try WorkerSession(["--windows", "1"])
    for clip in Self.clips + ["none.mp4"] {
      try session.ask(clip)
      #expect(try session.next()["file"] as? String == clip)
    }
    try session.end()
    #expect(try session.rest().isEmpty && session.status() == 0)
  }

  /// Whoever asked can act on these words.
  @Test func whyAFileFailedHasAKind() throws {
    let folder = try TemporaryFolder()
    try folder.write("garbage.mp4", Data(repeating: 7, count: 10_000))
    try folder.write("cut.mp4", Data(contentsOf: URL(filePath: Checkout.clip)).prefix(300))
    try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: true)
    mkfifo(folder.path("pipe.mp4"), 0o600)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("dangling.mp4"), withDestinationPath: "nothing")
    let requests: [(String, String)] = [
      ("garbage.mp4", "input"), ("cut.mp4", "input"), ("folder", "input"), ("pipe.mp4", "input"),
      ("none.mp4", "missing"), ("dangling.mp4", "missing"), ("folder/none.mp4", "missing"),
      ("http://localhost/a.mp4", "input"), ("", "input"), ("a\0b", "input"),
      (String(repeating: "x", count: 300_000), "input"), (String(repeating: "d/", count: 3000), "input"),
    ]
    let session = try WorkerSession(["--windows", "1"], in: folder.url)
    for (request, kind) in requests {
      try session.ask(request)
      let answer = try session.next()
      #expect(answer["kind"] as? String == kind, "\(request.prefix(40)): \(answer["error"] ?? "")")
      #expect(kinds([answer]) == [["error"]])
      // Of one that no path can be as long as, its beginning comes back.
      #expect(request.hasPrefix(answer["file"] as? String ?? "?"))
    }
    try session.ask(Checkout.clip)
    #expect(try session.next()["labels"] != nil)
    try session.end()
    #expect(session.status() == 0)
  }

  @Test(
    .enabled(if: Tool.ffmpeg.isThere, Tool.ffmpeg.note),
    .enabled(if: !Program.isSanitized, Program.sanitizedNote))
  func aFileThatNeedsTooMuchMemoryIsOfItsOwnKind() throws {
    let folder = try TemporaryFolder()
    let run = try Program(folder: folder.url).shell(
      "ffmpeg -v error -f lavfi -i color=red:s=12000x12000:d=1:r=1 -c:v mjpeg -strict -1 -pix_fmt yuvj444p "
        + "big.mkv")
    try #require(run.status == 0, "\(run.errors)")
    let session = try WorkerSession(
      ["--workers", "1", "--worker-memory", "900", "--max-pixels", "200000000"], in: folder.url)
    try session.ask("big.mkv", Checkout.clip)
    try session.end()
    let answers = try session.rest()
    #expect(answers.map { $0["kind"] as? String } == ["memory", nil])
  }

  @Test func aNameIsItsBytes() throws {
    let folder = try TemporaryFolder()
    let clip = try Data(contentsOf: URL(filePath: Checkout.clip))
    let names: [[UInt8]] = [
      Array("two\nlines.mp4".utf8), Array("ü \"x\".mp4".utf8), [0x61, 0xFF, 0x2E, 0x6D, 0x70, 0x34],
      Array("cr\r".utf8),
    ]
    for name in names {
      let path = Array("\(folder.url.path)/".utf8) + name + [0]
      let descriptor = path.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer {
        open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600)
      }
      try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: clip)
    }
    let session = try WorkerSession(["-0", "--windows", "1"], in: folder.url)
    // The last one without its zero.
    try session.send(Data(names.joined(separator: [0])))
    try session.end()
    let answers = try session.rest()
    #expect(answers.count == names.count && answers.allSatisfy { $0["labels"] != nil }, "\(answers)")
    for (name, answer) in zip(names, answers) {
      let text = String(validating: name, as: UTF8.self)
      #expect(answer["fileBytes"] as? String == (text == nil ? Data(name).base64EncodedString() : nil))
      #expect(answer["file"] as? String == text ?? "a\\xFF.mp4")
    }
  }

  @Test func linesEndAsOnAnySystem() throws {
    let session = try WorkerSession(["--windows", "1"])
    try session.send(Data("\u{FEFF}\(Self.clips[0])\r\n\(Self.clips[1])\n\(Self.clips[2])".utf8))
    try session.end()
    #expect(try session.rest().map { $0["file"] as? String } == Self.clips)
  }

  @Test func hundredsOfRequestsWaitInThePipe() throws {
    let session = try WorkerSession(["--windows", "1", "--workers", "3"])
    let requests = (0..<700).map { $0 % 100 == 7 ? Self.clips[$0 / 100 % 3] : "none-\($0).mp4" }
    try session.send(Data(requests.joined(separator: "\n").utf8))
    try session.end()
    // Longer than the pipe takes for the answers: the worker has to wait for its reader.
    usleep(700_000)
    #expect(session.process.isRunning)
    #expect(try session.rest().map { $0["file"] as? String } == requests)
    #expect(session.status() == 0)
  }

  @Test func eachLineIsOneWrite() throws {
    // Messages of such a socket keep their bounds.
    var ends: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
    defer { close(ends[0]) }
    let folder = try TemporaryFolder()
    try folder.write("requests", (Self.clips + ["none.mp4"]).joined(separator: "\n"))
    let process = try Program().start(
      Program.built, ["worker", "--model", "camera-motion", "--logits", "--stride", "4"],
      input: FileHandle(forReadingFrom: URL(filePath: folder.path("requests"))),
      FileHandle(fileDescriptor: ends[1], closeOnDealloc: false), FileHandle.nullDevice)
    close(ends[1])
    var lines: [[UInt8]] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = recv(ends[0], &buffer, buffer.count, 0), count > 0 {
      lines.append(Array(buffer[..<count]))
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && lines.count == 5)
    #expect(lines.allSatisfy { $0.last == 10 && $0.count { $0 == 10 } == 1 })
  }

  /// What answers hold for is compared by this word: it differs where they would, and nowhere else.
  @Test func settingsAreAHashOfWhatHasASayInTheLabels() throws {
    let narrow = try TemporaryFolder()
    try narrow.write("narrow.safetensors", NarrowCheckpoint.safetensors())
    func settings(_ arguments: String, _ environment: [String: String] = [:]) throws -> String {
      var program = Program(environment: environment, folder: narrow.url)
      program.environment["R2P1D_OFFLINE"] = "1"
      let run = try program(line: "worker \(arguments)")
      #expect(run.status == 0, "\(run.errors)")
      return try #require(run.object()["settings"] as? String)
    }
    let same = [
      "", "--threads 1", "--workers 3 --timeout 5", "--progress-lines", "-0", "--windows 5", "--fps 15",
    ]
    let others = [
      "--windows 4", "--stride 8", "--fps 30", "--frames 16", "--resize squash", "--merge max", "--top 2",
      "--logits", "--only 'pan left'", "--min-score 0.5", "--start 1", "--end 1", "--track 0",
    ]
    let usual = try Set(same.map { try settings("--model camera-motion \($0)") })
    #expect(usual.count == 1)
    #expect(try settings("--model camera-motion", ["R2P1D_ISA": "portable"]) == usual.first)
    let rest =
      try others.map { try settings("--model camera-motion \($0)") }
      + [settings("--model narrow.safetensors"), settings("--model random:r2plus1d_18:1 --frames 8")]
    #expect(Set(rest).count == rest.count && usual.isDisjoint(with: rest))
  }

  @Test(arguments: ["nothing.safetensors", "README.md"]) func withoutAModelNothingIsReady(_ model: String)
    throws
  {
    let run = try Program()(line: "worker --model \(model)")
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("r2p1d-video: \(model): ") && run.errors.count(where: \.isNewline) == 1)
  }
}
