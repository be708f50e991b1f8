import Foundation
import TestSupport
import Testing

/// Decoding that crashes, hangs or asks for too much costs its file's row and nothing else.
@Suite struct ScanWorkerTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 6) }

  /// The failed rows' errors, where every file has one row.
  private func failures(_ clips: Int = 6, output: String = "l.csv") throws -> [String] {
    let rows = try folder.rows(output).dropFirst()
    #expect(rows.count == clips && Set(rows.map { $0[0] }).count == clips)
    #expect(rows.allSatisfy { ["ok", "failed"].contains($0[1]) })
    return rows.filter { $0[1] == "failed" }.compactMap(\.last)
  }

  @Test(arguments: [(SIGSEGV, "SIGSEGV"), (SIGABRT, "SIGABRT"), (SIGKILL, "SIGKILL")])
  func aWorkerThatDiesIsItsFilesError(_ signal: Int32, _ name: String) throws {
    var (output, status) = ("", Int32(0))
    // On a busy machine it may be met between two files, when its end costs none of them: then it is tried
    // again.
    for attempt in 1...5 where status == 0 {
      output = "\(attempt).csv"
      let process = try folder.start("--workers", "1", output: output)
      let worker = try #require(Processes.stoppedWorker(of: process))
      kill(worker, signal)
      kill(worker, SIGCONT)
      process.waitUntilExit()
      status = process.terminationStatus
    }
    #expect(status == 1)
    let failed = try failures(output: output)
    #expect(failed.count == 1)
    #expect(failed.allSatisfy { $0.contains(name) }, "\(failed)")
    #expect(folder.errors.contains(name))
    #expect(try folder.scanManyWindows("--retry-failed", output: output).status == 0)
    #expect(try failures(output: output).isEmpty)
  }

  @Test func aWorkerThatHangsIsGivenUp() throws {
    let process = try folder.start("--workers", "2", "--timeout", "4")
    let worker = try #require(Processes.stoppedWorker(of: process))
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(!Processes.isAlive(worker))
    let failed = try failures()
    // A machine that is so slow may have given up others too.
    #expect(!failed.isEmpty && failed.allSatisfy { $0.contains("4 s without progress") }, "\(failed)")
  }

  @Test func aWorkerHasNothingOpenButItsSocketAndItsVideo() throws {
    let secret = try folder.folder.write("secret", "x")
    var program = folder.program
    program.folder = folder.folder.url
    let process = try program.start(
      URL(filePath: "/bin/sh"),
      [
        "-c",
        "exec \"$r2p1d\" scan clips --model camera-motion --stride 4 --output l.csv 7<'\(secret)' "
          + "9>>'\(secret)'",
      ],
      FileHandle.nullDevice, try folder.folder.empty("errors"))
    var (worker, open) = (Int32(0), [(String, String)]())
    // Stopped over and over until it is met with a video open: before, it may be loading its libraries.
    let isMet = eventually {
      guard process.isRunning, let found = Processes.workers(of: process).first else { return false }
      kill(found, SIGSTOP)
      (worker, open) = (found, Processes.openFiles(of: found))
      if open.contains(where: { $0.1.contains("/clips/") }) { return true }
      kill(found, SIGCONT)
      return false
    }
    #expect(isMet)
    #expect(open.count >= 3)
    let others = open.filter { number, target in
      !(["0", "1"].contains(number) && target.hasPrefix("socket:"))
        && !(number == "2" && target == "/dev/null")
        && !target.contains("/clips/") && !target.hasPrefix("anon_inode:")
    }
    #expect(others.isEmpty, "\(others)")
    kill(worker, SIGCONT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(folder.errors)")
  }

  @Test(.enabled(if: !Program.isSanitized, Program.sanitizedNote))
  func aWorkerHasLimits() throws {
    let process = try folder.start("--workers", "1", "--worker-memory", "3000")
    var limits: [String: String] = [:]
    _ = eventually {
      for worker in Processes.workers(of: process) { limits = Processes.limits(of: worker) }
      return limits["Max address space"] == "\(3000 << 20)" || !process.isRunning
    }
    #expect(limits["Max address space"] == "\(3000 << 20)")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(folder.errors)")
  }

  @Test(
    .enabled(if: Tool.ffmpeg.isThere, Tool.ffmpeg.note),
    .enabled(if: !Program.isSanitized, Program.sanitizedNote))
  func aFileThatNeedsTooMuchMemoryFailsAlone() throws {
    #expect(
      try folder.program.shell(
        "ffmpeg -v error -f lavfi -i color=red:s=12000x12000:d=1:r=1 -c:v mjpeg -strict -1 -pix_fmt "
          + "yuvj444p clips/big.mkv"
      ).status == 0)
    let run = try folder.scan("--workers", "1", "--worker-memory", "640", "--max-pixels", "200000000")
    #expect(run.status == 1, "\(run.errors)")
    let rows = try folder.rows().dropFirst()
    #expect(rows.filter { $0[1] == "failed" }.map { $0[0] } == ["clips/big.mkv"])
    #expect(rows.count == 7)
    #expect(try folder.scan("--max-pixels", "200000000", output: "more.csv").status == 0)
  }
}

extension Processes {
  /// The limits in force, by their names in /proc.
  static func limits(of process: Int32) -> [String: String] {
    let text = (try? String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)) ?? ""
    let rows = text.split(separator: "\n").map { line in
      let name = line.prefix(26).trimmingCharacters(in: .whitespaces)
      return (name, line.dropFirst(26).split(separator: " ").first.map(String.init) ?? "")
    }
    return Dictionary(rows) { first, _ in first }
  }
}
