import Foundation
import TestSupport
import Testing

/// What `evaluate` prints and writes of the sample clips.
@Suite struct EvaluateTests {
  let folder: TemporaryFolder
  var program = Program()

  /// A folder with the clips in class folders: one of pan left lies in pan right's, and one is damaged.
  init() throws {
    folder = try TemporaryFolder()
    program.folder = folder.url
    for name in ["pan_left", "pan_right", "zoom_in", "static"] {
      try folder.write("clips/\(name)/\(name).mp4", Self.clip(name))
    }
    try folder.write("clips/pan_right/wrong.mp4", Self.clip("pan_left"))
    try folder.write("clips/static/damaged.mp4", Self.clip("static").prefix(3000))
  }

  private static func clip(_ name: String) throws -> Data {
    try Data(contentsOf: Checkout.samples.appending(path: "\(name).mp4"))
  }

  private func evaluate(_ line: String) throws -> Program.Run {
    try program(line: "evaluate \(line) --model camera-motion --quiet")
  }

  @Test func figuresAreThoseThatItsOwnRowsGive() throws {
    let run = try evaluate("clips --format json")
    #expect(run.status == 1, "a damaged file failed")
    #expect(run.errors.contains("clips: read as: folder of class folders, 6 videos, 4 classes"))
    let report = try run.object()
    let rows = try #require(report["files"] as? [[String: Any]])
    let right = rows.count { row in
      guard let scores = row["scores"] as? [Double], let truth = Self.truth(row) else { return false }
      return scores.indices.max { scores[$0] < scores[$1] } == truth
    }
    let video1 = try #require((report["figures"] as? [String: Any])?["video1"] as? [String: Any])
    #expect(rows.count == 6 && right == 4)
    #expect(video1["correct"] as? Int == right && video1["of"] as? Int == 6)
    #expect(video1["value"] as? Double == 4.0 / 6)
    let counts = try #require(report["counts"] as? [String: Int])
    #expect(counts["asked"] == 6 && counts["scored"] == 5 && counts["failed"] == 1)
    let decoded = try #require((report["figures"] as? [String: Any])?["decoded1"] as? [String: Any])
    #expect(decoded["of"] as? Int == 5)
    let pairs = try #require(report["confusions"] as? [[String: Any]])
    #expect(pairs.map { $0["truth"] as? String } == ["pan right"])
    #expect(pairs.map { $0["predicted"] as? String } == ["pan left"])
  }

  private static func truth(_ row: [String: Any]) -> Int? {
    (row["truth"] as? [[String: Any]])?.first?["index"] as? Int
  }

  /// The classes that no clip has are not counted.
  @Test func meanClassAccuracyIsOfTheClassesThatAreThere() throws {
    let report = try evaluate("clips --format json").object()
    let figures = try #require(report["figures"] as? [String: Any])
    // Half of static and of pan right, all of the two others.
    #expect(figures["meanClassAccuracy"] as? Double == 0.75)
    #expect(figures["classesPresent"] as? Int == 4 && figures["classes"] as? Int == 9)
  }

  @Test func aDamagedFileIsOneRowOfCSV() throws {
    let run = try evaluate("clips --format csv")
    let rows = run.text.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.count == 7 && rows.allSatisfy { $0.count == rows[0].count })
    let damaged = try #require(rows.first { $0[0].hasSuffix("damaged.mp4") })
    #expect(damaged[1] == "failed" && damaged[2] == "static" && damaged.last?.isEmpty == false)
    let wrong = try #require(rows.first { $0[0].hasSuffix("wrong.mp4") })
    #expect(wrong[1] == "ok" && wrong[3] == "false" && wrong[7] == "pan left")
  }

  @Test func textSaysFiguresWithTheirIntervalAndWhatIsTakenForWhat() throws {
    let run = try evaluate("clips")
    for text in [
      "6 asked, 5 scored, 0 short, 1 failed",
      "66.7 %  (4 of 6, 95 % interval 30.0 to 90.3), 80.0 % of those decoded",
      "over the 4 of 9 classes that are there", "1 ×  pan right taken for pan left",
    ] {
      #expect(run.text.contains(text), "\(text)")
    }
  }

  @Test func segmentsAreHeldAgainstThoseThatAreFound() throws {
    try folder.write("two.mp4", Self.clip("pan_right_then_tilt_up"))
    try folder.write(
      "list.csv",
      "file,label,start,end\ntwo.mp4,pan right,0,2\ntwo.mp4,tilt up,2,4\n"
        + "clips/static/static.mp4,static,0.1,0.2\n"
    )
    let report = try evaluate("list.csv --format json").object()
    let segments = try #require(report["segments"] as? [String: Any])
    let precision = try #require(segments["meanAveragePrecision"] as? [Double])
    // Two of three classes are found; of a segment of a tenth of a second there is no window.
    #expect(precision.count == 10 && precision[0] == 2.0 / 3)
    #expect((segments["windowAccuracy"] as? [String: Any])?["value"] as? Double == 1)
    let counts = try #require(report["counts"] as? [String: Int])
    #expect(counts["asked"] == 3 && counts["scored"] == 2 && counts["short"] == 1 && counts["leftOut"] == 1)
    let rows = try #require(report["files"] as? [[String: Any]])
    #expect(rows.count == 2 && (rows[0]["examples"] as? [Any])?.count == 2)
    #expect(
      (rows[0]["segments"] as? [[String: Any]])?.map { $0["label"] as? String } == ["pan right", "tilt up"])
  }

  /// As a list in milliseconds has it: none of its segments is short.
  @Test func segmentsBehindTheEndOfTheirVideoAreSaid() throws {
    try folder.write("two.mp4", Self.clip("pan_right_then_tilt_up"))
    try folder.write(
      "list.csv",
      "file,label,start,end\ntwo.mp4,pan right,0,2\ntwo.mp4,tilt up,4,6\ntwo.mp4,tilt up,2000,4000\n")
    let run = try evaluate("list.csv")
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "list.csv: 2 segments begin where the video has ended, first of two.mp4 at 4.0 s, which ends at 4.0 s"
      ),
      "\(run.errors)")
  }

  /// Two classes at a time, in either order: a stretch of each, as timeline --compare has it.
  @Test(arguments: ["pan right|zoom in", "zoom in|pan right"])
  func aSegmentOfSeveralClassesIsOneOfEach(_ labels: String) throws {
    try folder.write("two.mp4", Self.clip("pan_right_then_tilt_up"))
    try folder.write(
      "list.csv", "file,labels,start,end\ntwo.mp4,\(labels),0,2.1\ntwo.mp4,tilt up,2.1,4\n")
    let report = try evaluate("list.csv --format json").object()
    let segments = try #require(report["segments"] as? [String: Any])
    let precision = try #require(segments["meanAveragePrecision"] as? [Double])
    #expect(precision[0] == 2.0 / 3)
    #expect((segments["windowAccuracy"] as? [String: Any])?["value"] as? Double == 1)
    // Of three stretches two are found.
    #expect(segments["f1At10"] as? Double == 0.8 && segments["edit"] as? Double == 1 - 1.0 / 3)
    let compared = try program(
      "timeline", "two.mp4", "--model", "camera-motion", "--segments", "--compare", "list.csv")
    for row in ["mAP@0.5          66.7 %", "F1@10, 25, 50    80.0 %", "edit score       66.7 %"] {
      #expect(compared.text.contains(row), "\(compared.text)")
    }
    #expect(compared.text.contains("window accuracy  100.0 %"))
  }

  @Test(
    arguments: [
      ("torchvision", ["frames": 16, "windows": 5, "fps": 15.0]),
      ("torchvision-index", ["frames": 16, "windows": 5, "fps": "15 by index"]),
      ("vmz10", ["frames": 8, "windows": 10, "fps": "source"]),
    ] as [(String, [String: any Sendable])])
  func aProtocolSaysHowVideosAreSampled(_ name: String, _ sampling: [String: any Sendable]) throws {
    let report = try evaluate("clips --protocol \(name) --format json").object()
    #expect(report["protocol"] as? String == name)
    let found = try #require(report["sampling"] as? [String: Any])
    for (key, value) in sampling { #expect("\(found[key] ?? "")" == "\(value)", "\(key)") }
    let rows = try #require(report["files"] as? [[String: Any]])
    #expect((rows[0]["windows"] as? [Any])?.count == sampling["windows"] as? Int)
  }

  /// By times, as `label` samples: the published recipe is its default.
  @Test func theProtocolOfTorchvisionIsWhatLabelDoes() throws {
    let report = try evaluate("clips --protocol torchvision --format json").object()
    let row = try #require((report["files"] as? [[String: Any]])?.first)
    let file = try #require(row["file"] as? String)
    let label = try program(line: "label \(file) --model camera-motion --frames 16 --format json").object()
    for key in ["labels", "video"] {
      #expect(
        NSDictionary(dictionary: [key: row[key] ?? 0]) == NSDictionary(dictionary: [key: label[key] ?? 1]))
    }
    func starts(_ row: [String: Any]) -> [Double?] {
      (row["windows"] as? [[String: Any]] ?? []).map { $0["start"] as? Double }
    }
    #expect(starts(row) == starts(label) && starts(row).count == 5)
  }

  /// As torchvision does it; its last sample is held otherwise.
  @Test func aShortVideoIsLeftOutByIndexAndPaddedElse() throws {
    try folder.ffmpeg("-i clips/pan_left/pan_left.mp4 -t 0.5 clips/pan_left/short.mp4")
    for (name, leftOut, padded) in [("torchvision", 0, 1), ("torchvision-index", 1, 0)] {
      let report = try evaluate("clips --protocol \(name) --format json").object()
      let counts = try #require(report["counts"] as? [String: Int])
      #expect(counts["short"] == 1 && counts["leftOut"] == leftOut && counts["paddedWindows"] == padded)
      let video1 = try #require((report["figures"] as? [String: Any])?["video1"] as? [String: Any])
      #expect(video1["of"] as? Int == 7 - leftOut)
    }
  }

  @Test func threeCropsAreThreeWindowsAveraged() throws {
    let one = try evaluate("clips/zoom_in/.. --format json").object()
    let three = try evaluate("clips/zoom_in/.. --crops 3 --format json").object()
    #expect((three["sampling"] as? [String: Any])?["crops"] as? Int == 3)
    let rows = try [one, three].map { try #require($0["files"] as? [[String: Any]]) }
    #expect((rows[1][0]["windows"] as? [Any])?.count == (rows[0][0]["windows"] as? [Any])?.count)
    #expect(rows[0][0]["scores"] as? [Double] != rows[1][0]["scores"] as? [Double])
  }

  @Test func classesThatTheModelDoesNotHaveAreNamedAndCounted() throws {
    try folder.write(
      "list.csv", "file,label\nclips/static/static.mp4,Static\nclips/pan_left/pan_left.mp4,hovering\n")
    let run = try evaluate("list.csv --format json")
    #expect(run.status == 1)
    #expect(run.errors.contains("list.csv: line 3: 'hovering' is none of the model's classes (1 time)"))
    let counts = try #require(try run.object()["counts"] as? [String: Int])
    #expect(counts["unmatched"] == 1 && counts["scored"] == 1)
  }

  @Test(arguments: [
    ("a.csv", "file,label\na.mp4,hovering\n", 2, "none of its classes is one of the model's 9"),
    ("a.txt", "a.mp4 1\nb.mp4 9\n", 2, "line 2: class 9 is beyond the model's 9 classes"),
    ("a.csv", "file,label\na.mp4,static\na.mp4,zoom in\n", 2, "but in line 2 'static'"),
    ("a.csv", "file,label\na.mp4,\"zoom\nin\"\n", 2, "holds a line break"),
    ("a.csv", "file,label\n", 2, "names no video"),
    ("a.csv", "file,label\nnowhere.mp4,static\n", 1, "nowhere.mp4: cannot be read"),
  ])
  func wrongInputIsOneClearLineAndTheRightStatus(
    _ name: String, _ text: String, _ status: Int32, _ cause: String
  ) throws {
    try folder.write(name, text)
    let run = try evaluate(name)
    #expect(run.status == status && run.errors.contains(cause), "\(run.errors)")
  }

  @Test(arguments: [
    "clips --protocol torchvision --windows 3", "clips --protocol vmz10 --frames 16", "clips --crops 2",
    "clips --crops 3 --resize squash", "clips --list-format imagenet", "clips --format xml", "",
    "clips --min-score 0.9", "clips --smooth 2", "clips --enter 0.5 --leave 0.4",
  ])
  func wrongUsageIsRefused(_ line: String) throws {
    let run = try evaluate(line)
    #expect(run.status == 64, "\(run.errors)")
  }
}
