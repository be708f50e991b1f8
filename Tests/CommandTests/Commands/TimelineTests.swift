import Foundation
import TestSupport
import Testing

@Suite struct TimelineTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  static let twoMotions = Checkout.path("SampleVideos/pan_right_then_tilt_up.mp4")

  /// The timeline of the clip of two motions, by the built-in model.
  private func timeline(_ arguments: String..., of file: String = twoMotions) throws -> Program.Run {
    try timeline(arguments, of: file)
  }

  private func timeline(_ arguments: [String], of file: String = twoMotions) throws -> Program.Run {
    let words = ["timeline", file, "--model", "camera-motion"] + arguments
    let run = try program.shell("exec \"$r2p1d\" " + words.map { "'\($0)'" }.joined(separator: " "))
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    return run
  }

  /// Rows of CSV, by another reader.
  private func rows(_ data: Data) throws -> [[String]] {
    try Python.read(data, "import csv; print(json.dumps(list(csv.reader(io.StringIO(text, newline='')))))")
  }

  @Test(.enabled(if: Tool.python3.isThere, Tool.python3.note)) func csvHasARowAWindowHalfAWindowApart() throws
  {
    let rows = try rows(try timeline("--format", "csv").output)
    #expect(rows[0] == ["start", "end", "label", "score"])
    // 60 samples: windows of 8 start at 0, 4, 8 … 52.
    #expect(rows.count == 1 + 14)
    #expect(rows[1][0...1] == ["0.0", "0.533333"] && rows[2][0...1] == ["0.266667", "0.8"])
    #expect(rows[14][1] == "4.0" && rows[14][2] == "tilt up")
    #expect(rows.dropFirst().allSatisfy { (0.5...1).contains(Double($0[3]) ?? -1) })
  }

  @Test(.enabled(if: Tool.python3.isThere, Tool.python3.note)) func allScoresAreAColumnAClass() throws {
    let rows = try rows(try timeline("--format", "csv", "--all-scores").output)
    #expect(rows[0].prefix(5) == ["start", "end", "label", "score", "static"])
    #expect(rows.allSatisfy { $0.count == 4 + 9 })
    for row in rows.dropFirst() {
      let scores = row.dropFirst(4).compactMap(Double.init)
      #expect(abs(scores.reduce(0, +) - 1) < 1e-5)
      #expect(
        Double(row[3]) == scores.max()
          && rows[0][4 + (scores.firstIndex(of: scores.max() ?? 0) ?? 0)] == row[2])
    }
  }

  @Test(arguments: [[], ["--stride", "2"], ["--stride", "1", "--smooth", "0"], ["--stride", "20"]])
  func twoMotionsAreTwoSegmentsThatMeetAtTheRightSecond(_ options: [String]) throws {
    let run = try timeline(["--format", "jsonl", "--segments"] + options)
    let segments = try run.text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(segments.compactMap { $0["label"] as? String } == ["pan right", "tilt up"])
    #expect(segments.first?["start"] as? Double == 0 && segments.last?["end"] as? Double == 4)
    #expect(segments.first?["end"] as? Double == segments.last?["start"] as? Double)
    #expect(abs((try #require(segments.first?["end"] as? Double)) - 2) <= 0.3)
    #expect(segments.allSatisfy { $0["score"] as? Double ?? 0 > 0.8 })
  }

  @Test func jsonHoldsWindowsAndWithSegmentsTheseToo() throws {
    let plain = try timeline("--format", "json").object()
    #expect(Set(plain.keys) == ["file", "model", "sampling", "windows", "labels", "video", "receipt"])
    let windows = try #require(plain["windows"] as? [[String: Any]])
    #expect(windows.count == 14)
    #expect(windows.allSatisfy { Set($0.keys) == ["start", "end", "padded", "labels"] })
    let sampling = try #require(plain["sampling"] as? NSDictionary)
    #expect(
      sampling == [
        "frames": 8, "fps": 15, "stride": 4, "resize": "crop", "merge": "mean",
        "mean": [0.43216, 0.394666, 0.37645],
        "std": [0.22803, 0.22145, 0.216989],
      ] as NSDictionary)

    let full = try timeline("--format", "json", "--segments", "--all-scores", "--logits").object()
    #expect(Set(full.keys) == Set(plain.keys).union(["segments", "segmentation"]))
    let segments = try #require(full["segments"] as? [[String: Any]])
    #expect(segments.count == 2)
    #expect(segments.allSatisfy { Set($0.keys) == ["start", "end", "label", "index", "score", "scores"] })
    let first = try #require((full["windows"] as? [[String: Any]])?.first)
    #expect((first["scores"] as? [Double])?.count == 9 && (first["logits"] as? [Double])?.count == 9)
    #expect(
      full["segmentation"] as? NSDictionary
        == ["smooth": 1, "enter": 0.4, "leave": 0.2, "minLength": 1, "minScore": 0] as NSDictionary)
  }

  @Test func theWholeVideosLabelsAreThoseOfLabelAtTheSameStride() throws {
    let whole = try timeline("--format", "json", "--merge", "logits", "--stride", "5").object()
    let label = try program(
      "label", Self.twoMotions, "--model", "camera-motion", "--format", "json", "--merge", "logits",
      "--stride",
      "5"
    ).object()
    #expect(whole["labels"] as? NSArray == label["labels"] as? NSArray && whole["labels"] != nil)
    #expect(whole["windows"] as? NSArray == label["windows"] as? NSArray)
    #expect(whole["video"] as? NSDictionary == label["video"] as? NSDictionary)
  }

  @Test(arguments: ["windows", "segments"])
  func linesAreThoseOfTheObjectAndTheLastHasItsReceipt(_ rows: String) throws {
    let options = rows == "segments" ? ["--segments"] : []
    var lines = try timeline(["--format", "jsonl"] + options).text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let object = try timeline(["--format", "json"] + options).object()
    let receipt = lines[lines.count - 1].removeValue(forKey: "receipt") as? NSDictionary
    #expect(NSArray(array: lines) == object[rows] as? NSArray)
    #expect(receipt == object["receipt"] as? NSDictionary && receipt != nil)
  }

  @Test func noLineNoReceipt() throws {
    let run = try timeline("--format", "jsonl", "--segments", "--min-score", "1")
    #expect(run.status == 0 && run.text.isEmpty)
  }

  @Test func textIsATableForPeople() throws {
    let windows = try timeline().text
    #expect(windows.contains("(windows of 8 samples, one every 4, 15 a second, camera-motion)\n"))
    #expect(windows.contains(/\n 0:00.000 – 0:00.533   \d\d.\d %  pan right\n/))
    #expect(windows.contains(/\nthe whole video\n   \d\d.\d %  \w/))
    let segments = try timeline("--segments").text
    #expect(segments.split(separator: "\n").count { $0.contains("–") } == 2)
    #expect(try timeline("--segments", "--min-score", "1").text.contains("no segment"))
  }

  @Test func aPartKeepsTheFilesTimes() throws {
    let run = try timeline("--format", "jsonl", "--start", "1", "--end", "0:03.5", "--segments")
    let ends = try run.text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(ends.first?["start"] as? Double == 1 && ends.last?["end"] as? Double == 3.466667)
  }

  @Test func aVideoShorterThanAWindowIsOnePaddedWindowAndOneSegment() throws {
    let run = try timeline("--end", "0.3", "--format", "json", "--segments")
    let windows = try #require(try run.object()["windows"] as? [[String: Any]])
    #expect(windows.count == 1 && windows[0]["padded"] as? Bool == true)
    let segments = try #require(try run.object()["segments"] as? [[String: Any]])
    #expect(segments.count == 1 && segments[0]["end"] as? Double == 0.3)
  }

  @Test(arguments: [
    "csv --segments --all-scores --stride 3", "json --segments --logits", "srt", "html",
  ])
  func theOutputIsTheSameToTheByteWithAnyNumberOfThreads(_ format: String) throws {
    let outputs = try [1, 2, 3].map { threads in
      let run = try program.shell(
        "exec \"$r2p1d\" timeline '\(Checkout.clip)' --model '\(model)' --threads \(threads) --enter 0 "
          + "--format \(format)"
      )
      #expect(run.status == 0, "\(run.errors)")
      return run.output
    }
    #expect(Set(outputs).count == 1 && outputs[0].count > 40)
  }

  @Test(arguments: [
    ["--windows", "3"], ["--format", "xml"], ["--smooth", "-1"], ["--smooth", "61"], ["--smooth", "nan"],
    ["--enter", "1.1"], ["--leave", "0.5"], ["--enter", "0.2", "--leave", "0.3"], ["--min-length", "-1"],
    ["--min-score", "2"], ["--all-scores"], ["--all-scores", "--format", "vtt"], ["another.mp4"],
  ])
  func wrongUsageIsOneLineAndStatus64(_ arguments: [String]) throws {
    let run = try program.shell(
      "exec \"$r2p1d\" timeline a.mp4 " + arguments.map { "'\($0)'" }.joined(separator: " "))
    #expect(run.status == 64 && run.output.isEmpty)
    #expect(
      run.errors.hasPrefix("r2p1d-video: ") && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
  }

  @Test func aFileThatIsNoVideoIsOneLineAndStatus1() throws {
    let path = try folder.write("a.mp4", "no video")
    let run = try program("timeline", path, "--model", model, "--output", folder.path("t.csv"))
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("r2p1d-video: \(path): ") && run.errors.count(where: \.isNewline) == 1)
    #expect(folder.names == ["a.mp4", "narrow.safetensors"])
  }

  @Test func aReaderThatLeavesEndsTheProgramQuietly() throws {
    // Many times what a pipe holds, so that the program still has rows to write when the reader has gone.
    let run = try program.shell(
      """
      { "$r2p1d" timeline '\(Checkout.clip)' --model '\(model)' --format csv --all-scores --stride 1 --fps \
      source
      echo "status $?" >&2; } | head -c 10
      """)
    #expect(run.text == "start,end,")
    #expect(run.errors == "status \(128 + SIGPIPE)\n")
  }

  @Test func anInterruptionLeavesNoHalfFile() throws {
    // Thousands of windows, which would take many minutes.
    let process = try program.start(
      Program.built,
      ["timeline", Self.twoMotions, "--model", "random:r2plus1d_18", "--threads", "1", "--stride", "1"]
        + ["--fps", "1000", "--output", folder.path("t.csv")],
      FileHandle.nullDevice, nil)
    let hidden = { folder.names.contains { $0.hasPrefix(".t.csv.") } }
    // Asleep on a thread of its own: a task would wake up only when other tests leave it one.
    while process.isRunning, !hidden() { Thread.sleep(forTimeInterval: 0.002) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(folder.names == ["narrow.safetensors"])
  }

  @Test(.enabled(if: Clips.canEncode("libx264"), Clips.note))
  func rowsAreRightOnAPipeTooThoughTheFramesContradictTheirContainer() throws {
    // The last pictures of H.264 in AVI have no time of their own, which only decoding shows.
    try folder.ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=30:d=4 -c:v libx264 -bf 3 b.mp4")
    try folder.ffmpeg("-i b.mp4 -c copy b.avi")
    let words = "timeline '\(folder.path("b.avi"))' --model '\(model)' --fps 60 --stride 1 --format csv"
    let piped = try program.shell("\"$r2p1d\" \(words)")
    #expect(piped.status == 0 && piped.errors.isEmpty)
    let kept = try program.shell("\"$r2p1d\" \(words) --output '\(folder.path("t.csv"))'")
    #expect(kept.status == 0 && kept.errors.isEmpty)
    #expect(piped.text == String(decoding: try folder.read("t.csv"), as: UTF8.self))
    let rows = piped.text.split(whereSeparator: \.isNewline).dropFirst()
    let starts = rows.compactMap { Double($0.split(separator: ",")[0]) }
    #expect(starts.count > 200 && starts == starts.sorted() && Set(starts).count == starts.count)
  }
}
