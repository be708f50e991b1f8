import Foundation
import TestSupport
import Testing

/// Faults while clips are written: earlier ones stay, and no half one does.
@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct CutFaultTests {
  let program = Program()
  let clips: Clips

  init() throws { clips = try Clips() }

  /// A minute of large frames, which takes the program some seconds to encode.
  private func large() throws -> (video: String, list: String) {
    let video = try clips.make(
      "large.mp4", source: "1280x720:30:60", "-c:v libx264 -preset ultrafast -g 30")
    return (video, try clips.write("Start,End,Name\n0,1,a\n1,60,b\n".utf8, "list.csv"))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func anInterruptionEndsTheProgramTooAndKeepsWhatIsDone(_ signal: Int32) throws {
    let (video, list) = try large()
    let process = try program.start(
      Program.built, ["cut", video, "--segments", list, "--exact", "--output-dir", clips.path("out")],
      FileHandle.nullDevice, FileHandle.nullDevice)
    let table = clips.path("out/large.mp4.clips.csv")
    let deadline = Date.now + 60
    // The second is under way once the first is noted and something hidden is there.
    while Date.now < deadline, !(hasHidden && FileManager.default.fileExists(atPath: table)) {
      usleep(20_000)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + signal)
    #expect(names == ["large.0001.00-00-00.000.a.mp4", "large.mp4.clips.csv"])
    // Nobody writes it any more.
    usleep(300_000)
    #expect(try Self.processes(with: video).isEmpty)
    #expect(names.count == 2 && !hasHidden)
  }

  @Test(.enabled(if: Mounts.arePossible, Mounts.note))
  func aFullDiskIsOneLineAndKeepsWhatIsDone() throws {
    let (video, list) = try large()
    let disk = clips.path("disk")
    let run = try Mounts.shell(
      program,
      """
      mount -t tmpfs -o size=2m tmpfs '\(disk)' || exit 99
      "$r2p1d" cut '\(video)' --segments '\(list)' --output-dir '\(disk)' --quiet
      status=$?; ls -A '\(disk)'; exit $status
      """, making: disk)
    #expect(run.status == 2)
    #expect(
      run.errors.hasSuffix(
        "\nr2p1d-video: \(disk)/large.0002.00-00-01.000.b.mp4: cannot be written: no space left on device\n"))
    #expect(run.text == "large.0001.00-00-00.000.a.mp4\nlarge.mp4.clips.csv\n")
  }

  @Test(.enabled(if: Mounts.arePossible, Mounts.note))
  func aReadOnlyFolderIsSaidBeforeAnythingRuns() throws {
    let disk = clips.path("disk")
    let run = try Mounts.shell(
      program,
      """
      mount -t tmpfs -o ro tmpfs '\(disk)' || exit 99
      "$r2p1d" cut missing.mp4 --label x --output-dir '\(disk)'
      """, making: disk)
    #expect(run.status == 2)
    #expect(run.errors == "r2p1d-video: \(disk): cannot be written: read-only file system\n")
  }

  /// A file that is damaged is cut where its frames can be found again, and says so where not.
  @Test func aDamagedVideoIsOneLineAtMostForEachClip() throws {
    let video = try clips.make("m.mp4", source: "160x96:25:6", "-c:v libx264 -g 25 -bf 2")
    var bytes = try clips.read("m.mp4")
    var random = SplitMix64(seed: 7)
    for _ in 0..<40 { bytes[Int.random(in: 3000..<bytes.count - 6000, using: &random)] ^= 0x55 }
    let damaged = try clips.write(bytes, "m.mp4")
    #expect(damaged == video)
    for options in [[], ["--exact"]] {
      let cut = try CutRun(video, [(0, 1), (2.2, 3.1), (4.5, 5)], in: clips.folder, options)
      let lines = cut.run.errors.split(separator: "\n").dropFirst()
      #expect(
        cut.rows.count + lines.count == 3 && cut.run.status == (lines.isEmpty ? 0 : 1), "\(cut.run.errors)")
      for row in cut.rows {
        #expect(try NumberedVideo.frames(of: cut.path(row)).count == row.frames, "\(row.file)")
      }
    }
  }

  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: clips.path("out")).sorted()) ?? []
  }

  private var hasHidden: Bool { names.contains { $0.hasPrefix(".") } }

  /// Processes that run with `word` among their arguments.
  private static func processes(with word: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.filter {
      let line = (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)) ?? ""
      return line.contains(word)
    }
  }
}
