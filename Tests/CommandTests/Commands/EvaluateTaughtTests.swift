import Foundation
import TestSupport
import Testing

/// `evaluate` with models that were taught to give any number of labels, or none where they are unsure.
@Suite(.slow) struct EvaluateTaughtTests {
  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(folder: folder.url)
  }

  private func evaluate(
    _ list: String, _ model: Result<TemporaryFolder, any Error>, _ options: String = "--format json"
  ) throws -> Program.Run {
    try program(
      ["evaluate", list, "--root", TaughtClips.folder, "--model", try model.get().path("own.safetensors")]
        + options.words + ["--quiet"])
  }

  private func list(_ lines: [String], header: String = "file,labels") throws -> String {
    try folder.write("list.csv", ([header] + lines).joined(separator: "\n"))
  }

  /// Two clips have a label too few in the list.
  private func corrupted() throws -> String {
    try list(
      TaughtClips.several.split(separator: "\n").dropFirst().enumerated().map { number, line in
        number == 0 || number == 20 ? String(line.prefix { $0 != "|" }) : String(line)
      })
  }

  @Test func severalLabelsAreJudgedAsYesAndNoOfEachClass() throws {
    let report = try evaluate(corrupted(), TaughtClips.multiLabel).object()
    let figures = try #require(report["figures"] as? [String: Any])
    #expect(figures["video1"] == nil && figures["clip1"] == nil && report["confusions"] == nil)
    let exact = try #require(figures["exact"] as? [String: Any])
    // The model has learnt these clips: only what the list leaves out is wrong.
    #expect(exact["correct"] as? Int == 46 && exact["of"] as? Int == 48)
    let precision = try #require(figures["meanAveragePrecision"] as? Double)
    #expect(precision > 0.98 && precision < 1)
    let classes = try #require(report["classes"] as? [[String: Any]])
    #expect(classes.count == 8 && classes.allSatisfy { ($0["threshold"] as? Double ?? 0) > 0 })
    let wrong = classes.filter { $0["said"] as? Int != $0["found"] as? Int }
    #expect(Set(wrong.compactMap { $0["label"] as? String }) == ["fixed"])
  }

  @Test func figuresOfSeveralLabelsAreThoseThatTheRowsGive() throws {
    let report = try evaluate(corrupted(), TaughtClips.multiLabel).object()
    let rows = try #require(report["files"] as? [[String: Any]])
    let classes = try #require(report["classes"] as? [[String: Any]])
    for row in classes {
      let index = try #require(row["index"] as? Int)
      let threshold = try #require(row["threshold"] as? Double)
      let said = rows.count { ($0["scores"] as? [Double])?[index] ?? 0 >= threshold }
      #expect(said == row["said"] as? Int, "\(row["label"] ?? "")")
    }
    // Sigmoids: a clip's scores do not sum to 1.
    #expect(rows.allSatisfy { ($0["scores"] as? [Double] ?? []).reduce(0, +) > 1.2 })
    #expect(rows.allSatisfy { ($0["labels"] as? [Any])?.count == 2 })
  }

  @Test(arguments: ["--merge logits", "--crops 3", "--merge max", "--protocol vmz10"])
  func scoresAreSigmoidsHoweverTheyAreMerged(_ options: String) throws {
    if options.contains("vmz10") {
      // It was taught with other samples.
      let run = try evaluate(corrupted(), TaughtClips.multiLabel, "\(options) --format json")
      #expect(run.status == 2 && run.errors.contains("was taught with windows of 8 samples"))
      return
    }
    let report = try evaluate(corrupted(), TaughtClips.multiLabel, "\(options) --format json").object()
    let rows = try #require(report["files"] as? [[String: Any]])
    #expect(rows.count { ($0["scores"] as? [Double] ?? []).reduce(0, +) > 1.2 } == 48)
  }

  /// A list that teach --multi-label takes: each class of a video has a line of its own.
  @Test func aVideoMayBeListedAgainForEachOfItsClasses() throws {
    let joined = try evaluate(corrupted(), TaughtClips.multiLabel).object()
    let lines = try String(decoding: folder.read("list.csv"), as: UTF8.self).split(separator: "\n")
      .dropFirst()
      .flatMap { line -> [String] in
        let fields = line.split(separator: ",", maxSplits: 1)
        return fields[1].split(separator: "|").map { "\(fields[0]),\($0)" }
      }
    let list = try list(lines, header: "file,label")
    let apart = try evaluate(list, TaughtClips.multiLabel)
    #expect(apart.status == 0, "\(apart.errors)")
    #expect(apart.errors.contains("entries name other classes of what is listed before, which has them all"))
    #expect(
      try NSDictionary(dictionary: ["": apart.object()["figures"] as Any])
        == NSDictionary(dictionary: ["": joined["figures"] as Any]))
    // Of a model that gives a video one label such a list says two things.
    let refused = try evaluate(list, TaughtClips.rejecting)
    #expect(refused.status == 2 && refused.errors.contains("but in line "), "\(refused.errors)")
  }

  @Test func textOfSeveralLabelsHasNoBestLabel() throws {
    let run = try evaluate(corrupted(), TaughtClips.multiLabel, "--format text")
    for words in ["mAP  ", "exactly right    95.8 %  (46 of 48, 95 % interval", "of every class's score"] {
      #expect(run.text.contains(words), "\(run.text)")
    }
    for words in ["video@1", "clip@1", "taken for"] { #expect(!run.text.contains(words)) }
  }

  @Test func csvOfSeveralLabelsHasThoseThatWereSaid() throws {
    let rows = try evaluate(corrupted(), TaughtClips.multiLabel, "--format csv").text
      .split(separator: "\r\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(rows.count == 48 && rows.count { $0[3] == "true" } == 46)
    #expect(rows.allSatisfy { !$0[7].isEmpty && !$0[9].isEmpty && $0[11].isEmpty })
  }

  @Test func aSegmentsWindowIsRightIfItsClassIsAmongThoseSaid() throws {
    let list = try list(["\(TaughtClips.whip),moving,0,1.5"], header: "file,label,start,end")
    let report = try evaluate(list, TaughtClips.multiLabel).object()
    let segments = try #require(report["segments"] as? [String: Any])
    let windows = try #require(segments["windowAccuracy"] as? [String: Any])
    #expect(windows["correct"] as? Int == windows["of"] as? Int && windows["of"] as? Int ?? 0 > 1)
  }

  /// Clips of motions that it was not taught, called by classes that it has.
  private func strangers() throws -> String {
    let names = ["pan_left", "zoom_in", "static", "tilt_up", "pan_right", "roll_clockwise"]
    let others = names.map { "\(Checkout.path("SampleVideos/\($0).mp4")),strobing" }
    return try list(others + TaughtClips.rows.map { "\($0.file),\($0.label)" }, header: "file,label")
  }

  @Test func whatIsUncertainHasNoLabelAndIsNotRight() throws {
    let list = try strangers()
    let run = try evaluate(list, TaughtClips.rejecting)
    let report = try run.object()
    #expect(run.status == 0)
    let figures = try #require(report["figures"] as? [String: Any])
    let rows = try #require(report["files"] as? [[String: Any]])
    let uncertain = rows.filter { $0["uncertain"] as? Bool == true }
    #expect(!uncertain.isEmpty && uncertain.count == figures["uncertain"] as? Int)
    #expect(uncertain.allSatisfy { ($0["labels"] as? [Any])?.isEmpty == true && $0["scores"] != nil })
    let all = try #require(figures["video1"] as? [String: Any])
    let labelled = try #require(figures["labelled1"] as? [String: Any])
    #expect(all["of"] as? Int == 54 && labelled["of"] as? Int == 54 - uncertain.count)
    #expect(all["correct"] as? Int == labelled["correct"] as? Int)
    let right = rows.count { row in
      let best = (row["labels"] as? [[String: Any]])?.first?["label"] as? String
      return best != nil && best == (row["truth"] as? [[String: Any]])?.first?["label"] as? String
    }
    #expect(all["correct"] as? Int == right)
    let csv = try evaluate(list, TaughtClips.rejecting, "--format csv").text.split(separator: "\r\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let blank = csv.filter { $0[1] == "uncertain" }
    #expect(blank.count == uncertain.count && blank.allSatisfy { $0[7].isEmpty && $0[3] == "false" })
    let text = try evaluate(list, TaughtClips.rejecting, "--format text").text
    #expect(text.contains("uncertain        \(uncertain.count), and of those with a label "))
  }

  @Test func uncertainRowsOfAJournalStayUncertain() throws {
    let list = try strangers()
    let first = try evaluate(list, TaughtClips.rejecting, "--format csv --journal rows.jsonl")
    let again = try evaluate(list, TaughtClips.rejecting, "--format csv --journal rows.jsonl")
    #expect(first.status == 0 && first.text == again.text && first.text.contains(",uncertain,"))
  }
}
