import Foundation
import TestSupport
import Testing

/// `-` as a video: what comes on standard input.
@Suite struct StandardInputTests {
  var program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
    program.folder = folder.url
    program.environment = ["TMPDIR": folder.url.path]
    let clip = try Data(contentsOf: URL(filePath: Checkout.clip))
    try folder.write("film.mp4", clip)
    try folder.write("late.mp4", Data(count: 1000) + clip)
  }

  /// Out of a pipe, out of a file, and out of a file of which something has been read.
  @Test(
    arguments: [
      "label % --format json", "timeline % --format jsonl",
      "inspect % --format json", "windows % -o out.npy", "embed % -o out.npy",
    ],
    ["cat film.mp4 | $command", "$command < film.mp4", "{ head -c 1000 > rest; $command; } < late.mp4"])
  func givesWhatTheFileGives(_ command: String, _ script: String) throws {
    let piped = try result(command, of: "-", in: script)
    let named = try result(command, of: "film.mp4", in: "$command")
    #expect(piped.text.replacing("\"-\"", with: "\"film.mp4\"") == named.text)
    #expect(piped.file == named.file && named.text.utf8.count + (named.file?.count ?? 0) > 100)
  }

  private func result(
    _ command: String, of video: String, in script: String
  ) throws -> (text: String, file: Data?) {
    let words = "\"$r2p1d\" \(command.replacing("%", with: video)) --model '\(model)' --quiet"
    let run = try program.shell(script.replacing("$command", with: words))
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let output = command.words.first { $0.hasPrefix("out.") }
    return (run.text, try output.map { try folder.read($0) })
  }

  @Test func isReadOnceAndNothingOfItStays() throws {
    let before = folder.names
    let run = try program.shell(
      "cat film.mp4 | \"$r2p1d\" label - film.mp4 - --model '\(model)' --format csv")
    let rows = CSVTable(run.text).rows
    #expect(run.status == 0 && rows.map(\.first) == ["file", "-", "film.mp4", "-"])
    #expect(Set(rows.dropFirst().map { $0.dropFirst().joined() }).count == 1)
    #expect(folder.names == before)
  }

  @Test(
    arguments: [
      ("$command < /", "standard input: is a directory, expected a video"),
      ("$command < /dev/zero", "standard input: is a terminal or a device, expected a video"),
      ("$command <&-", "standard input: cannot be read: bad file descriptor"),
      (": | $command", "-: is empty (0 bytes), expected a video file"),
      (
        "echo text | $command",
        "-: not a video that FFmpeg can open: Invalid data found when processing input"
      ),
      (
        "cat film.mp4 2>/dev/null | TMPDIR=/nowhere $command",
        "standard input: cannot be kept in /nowhere, which TMPDIR may name: no such file or directory"
      ),
    ])
  func whatIsNoVideoIsOneLineAndTheOthersAreDone(_ script: String, _ line: String) throws {
    let command = "\"$r2p1d\" label - film.mp4 --model '\(model)' --format csv"
    let run = try program.shell(script.replacing("$command", with: command))
    #expect(run.status == 1 && run.errors == "r2p1d-video: \(line)\n")
    #expect(
      CSVTable(run.text).rows.map { $0.prefix(2) } == [
        ["file", "status"], ["-", "failed"], ["film.mp4", "ok"],
      ])
  }

  /// The video is not lost, and an output of any name may be written where it is another file.
  @Test func noOutputReplacesIt() throws {
    let command = "\"$r2p1d\" label - --model '\(model)' --output"
    let before = try folder.read("film.mp4")
    for name in ["film.mp4", "./film.mp4"] {
      let run = try program.shell("\(command) \(name) < film.mp4")
      #expect(run.status == 2 && run.errors.contains("\(name): is named twice"), "\(run.errors)")
    }
    #expect(try folder.read("film.mp4") == before)
    for script in ["\(command) ./- < film.mp4", "cat film.mp4 | \(command) ./-"] {
      #expect(try program.shell(script).status == 0 && folder.names.contains("-"))
      folder.remove("-")
    }
  }

  @Test(
    .enabled(if: Mounts.arePossible, Mounts.note),
    .enabled(if: Program.mayLimitFiles, "the sanitizer keeps its memory in files"))
  func aFullDiskIsOneLine() throws {
    let disk = folder.path("disk")
    let run = try Mounts.shell(
      program,
      """
      mount -t tmpfs -o size=4k tmpfs '\(disk)' || exit 99
      cat film.mp4 2>/dev/null | TMPDIR='\(disk)' "$r2p1d" label film.mp4 - --model '\(model)' --top 1
      status=$?; ls -A '\(disk)'; exit $status
      """, making: disk)
    #expect(run.status == 1 && run.text.hasPrefix("film.mp4  ("))
    #expect(
      run.errors
        == "r2p1d-video: standard input: cannot be kept in \(disk), which TMPDIR may name: "
        + "no space left on device\n"
    )
  }

  @Test(
    arguments: [
      ("cut - --label x --output-dir out", "cut takes a video's file: standard input is none"),
      (
        "timeline - --model x --format srt --output-dir out",
        "--output-dir names files after the video, and standard input has no name"
      ),
      (
        "timeline - --model x --format otio",
        "--format otio says which file the video is, and standard input is none"
      ),
    ])
  func whereAFileIsNeededItIsWrongUsage(_ line: String, _ expected: String) throws {
    let run = try program(line: line)
    #expect(
      run.status == 64
        && run.errors
          == "r2p1d-video: \(expected) (see r2p1d-video \(line.prefix(while: { $0 != " " })) --help)\n"
    )
  }
}
