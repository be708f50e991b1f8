import Foundation
import TestSupport
import Testing

/// `models pull` against a real server that behaves badly.
@Suite struct PullTests {
  /// Some bytes; what they mean does not matter to a download.
  static let file = Data((0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 7) })
  /// Its name carries the start of its SHA-256, as `sha256sum` gives it.
  static let name = "some-d5397f39.pth"

  let folder: TemporaryFolder
  let cache: String
  var program: Program

  init() throws {
    folder = try TemporaryFolder()
    cache = folder.path("r2p1d-video")
    program = Program(environment: ["XDG_CACHE_HOME": folder.url.path, "no_proxy": "*"])
  }

  /// The files in the cache, hidden ones too.
  private var cached: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: cache).sorted()) ?? []
  }

  /// What is in the cache under the file's name.
  private var fetched: Data? { FileManager.default.contents(atPath: "\(cache)/\(Self.name)") }

  private func server(_ replies: WebServer.Reply...) throws -> WebServer {
    try WebServer(["/m/\(Self.name)": replies, "/loop": [.redirect("/loop")]])
  }

  private func pull(_ server: WebServer, _ options: String...) throws -> Program.Run {
    let words = ["models", "pull", "\(server.address)/m/\(Self.name)"] + options
    return try program.shell("exec \"$r2p1d\" " + words.map { "'\($0)'" }.joined(separator: " "))
  }

  @Test func aDownloadIsVerifiedKeptAndItsPathPrinted() throws {
    let server = try server(.file(Self.file))
    let run = try pull(server)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text == "\(cache)/\(Self.name)\n")
    #expect(fetched == Self.file && cached == [Self.name])
    #expect(run.errors.count(where: \.isNewline) == 1 && run.errors.contains("downloading \(server.address)"))

    let again = try pull(server)
    #expect(again.status == 0 && again.text == run.text && again.errors.isEmpty)
    #expect(server.requests.count == 1)
  }

  static let failures: [(WebServer.Reply, String)] = [
    (.status(404), "the server answers 404 Not Found"),
    (.status(403), "the server answers 403 Forbidden"),
    (.status(503), "the server answers 503 Service Unavailable (1 try)"),
    (.wholeFile(Data("<!DOCTYPE html><title>Log in</title>".utf8)), "a web page came instead of the file"),
    (.wholeFile(file.dropLast() + [1]), "the file's SHA-256 is "),
    (.wholeFile(Data()), "the file's SHA-256 is e3b0c442"),
    (.unsized(file.dropLast(5000)), "the file's SHA-256 is "),
    (.cut(file, after: 100_000), "the connection ended before the file did (1 try)"),
    (.stalled(file, after: 100_000), "nothing came for 1 s (1 try)"),
    (.silence, "(1 try)"),
    (.redirect("/loop"), "led on more than 10 times"),
    (.redirect("file:///etc/hostname"), "protocol \"file\""),
  ]

  @Test(arguments: failures)
  func aDownloadThatFailsIsOneLineAndLeavesNothing(_ reply: WebServer.Reply, _ text: String) throws {
    let server = try server(reply)
    let run = try pull(server, "--retries", "0", "--timeout", reply.isStalled ? "1" : "60")
    #expect(run.status == 2)
    #expect(run.output.isEmpty && cached.isEmpty)
    let errors = run.errors.split(separator: "\n").filter { !$0.contains(": downloading ") }
    #expect(errors.count == 1 && run.errors.contains(text), "\(run.errors)")
    #expect(errors[0].hasPrefix("r2p1d-video: \(Self.name): \(server.address)/m/\(Self.name): "))
  }

  @Test func aServerThatIsNotThereIsSaidAfterAllTries() throws {
    let run = try program("models", "pull", "http://127.0.0.1:1/\(Self.name)", "--retries", "1")
    #expect(run.status == 2 && run.errors.count(where: \.isNewline) == 1)
    #expect(run.errors.contains("(2 tries); try again with: r2p1d-video models pull http"), "\(run.errors)")
  }

  @Test(
    arguments: [
      ([.status(500), .status(502), .file(file)], 3, nil), ([.silence, .file(file)], 2, nil),
      ([.cut(file, after: 100_000), .file(file)], 2, "bytes=100000-"),
      ([.stalled(file, after: 100_000), .file(file)], 2, "bytes=100000-"),
      ([.cut(file, after: 100_000), .status(500), .file(file)], 3, "bytes=100000-"),
      // Asked for the rest, given the whole, and then asked for that.
      ([.cut(file, after: 100_000), .wholeFile(file)], 3, nil),
      ([.cut(Data(file.reversed()), after: 100_000), .file(file)], 3, nil),
    ] as [([WebServer.Reply], Int, String?)])
  func aDownloadThatIsInterruptedGoesOn(_ replies: [WebServer.Reply], _ requests: Int, _ range: String?)
    throws
  {
    let server = try WebServer(["/m/\(Self.name)": replies])
    let run = try pull(server, "--timeout", replies.contains(where: \.isStalled) ? "5" : "60")
    #expect(run.status == 0, "\(run.errors)")
    #expect(fetched == Self.file && cached == [Self.name])
    #expect(server.requests.count == requests)
    #expect(server.requests.last?.range == range)
  }

  @Test(arguments: ["/elsewhere/x", "x"])
  func aRedirectIsFollowed(_ place: String) throws {
    let server = try WebServer([
      "/m/\(Self.name)": [.redirect(place)], "/m/x": [.file(Self.file)], "/elsewhere/x": [.file(Self.file)],
    ])
    #expect(try pull(server).status == 0)
    #expect(cached == [Self.name])
  }

  @Test func severalProcessesFetchAFileOnce() throws {
    let server = try server(.file(Self.file))
    let processes = try (0..<6).map { try start(server, errors: folder.empty("errors-\($0)")) }
    for process in processes { process.waitUntilExit() }
    #expect(processes.allSatisfy { $0.terminationStatus == 0 })
    #expect(server.requests.count == 1)
    #expect(fetched == Self.file && cached == [Self.name])
    let said = try (0..<6).map { String(decoding: try folder.read("errors-\($0)"), as: UTF8.self) }
    #expect(said.count { $0.contains("downloading http") } == 1)
  }

  @Test func oneThatWaitedGoesOnWhereTheOtherWasKilled() throws {
    let server = try server(.stalled(Self.file, after: 100_000), .file(Self.file))
    let first = try started(server)
    let second = try start(server, errors: folder.empty("errors"))
    while second.isRunning, try !String(decoding: folder.read("errors"), as: UTF8.self).contains("waiting") {
      Thread.sleep(forTimeInterval: 0.005)
    }
    kill(first.processIdentifier, SIGKILL)
    first.waitUntilExit()
    second.waitUntilExit()
    #expect(second.terminationStatus == 0)
    #expect(fetched == Self.file && cached == [Self.name])
    #expect(server.requests.map(\.range) == [nil, "bytes=100000-"])
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func anInterruptionLeavesNothing(_ signal: Int32) throws {
    let server = try server(.stalled(Self.file, after: 100_000))
    let process = try started(server)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
    #expect(cached.isEmpty)
  }

  /// A pull that has received the first 100,000 bytes and waits for more.
  private func started(_ server: WebServer) throws -> Process {
    let process = try start(server, errors: .nullDevice)
    let draft = "\(cache)/.\(Self.name).part"
    while process.isRunning, FileManager.default.contents(atPath: draft)?.count != 100_000 {
      Thread.sleep(forTimeInterval: 0.005)
    }
    return process
  }

  private func start(_ server: WebServer, errors: FileHandle) throws -> Process {
    try program.start(
      Program.built, ["models", "pull", "\(server.address)/m/\(Self.name)", "--timeout", "120"],
      FileHandle.nullDevice, errors)
  }

  @Test func aDamagedFileInTheCacheIsReplaced() throws {
    try folder.write("r2p1d-video/\(Self.name)", "damaged")
    #expect(try pull(server(.file(Self.file))).status == 0)
    #expect(fetched == Self.file)
  }

  @Test(arguments: [1000, 300_000, 400_000])
  func aDraftOfSomethingElseIsThrownAway(_ size: Int) throws {
    try folder.write("r2p1d-video/.\(Self.name).part", Data(count: size))
    #expect(try pull(server(.file(Self.file))).status == 0)
    #expect(fetched == Self.file && cached == [Self.name])
  }

  @Test func aCompleteDraftNeedsNoServer() throws {
    try folder.write("r2p1d-video/.\(Self.name).part", Self.file)
    let server = try server(.status(500))
    #expect(try pull(server).status == 0)
    #expect(server.requests.isEmpty && cached == [Self.name])
  }

  @Test func aProxyOfTheEnvironmentIsUsed() throws {
    let address = "http://models.invalid/m/\(Self.name)"
    let proxy = try WebServer(["/m/\(Self.name)": [.file(Self.file)]])
    let program = Program(environment: [
      "XDG_CACHE_HOME": folder.url.path, "http_proxy": proxy.address, "no_proxy": "",
    ])
    #expect(try program("models", "pull", address).status == 0)
    #expect(proxy.requests.map(\.target) == [address])
    #expect(cached == [Self.name])
  }

  @Test(.enabled(if: Program.mayLimitFiles, "the sanitizer keeps its memory in files"))
  func aDiskThatIsFullIsOneLineAndLeavesNothing() throws {
    // A limit of the shell's stands for the disk's: 100 KiB and the write is refused.
    let server = try server(.file(Self.file))
    let run = try program.shell(
      "ulimit -f 200; exec \"$r2p1d\" models pull \(server.address)/m/\(Self.name)")
    #expect(run.status == 2)
    #expect(
      run.errors.hasSuffix("r2p1d-video: \(cache)/\(Self.name): cannot be written: file too large\n"),
      "\(run.errors)")
    #expect(cached.isEmpty)
  }

  @Test func aCacheThatCannotBeMadeIsOneLine() throws {
    try folder.write("r2p1d-video", "a file")
    let server = try server(.file(Self.file))
    let run = try pull(server)
    #expect(run.status == 2 && run.errors.count(where: \.isNewline) == 1)
    #expect(run.errors.contains("cannot be written: not a directory"), "\(run.errors)")
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [
    ("some.pth", []), ("some-.pth", []), ("some-d5397fa.pth", []), ("some-d5397fag.pth", []), ("", []),
    ("some.pth", ["--sha256", "d539"]), ("some.pth", ["--sha256", "d5397fax"]),
  ])
  func anAddressNeedsAHash(_ name: String, _ options: [String]) throws {
    let server = try WebServer([:])
    let words = (["models", "pull", "\(server.address)/\(name)"] + options).map { "'\($0)'" }
    let run = try program.shell("exec \"$r2p1d\" " + words.joined(separator: " "))
    #expect(run.status == 2 && run.errors.count(where: \.isNewline) == 1)
    #expect(server.requests.isEmpty)
  }

  @Test func aHashThatIsGivenNeedsNoNameThatCarriesOne() throws {
    let server = try WebServer(["/some.pth": [.file(Self.file)]])
    let sum = String(try program.shell("sha256sum < '\(folder.write("f", Self.file))'").text.prefix(64))
    let run = try program("models", "pull", "\(server.address)/some.pth", "--sha256", sum.uppercased())
    #expect(run.status == 0 && cached == ["some.pth"], "\(run.errors)")
  }

  @Test func overHTTPSACertificateHasToBeTrusted() throws {
    let name = "some.pth"
    try folder.write("site/\(name)", Self.file)
    let site = Program(folder: folder.url.appending(path: "site"))
    let made = try site.shell(
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout ../key.pem -out ../cert.pem -days 2 -subj "
        + "/CN=127.0.0.1"
        + " -addext subjectAltName=IP:127.0.0.1")
    try #require(made.status == 0, "openssl is needed to try HTTPS: \(made.errors)")
    let server = try site.start(
      URL(filePath: "/bin/sh"),
      ["-c", "exec openssl s_server -accept 127.0.0.1:0 -cert ../cert.pem -key ../key.pem -WWW"],
      folder.empty("server.log"), FileHandle.nullDevice)
    defer { server.terminate() }
    var port: Substring?
    while port == nil, server.isRunning {
      Thread.sleep(forTimeInterval: 0.02)
      port =
        String(decoding: try folder.read("server.log"), as: UTF8.self).firstMatch(of: /ACCEPT .*:(\d+)/)?.1
    }
    let address = "https://127.0.0.1:\(try #require(port))/\(name)"
    let arguments = ["models", "pull", address, "--sha256", "d5397f39"].joined(separator: " ")

    let stranger = try program.shell("exec \"$r2p1d\" \(arguments)")
    #expect(stranger.status == 2 && stranger.errors.count(where: \.isNewline) == 1)
    #expect(stranger.errors.contains("certificate"), "\(stranger.errors)")
    #expect(cached.isEmpty)

    let trusted = try program.shell(
      "CURL_CA_BUNDLE='\(folder.path("cert.pem"))' exec \"$r2p1d\" \(arguments)")
    #expect(trusted.status == 0, "\(trusted.errors)")
    #expect(cached == [name])
  }
}
