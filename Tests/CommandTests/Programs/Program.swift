import Foundation
import TestSupport
import Testing

/// The built binary, run as a user runs it.
struct Program {
  typealias Run = FinishedProcess

  var environment: [String: String] = [:]
  var folder = Checkout.root
  var binary = Self.built

  /// Built with a sanitizer, which says so by this variable: it reserves more address space than a worker may
  /// have.
  static let isSanitized = Sanitizer.isThere
  /// ThreadSanitizer keeps what it knows of memory in files, which a limit on their size makes fail.
  static let mayLimitFiles = Sanitizer.kind != "thread"

  static let sanitizedNote: Comment = "the sanitizer reserves more address space than this allows"

  /// What is run: the binary, or a script that runs the sanitized one.
  static let built = isSanitized ? URL(filePath: Checkout.path("Tests/Sanitized/r2p1d-video")) : binary

  /// It lies beside the tests.
  private static let binary =
    Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "r2p1d-video")
    ?? URL(filePath: "r2p1d-video")

  /// Runs it with `arguments`; the environment is the caller's plus `environment`, less what would lead it to
  /// other models.
  func callAsFunction(_ arguments: String...) throws -> Run {
    try run(binary, arguments)
  }

  func callAsFunction(_ arguments: [String]) throws -> Run {
    try run(binary, arguments)
  }

  /// Runs it with the words of a line.
  func callAsFunction(line: String) throws -> Run {
    try run(Self.built, line.words)
  }

  /// Runs a shell script in which `$r2p1d` is the binary.
  func shell(_ script: String) throws -> Run {
    try run(URL(filePath: "/bin/sh"), ["-c", script])
  }

  /// Starts it and leaves it to the caller.
  func start(
    _ executable: URL, _ arguments: [String], input: Any? = FileHandle.nullDevice, _ output: Any?,
    _ errors: Any?
  ) throws -> Process {
    let process = process(executable, arguments)
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return process
  }

  func run(_ executable: URL, _ arguments: [String]) throws -> Run {
    try Run(running: process(executable, arguments))
  }

  private func process(_ executable: URL, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    var variables = ProcessInfo.processInfo.environment
    for name in ["R2P1D_MODELS", "R2P1D_MODELS_URL", "R2P1D_ISA", "XDG_CACHE_HOME", "TORCH_HOME"] {
      variables[name] = nil
    }
    // No test reaches beyond this machine; those that download from it say so.
    variables["R2P1D_OFFLINE"] = "1"
    variables["r2p1d"] = binary.path
    variables["R2P1D_BINARY"] = Self.binary.path
    process.environment = variables.merging(environment) { $1 }
    return process
  }
}
