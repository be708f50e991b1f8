import Foundation
import Testing

/// The built binary, run as a user runs it.
struct Program {
  /// What a run left behind.
  struct Run {
    let status: Int32
    let output: Data
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// Standard output as JSON.
    func json() throws -> Any { try JSONSerialization.jsonObject(with: output, options: .fragmentsAllowed) }

    func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }
  }

  var environment: [String: String] = [:]
  var folder = Checkout.root
  var binary = Self.built

  /// Built with a sanitizer, which says so by this variable: it reserves more address space than a worker may have.
  static let isSanitized = ProcessInfo.processInfo.environment["R2P1D_SANITIZED"] != nil
  /// ThreadSanitizer keeps what it knows of memory in files, which a limit on their size makes fail.
  static let mayLimitFiles = ProcessInfo.processInfo.environment["R2P1D_SANITIZED"] != "thread"

  static let sanitizedNote: Comment = "skipped: the sanitizer reserves more address space than this allows"

  /// What is run: the binary, or a script that runs the sanitized one.
  static let built = isSanitized ? URL(filePath: Checkout.path("Tests/Sanitized/r2p1d-video")) : binary

  /// It lies beside the tests.
  private static let binary =
    Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "r2p1d-video")
    ?? URL(filePath: "r2p1d-video")

  /// Runs it with `arguments`; the environment is the caller's plus `environment`, less what would lead it to other models.
  func callAsFunction(_ arguments: String...) throws -> Run {
    try run(binary, arguments)
  }

  /// Runs a shell script in which `$r2p1d` is the binary.
  func shell(_ script: String) throws -> Run {
    try run(URL(filePath: "/bin/sh"), ["-c", script])
  }

  /// Starts it and leaves it to the caller.
  func start(_ executable: URL, _ arguments: [String], _ output: Any?, _ errors: Any?) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    var variables = ProcessInfo.processInfo.environment
    for name in ["R2P1D_MODELS", "R2P1D_MODELS_URL", "R2P1D_ISA", "XDG_CACHE_HOME", "TORCH_HOME"] {
      variables[name] = nil
    }
    // No test reaches beyond this machine; those that download from it say so.
    variables["R2P1D_OFFLINE"] = "1"
    variables["r2p1d"] = binary.path
    variables["R2P1D_BINARY"] = Self.binary.path
    process.environment = variables.merging(environment) { $1 }
    try process.run()
    return process
  }

  func run(_ executable: URL, _ arguments: [String]) throws -> Run {
    let captured = try TemporaryFolder()
    let (output, errors) = (try captured.empty("stdout"), try captured.empty("stderr"))
    let process = try start(executable, arguments, output, errors)
    process.waitUntilExit()
    return Run(
      status: process.terminationReason == .exit
        ? process.terminationStatus : 128 + process.terminationStatus,
      output: try captured.read("stdout"),
      errors: String(decoding: try captured.read("stderr"), as: UTF8.self))
  }
}

/// The checkout that the tests belong to.
enum Checkout {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Clips that lie in the checkout.
  static let clip = path("SampleVideos/pan_left.mp4")
  static let otherClip = path("SampleVideos/zoom_in.mp4")

  static func path(_ name: String) -> String { root.appending(path: name).path }
}

/// A folder of a test's own, gone when the test is.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "r2p1d-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }

  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file, its folders too, and returns its path.
  @discardableResult func write(_ name: String, _ content: Data) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: file)
    return file.path
  }

  @discardableResult func write(_ name: String, _ text: String) throws -> String {
    try write(name, Data(text.utf8))
  }

  func read(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

  func empty(_ name: String) throws -> FileHandle {
    try FileHandle(forWritingTo: URL(filePath: write(name, "")))
  }
}
