import Foundation
import TestSupport
import Testing

/// A folder with a copy of the sample clips in `clips`, and scans of it as a user runs them.
struct ScanFolder {
  let folder: TemporaryFolder
  var program = Program()

  /// With the first `count` clips, at most ten.
  init(clips count: Int = 10) throws {
    folder = try TemporaryFolder()
    program.folder = folder.url
    let samples = URL(filePath: Checkout.path("SampleVideos"))
    let names = try FileManager.default.contentsOfDirectory(atPath: samples.path).sorted()
    for name in names.filter({ $0.hasSuffix(".mp4") }).prefix(count) {
      try folder.write("clips/\(name)", Data(contentsOf: samples.appending(path: name)))
    }
  }

  /// Scans with the built-in model and one window a file, which is quick.
  func scan(_ arguments: String..., paths: [String] = ["clips"], output: String = "l.csv") throws
    -> Program.Run
  {
    try program.run(Program.built, Self.arguments(["--windows", "1"] + arguments, paths, output))
  }

  /// Starts a scan of more windows a file than are decoded ahead, and leaves it to the caller; its standard
  /// error goes to the file `errors`.
  func start(
    _ arguments: String..., sampling: [String] = ["--stride", "4"], output: String = "l.csv"
  ) throws -> Process {
    try program.start(
      Program.built, Self.arguments(sampling + arguments, ["clips"], output), FileHandle.nullDevice,
      try folder.empty("errors"))
  }

  /// What `start` scans, to its end.
  func scanManyWindows(_ arguments: String..., output: String = "l.csv") throws -> Program.Run {
    try program.run(Program.built, Self.arguments(["--stride", "4"] + arguments, ["clips"], output))
  }

  private static func arguments(_ more: [String], _ paths: [String], _ output: String) -> [String] {
    ["scan"] + paths + ["--model", "camera-motion", "--output", output] + more
  }

  var errors: String { String(decoding: (try? folder.read("errors")) ?? Data(), as: UTF8.self) }

  func rows(_ name: String = "l.csv") throws -> [[String]] {
    CSVTable(String(decoding: try folder.read(name), as: UTF8.self)).rows
  }

  func journalLines(_ name: String = "l.csv") -> Int {
    ((try? folder.read("\(name).journal")) ?? Data()).count { $0 == UInt8(ascii: "\n") }
  }

  func remove(_ names: String...) {
    for name in names { folder.remove(name) }
  }
}

/// Processes as /proc tells them.
enum Processes {
  /// The workers that decode for `process`.
  static func workers(of process: Process) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { Int32($0) }.filter { number in
      // Before it has become a worker, it is a copy of its parent.
      facts(of: number)?.parent == process.processIdentifier
        && (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8))?.contains("scan-worker")
          == true
    }
  }

  /// The first worker that `process` starts, stopped; nil if that ended before.
  static func stoppedWorker(of process: Process) -> Int32? {
    var worker: Int32?
    _ = eventually {
      worker = workers(of: process).first
      return worker != nil || !process.isRunning
    }
    if let worker { kill(worker, SIGSTOP) }
    return worker
  }

  /// The descriptors that a process has open, and what each of them is.
  static func openFiles(of process: Int32) -> [(number: String, target: String)] {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
    return numbers.compactMap { number in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(number)")).map {
        (number, $0)
      }
    }
  }

  /// Whether it is there and not only waiting to be waited for.
  static func isAlive(_ process: Int32) -> Bool {
    facts(of: process).map { $0.state != "Z" } ?? false
  }

  private static func facts(of process: Int32) -> (state: String, parent: Int32)? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
    // The name, in parentheses, may hold anything.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    return fields.count > 2 ? (String(fields[1]), Int32(fields[2]) ?? 0) : nil
  }
}

/// Whether `condition` came true within a time that only a broken program takes.
///
/// It holds its thread: a test that lets go of it may wait for others' to end before it sees what it is to
/// catch.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<6000 {
    if try condition() { return true }
    usleep(10_000)
  }
  return false
}
