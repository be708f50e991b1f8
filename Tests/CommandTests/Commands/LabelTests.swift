import Foundation
import TestSupport
import Testing

@Suite struct LabelTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  private func label(_ arguments: String...) throws -> [String: Any] {
    let words = [Checkout.clip, "--model", model, "--format", "json"] + arguments
    let run = try program.shell("exec \"$r2p1d\" label " + words.map { "'\($0)'" }.joined(separator: " "))
    #expect(run.status == 0, "\(run.errors)")
    return try run.object()
  }

  private func scores(_ result: [String: Any]) throws -> [Int: Double] {
    let labels = try #require(result["labels"] as? [[String: Any]])
    return try Dictionary(
      uniqueKeysWithValues: labels.map {
        (try #require($0["index"] as? Int), try #require($0["score"] as? Double))
      })
  }

  private func windows(_ result: [String: Any]) throws -> [[String: Any]] {
    try #require(result["windows"] as? [[String: Any]])
  }

  @Test func jsonOfOneFileIsAnObjectWithAllItsFields() throws {
    let result = try label()
    #expect(Set(result.keys) == ["file", "model", "video", "sampling", "labels", "windows", "receipt"])
    #expect(result["file"] as? String == Checkout.clip)

    let video = try #require(result["video"] as? [String: Any])
    #expect(
      Set(video.keys) == [
        "start", "duration", "width", "height", "frameRate", "codec", "track", "decodeErrors",
        "framesDecoded",
      ])
    #expect(video["codec"] as? String == "h264" && video["decodeErrors"] as? Int == 0)
    #expect(try #require(video["framesDecoded"] as? Int) >= 16 && video["track"] as? Int == 0)

    let sampling = try #require(result["sampling"] as? NSDictionary)
    #expect(
      sampling == [
        "frames": 16, "fps": 15, "windows": 5, "resize": "crop", "merge": "mean",
        "mean": [0.43216, 0.394666, 0.37645],
        "std": [0.22803, 0.22145, 0.216989],
      ] as NSDictionary)

    let labels = try #require(result["labels"] as? [[String: Any]])
    #expect(labels.count == 5)
    #expect(labels.allSatisfy { Set($0.keys) == ["label", "index", "score"] })
    let kinetics = try String(contentsOfFile: Checkout.path("labels/kinetics-400.txt"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
    for label in labels {
      #expect(label["label"] as? String == kinetics[try #require(label["index"] as? Int)])
    }

    let windows = try windows(result)
    #expect(windows.count == 5)
    #expect(windows.allSatisfy { Set($0.keys) == ["start", "end", "padded", "labels"] })
    #expect(windows[0]["start"] as? Double == 0 && windows[0]["padded"] as? Bool == false)
    #expect(windows[0]["end"] as? Double == 1.066667)
  }

  @Test func scoresAreProbabilitiesInDescendingOrder() throws {
    let labels = try #require(try label("--top", "400")["labels"] as? [[String: Any]])
    let scores = labels.compactMap { $0["score"] as? Double }
    #expect(scores.count == 400 && scores == scores.sorted(by: >))
    #expect(scores.allSatisfy { (0...1).contains($0) })
    // Each score is rounded to seven digits.
    #expect(abs(scores.reduce(0, +) - 1) < 1e-5)
  }

  @Test func scoresAreTheMergedSoftmaxOfTheLogits() throws {
    let every = ["--logits", "--top", "400"]
    let (mean, max) = (
      try label(every[0], every[1], every[2]), try label(every[0], every[1], every[2], "--merge", "max")
    )
    let merged = try label(every[0], every[1], every[2], "--merge", "logits")
    let logits = try windows(mean).map { try #require($0["logits"] as? [Double]) }
    #expect(logits.allSatisfy { $0.count == 400 })
    let chances = logits.map(softmax)
    let expected: [(result: [String: Any], score: (Int) -> Double)] = [
      (mean, { k in chances.reduce(0) { $0 + $1[k] } / Double(chances.count) }),
      (max, { k in chances.map { $0[k] }.max() ?? 0 }),
      (
        merged,
        { k in softmax((0..<400).map { j in logits.reduce(0) { $0 + $1[j] } / Double(logits.count) })[k] }
      ),
    ]
    for (result, score) in expected {
      for (index, found) in try scores(result) {
        // Seven digits of the score, and float32 logits printed in full.
        #expect(abs(found - score(index)) <= 1e-6 * score(index))
      }
    }
  }

  @Test func severalFilesAreAnArrayAndLinesAreOneEach() throws {
    let array = try program(
      "label", Checkout.clip, Checkout.otherClip, "--model", model, "--format", "json", "--windows", "1")
    #expect(try (#require(try array.json() as? [[String: Any]])).count == 2)
    let lines = try program(
      "label", Checkout.clip, Checkout.otherClip, "--model", model, "--format", "jsonl", "--windows", "1")
    let objects = try lines.text.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8))
    }
    #expect(objects.count == 2)
    #expect(try NSArray(array: objects) == (#require(try array.json() as? NSArray)))
  }

  @Test func textIsATableForPeople() throws {
    let run = try program("label", Checkout.clip, "--model", model, "--top", "3")
    let lines = run.text.split(separator: "\n")
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(lines.count == 4)
    #expect(lines[0].contains("pan_left.mp4") && lines[0].contains("h264"))
    #expect(lines.dropFirst().allSatisfy { $0.contains(/^ +\d+\.\d %  \w/) })
  }

  /// A red frame, and one of which all that crop takes is red: the middle 112×112 of 171×128, which is half
  /// of this.
  @Test(.enabled(if: Clips.canEncode("ffv1"), Clips.note))
  func cropSeesTheMiddleOfTheFrameAndSquashAllOfIt() throws {
    for (name, box) in [("plain", "0:y=0:w=342:h=256"), ("framed", "50:y=8:w=242:h=240")] {
      let picture = "color=blue:s=342x256:r=15:d=2,drawbox=x=\(box):color=red:t=fill"
      try folder.ffmpeg("-f lavfi -i \(picture) -c:v ffv1 -pix_fmt yuv444p \(name).mkv")
    }
    func logits(_ name: String, _ resize: String) throws -> [Double] {
      let run = try program.shell(
        "exec \"$r2p1d\" label '\(folder.path("\(name).mkv"))' --model '\(model)' --logits --format json "
          + "--resize \(resize)"
      )
      #expect(run.status == 0, "\(run.errors)")
      let result = try run.object()
      #expect((result["sampling"] as? [String: Any])?["resize"] as? String == resize)
      return try #require(try windows(result)[0]["logits"] as? [Double])
    }
    let plain = try logits("plain", "crop")
    #expect(try logits("framed", "crop") == plain)
    #expect(try logits("framed", "squash") != plain)
  }

  @Test func aPartOfTheFileKeepsTheFilesTimes() throws {
    let part = try windows(
      try label("--start", "0:01", "--end", "00:00:02.5", "--frames", "8", "--stride", "4"))
    let times = part.compactMap { $0["start"] as? Double }
    #expect(times.first == 1)
    #expect(times == times.sorted() && times.allSatisfy { $0 >= 1 && $0 < 2.5 })
    // 22 samples lie in 1.5 s: windows of 8 start at 0, 4, 8, 12, and the last at 14.
    #expect(times.count == 5)
    #expect(times.last == 1.933333)
  }

  @Test func strideReachesTheEnd() throws {
    let result = try label("--stride", "8", "--frames", "8")
    let sampling = try #require(result["sampling"] as? [String: Any])
    #expect(sampling["stride"] as? Int == 8 && sampling["windows"] == nil)
    let video = try #require(result["video"] as? [String: Any])
    let end = try #require(try windows(result).last?["end"] as? Double)
    #expect(abs(end - (try #require(video["duration"] as? Double))) < 1.0 / 15)
  }

  @Test(arguments: [["--threads", "1"], ["--no-seek"], ["--quiet"]])
  func theSameResultComesOutWith(_ option: [String]) throws {
    let (plain, other) = (try label("--logits"), try label(["--logits"] + option))
    #expect(try NSArray(array: windows(plain)) == NSArray(array: windows(other)))
  }

  private func label(_ arguments: [String]) throws -> [String: Any] {
    switch arguments.count {
    case 2: try label(arguments[0], arguments[1])
    default: try label(arguments[0], arguments[1], arguments[2])
    }
  }

  @Test(arguments: ["bf16", "int8"])
  func precisionThatIsNotToBeHadIsSaidAndReplaced(precision: String) throws {
    let program = Program(environment: ["R2P1D_ISA": "portable"])
    let run = try program(
      "label", Checkout.clip, "--model", model, "--precision", precision, "--windows", "1")
    #expect(run.status == 0 && !run.output.isEmpty)
    #expect(run.errors.hasPrefix("r2p1d-video: \(precision) needs instructions"))
    #expect(run.errors.contains("(portable): using f32") && run.errors.count(where: \.isNewline) == 1)
  }

  @Test("The fastest precision is one that the instruction set has, without a word")
  func fastestPrecision() throws {
    for set in ["portable", "avx2", "avx512"] {
      let run = try Program(environment: ["R2P1D_ISA": set])(
        "label", Checkout.clip, "--model", model, "--precision", "fast", "--windows", "1", "--format", "json")
      guard run.status == 0 else {
        // an instruction set that this machine lacks
        #expect(run.status == 2 && run.errors.contains("R2P1D_ISA=\(set)"))
        continue
      }
      #expect(run.errors.isEmpty)
      let output = run.text
      #expect(output.contains(#""precision" : "f32""#) || output.contains(#""precision" : "int8""#))
      // arm64's baseline vectors may have 8-bit products
      #if arch(x86_64)
        #expect(output.contains(#""precision" : "f32""#) || set != "portable")
      #endif
    }
  }

  @Test func anInstructionSetThatDoesNotExistIsStatus2() throws {
    let run = try Program(environment: ["R2P1D_ISA": "mmx"])("label", Checkout.clip, "--model", model)
    #expect(run.status == 2)
    #expect(run.errors.contains("R2P1D_ISA=mmx") && run.errors.count(where: \.isNewline) == 1)
  }

  @Test func aVideoShorterThanAWindowHoldsItsLastSampleAndSaysSo() throws {
    let part = try windows(try label("--end", "0.5"))
    #expect(part.count == 1 && part[0]["padded"] as? Bool == true)
  }

  private func softmax(_ logits: [Double]) -> [Double] {
    let highest = logits.max() ?? 0
    let sum = logits.reduce(0) { $0 + exp($1 - highest) }
    return logits.map { exp($0 - highest) / sum }
  }
}
