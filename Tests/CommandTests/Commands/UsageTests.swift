import Foundation
import TestSupport
import Testing

@Suite struct UsageTests {
  let program = Program()

  @Test(arguments: [
    ("label a.mp4 --frobnicate", "label "), ("models pull --timeout 0", "models pull "), ("--frobnicate", ""),
    ("models frobnicate", "models "),
  ])
  func wrongUsageSaysWhichHelpToSee(_ line: String, _ command: String) throws {
    let run = try program(line: line)
    #expect(
      run.status == 64 && run.errors.hasSuffix(" (see r2p1d-video \(command)--help)\n"), "\(run.errors)")
  }

  @Test(arguments: [
    ("label", "x.csv", "text", "csv"), ("label", "x.jsonl", "text", "jsonl"),
    ("timeline", "x.vtt", "text", "vtt"),
    ("timeline", "x.edl", "text", "resolve-edl"), ("scan", "x.jsonl", "csv", "jsonl"),
    ("label", "x.txt", "", ""),
    ("label", "csv", "", ""), ("scan", "x.csv", "", ""), ("timeline", "x.csv --format losslesscut", "", ""),
  ])
  func anEndingOfAnotherFormatIsNotLeftUnsaid(
    _ command: String, _ output: String, _ format: String, _ meant: String
  ) throws {
    let folder = try TemporaryFolder()
    let run = try program(
      line: "\(command) \(Checkout.clip) --model camera-motion --output \(folder.path(output)) --quiet")
    #expect(run.status == 0)
    let said =
      "r2p1d-video: \(folder.path(output)): is \(format), as nothing else was asked for: "
      + "--format \(meant)?\n"
    #expect(run.errors == (meant.isEmpty ? "" : said))
  }

  @Test func versionNamesTheToolFFmpegAndTheInstructionSetOneALine() throws {
    let run = try program("--version")
    let lines = run.text.split(separator: "\n")
    #expect(run.status == 0)
    try #require(lines.count == 3)
    #expect(lines[0].wholeMatch(of: /r2p1d-video \d+\.\d+\.\d+/) != nil)
    #expect(lines[1].hasPrefix("FFmpeg ") && lines[1].contains(/libavcodec \d+\.\d+\.\d+/))
    let sets = /instruction set (scalar|portable|dotprod|i8mm|avx2|avxvnni|avx512)/
    #expect(lines[2].wholeMatch(of: sets) != nil)
  }

  @Test(arguments: [
    ["label"], ["label", "a.mp4", "--frobnicate"], ["label", "a.mp4", "--frames", "9"],
    ["label", "a.mp4", "--windows", "0"], ["label", "a.mp4", "--windows", "3", "--stride", "4"],
    ["label", "a.mp4", "--fps", "0"], ["label", "a.mp4", "--fps", "1/0"],
    ["label", "a.mp4", "--fps", "fast"],
    ["label", "a.mp4", "--start", "1:75"], ["label", "a.mp4", "--start", "-1"],
    ["label", "a.mp4", "--start", "2", "--end", "1"], ["label", "a.mp4", "--top", "0"],
    ["label", "a.mp4", "--threads", "0"], ["label", "a.mp4", "--resize", "stretch"],
    ["label", "a.mp4", "--merge", "median"], ["label", "a.mp4", "--format", "xml"],
    ["label", "a.mp4", "--model", "random:r2plus1d_18:x"], ["windows", "a.mp4"],
    ["windows", "a.mp4", "--output", "-"], ["bench", "--runs", "0"], ["frobnicate"], ["models", "info"],
    ["models", "list", "--format", "xml"], ["models", "convert", "random:r3d_18"],
    ["models", "convert", "random:r3d_18", "out.pth"],
    ["models", "convert", "random:r3d_18", "out.safetensors", "--eps", "1"],
    ["embed", "a.mp4"], ["embed", "a.mp4", "--output", "-"], ["embed", "a.mp4", "--output", "e.txt"],
    ["embed", "a.mp4", "--output", "e.json", "--format", "csv"],
    ["models", "pull"], ["models", "pull", "r3d_18", "--timeout", "0"],
    ["timeline", "a.mp4", "--windows", "3"], ["scan", ".", "--output", "l.csv", "--allow-network"],
    ["embed", "a.mp4", "--output", "e.npy", "--labels", "l.txt"],
    ["embed", "a.mp4", "--output", "e.npy", "--top", "3"],
    ["windows", "a.mp4", "--output", "w.npy", "--logits"],
    ["windows", "a.mp4", "--output", "w.npy", "--precision", "int8"],
    ["label", "a.mp4", "--logits"], ["label", "a.mp4", "--logits", "--format", "csv"],
    ["timeline", "a.mp4", "--logits", "--format", "vtt"], ["scan", ".", "--output", "l.csv", "--logits"],
    ["merge", "a.csv", "--output", "-"], ["evaluate", "l.csv", "--journal", "-"],
    ["teach", "l.csv", "--output", "m.safetensors", "--cache", "-"],
    ["models", "pull", "r3d_18", "--retries", "-1"], ["models", "pull", "r3d_18", "--sha256", "b3b3357e"],
  ])
  func wrongUsageIsOneLineAndStatus64(_ arguments: [String]) throws {
    let run = try program.shell("exec \"$r2p1d\" " + arguments.map { "'\($0)'" }.joined(separator: " "))
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("r2p1d-video: "))
    #expect(run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
  }

  /// What most people look for comes first, what protects from hostile files last.
  /// Too large a number was told that it has to be 1 or more.
  @Test(arguments: [
    ("label a.mp4 --windows 1000001", "expected a number of windows from 1 to 1000000"),
    ("windows a.mp4 --stride 0 -o a.npy", "expected a number of samples from 1 to 1000000"),
    ("label a.mp4 --probe-size 31", "expected a number of bytes from 32 to 1099511627776"),
    ("scan a.mp4 -o a.csv --worker-memory 255", "expected a number of MiB from 256 to 1073741824"),
    ("bench --track 1000001", "expected a stream's number from 0 to 1000000"),
  ])
  func aNumberOutOfRangeIsToldBothEnds(_ line: String, _ words: String) throws {
    let run = try program(line.split(separator: " ").map(String.init))
    #expect(run.status == 64 && run.errors.contains(words), "\(run.errors)")
  }

  @Test(arguments: ["label", "timeline", "scan", "embed", "windows"])
  func helpBeginsWithModelAndOutputAndEndsWithLimits(_ command: String) throws {
    let help = try program(command, "--help").text
    let sections = help.split(separator: "\n").filter { $0.wholeMatch(of: /[A-Z]+:/) != nil }
    #expect(sections.prefix(3).elementsEqual(["ARGUMENTS:", "MODEL:", "OUTPUT:"]), "\(sections)")
    #expect(sections.suffix(2).elementsEqual(["LIMITS:", "OPTIONS:"]), "\(sections)")
  }
}
