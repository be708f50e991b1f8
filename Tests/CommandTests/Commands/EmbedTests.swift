import Foundation
import TestSupport
import Testing

@Suite struct EmbedTests {
  let program = Program()
  let folder: TemporaryFolder
  let narrow: Data
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    narrow = try NarrowCheckpoint.safetensors()
    model = try folder.write("narrow.safetensors", narrow)
  }

  private func index(_ name: String = "e.json") throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: folder.read(name)) as? [String: Any])
  }

  @Test func aRowIsAWindowAndTheClassifierMakesItsLogitsOfIt() throws {
    let run = try program("embed", Checkout.clip, "--model", model, "--output", folder.path("e.npy"))
    #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
    let array = try folder.read("e.npy")
    #expect(String(decoding: array.prefix(128), as: UTF8.self).contains("'<f4'"))
    #expect(String(decoding: array.prefix(128), as: UTF8.self).contains("'shape': (5, 16)"))
    let features = Data(array.dropFirst(128)).floats
    try #require(features.count == 5 * 16)

    let label = try program("label", Checkout.clip, "--model", model, "--logits", "--format", "json").object()
    let windows = try #require(label["windows"] as? [[String: Any]])
    let weights = try SafetensorsFile.floats("fc.weight", of: narrow)
    let bias = try SafetensorsFile.floats("fc.bias", of: narrow)
    for (row, window) in windows.enumerated() {
      let logits = try #require(window["logits"] as? [Double])
      for (number, logit) in logits.enumerated() {
        let products = (0..<16).map { Double(weights[number * 16 + $0]) * Double(features[row * 16 + $0]) }
        // 16 products in float32: their rounding is at most 2⁻²⁴ of their sum of magnitudes, each.
        let bound = 1e-5 * (1 + products.map(abs).reduce(0, +))
        #expect(abs(products.reduce(Double(bias[number]), +) - logit) < bound)
      }
    }
    let rows = try #require(try index()["rows"] as? [[String: Any]])
    #expect(rows.map { $0["start"] as? Double } == windows.map { $0["start"] as? Double })
    #expect(rows.map { $0["end"] as? Double } == windows.map { $0["end"] as? Double })
  }

  @Test func aFileThatFailsIsNamedAndHasNoRows() throws {
    let bad = try folder.write("bad.mp4", "no video")
    let run = try program(
      "embed", Checkout.clip, bad, Checkout.otherClip, "--model", model, "--windows", "2", "--output",
      folder.path("e.npy"))
    #expect(run.status == 1)
    #expect(run.errors.count(where: \.isNewline) == 1 && run.errors.hasPrefix("r2p1d-video: \(bad): "))
    #expect(try folder.read("e.npy").count == 128 + 4 * 16 * 4)
    let rows = try #require(try index()["rows"] as? [[String: Any]])
    let files = rows.compactMap { $0["file"] as? String }
    #expect(files == [Checkout.clip, Checkout.clip, Checkout.otherClip, Checkout.otherClip])
    let failed = try #require(try index()["failed"] as? [[String: Any]])
    #expect(failed.count == 1 && failed[0]["file"] as? String == bad && failed[0]["error"] is String)
    #expect((try index()["model"] as? [String: Any])?["name"] as? String == "narrow")
    #expect((try index()["sampling"] as? [String: Any])?["frames"] as? Int == 16)
  }

  @Test func csvHoldsTheSameValuesWithFileAndTimes() throws {
    for name in ["e.npy", "e.csv"] {
      let run = try program(
        "embed", Checkout.clip, "--model", model, "--stride", "8", "--output", folder.path(name))
      #expect(run.status == 0, "\(run.errors)")
    }
    let table = CSVTable(String(decoding: try folder.read("e.csv"), as: UTF8.self)).rows
    #expect(table[0].prefix(4) == ["file", "start", "end", "feature_0"] && table[0].last == "feature_15")
    let features = Data(try folder.read("e.npy").dropFirst(128)).floats
    #expect(table.dropFirst().flatMap { $0.dropFirst(3).compactMap { Float($0) } } == features)
    let rows = try #require(try index()["rows"] as? [[String: Any]])
    #expect(table.dropFirst().map { Double($0[1]) } == rows.map { $0["start"] as? Double })
    #expect(table.dropFirst().allSatisfy { $0[0] == Checkout.clip })
  }

  @Test func theFormatCanBeSaidInsteadOfTheEnding() throws {
    let run = try program(
      "embed", Checkout.clip, "--model", model, "--format", "csv", "--output", folder.path("features"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.read("features").starts(with: Data("\"file\",start".utf8)))
    #expect(folder.names.contains("features.json"))
  }

  @Test func nothingIsLeftWhereNothingCouldRun() throws {
    let run = try program(
      "embed", Checkout.clip, "--model", folder.path("none.pth"), "--output", folder.path("e.npy"))
    #expect(run.status == 2)
    #expect(folder.names == ["narrow.safetensors"])
  }

  @Test func whereEveryFileFailsTheArrayIsEmpty() throws {
    let run = try program("embed", "nowhere.mp4", "--model", model, "--output", folder.path("e.npy"))
    #expect(run.status == 1)
    let array = try folder.read("e.npy")
    #expect(array.count == 128 && String(decoding: array, as: UTF8.self).contains("'shape': (0, 16)"))
  }
}
