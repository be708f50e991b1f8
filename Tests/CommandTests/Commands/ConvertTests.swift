import Foundation
import TestSupport
import Testing

@Suite struct ConvertTests {
  let program = Program()
  let folder: TemporaryFolder
  let narrow: Data

  init() throws {
    folder = try TemporaryFolder()
    narrow = try NarrowCheckpoint.safetensors()
  }

  /// A checkpoint of every kind with the same weights, and its path or name.
  private func model(_ kind: String) throws -> String {
    switch kind {
    case "legacy": try folder.write("narrow.pth", TorchFile(safetensors: narrow).legacy)
    case "zip": try folder.write("narrow.pth", TorchFile(safetensors: narrow).zip)
    case "safetensors": try folder.write("narrow.safetensors", narrow)
    default: kind
    }
  }

  private func logits(_ model: String) throws -> [[Double]] {
    let run = try program("label", Checkout.clip, "--model", model, "--format", "json", "--logits")
    let windows = try #require(try run.object()["windows"] as? [[String: Any]], "\(run.errors)")
    return windows.compactMap { $0["logits"] as? [Double] }
  }

  private func convert(_ words: String...) throws -> Program.Run {
    let quoted = (["models", "convert"] + words).map { "'\($0)'" }.joined(separator: " ")
    return try program.shell("exec \"$r2p1d\" " + quoted)
  }

  private func metadata(_ name: String) throws -> [String: String] {
    try #require(
      try SafetensorsFile.parts(of: folder.read(name)).header["__metadata__"] as? [String: String])
  }

  @Test(arguments: ["legacy", "zip", "safetensors", "camera-motion"])
  func aConvertedModelHasTheSameLogitsToTheBit(_ kind: String) throws {
    let model = try model(kind)
    let path = folder.path("out.safetensors")
    let run = try convert(model, path)
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
    let expected = try logits(model)
    let found = try logits(path)
    #expect(expected.count == 5 && found == expected)

    // And again, of what was converted.
    #expect(try convert(path, folder.path("again.safetensors")).status == 0)
    let (first, second) = (try folder.read("out.safetensors"), try folder.read("again.safetensors"))
    #expect(try SafetensorsFile.parts(of: first).values == SafetensorsFile.parts(of: second).values)
  }

  @Test func theMetadataSaysWhatTensorsDoNot() throws {
    let model = try model("legacy")
    let labels = try folder.write("labels.txt", (0..<400).map { "name \($0)\n" }.joined())
    let run = try convert(
      model, folder.path("out.safetensors"), "--labels", labels, "--frames", "8", "--fps", "12.5", "--eps",
      "0.001")
    #expect(run.status == 0, "\(run.errors)")
    let sum = String(try program.shell("sha256sum '\(model)'").text.prefix(64))
    #expect(
      try metadata("out.safetensors") == [
        "format": "pt", "architecture": "r2plus1d_18", "frames": "8", "fps": "12.5",
        "batch_norm_eps": "0.001",
        "mean": "0.43216 0.394666 0.37645", "std": "0.22803 0.22145 0.216989", "origin": "narrow.pth",
        "origin_sha256": sum, "classes": (0..<400).map { "name \($0)" }.joined(separator: "\n"),
      ])

    let info = try program("models", "info", folder.path("out.safetensors")).text.split(separator: "\n")
    for line in [
      "frames: 8", "fps: 12.5", "batch norm epsilon: 0.001", "labels: name 0 … name 399",
      "origin: narrow.pth (sha-256 \(sum))",
    ] {
      #expect(info.contains(Substring(line)), "\(line)")
    }
  }

  @Test func metadataOfTheOriginIsKept() throws {
    let facts = [
      "frames": "8", "fps": "10", "classes": "left\nright", "batch_norm_eps": "0.002", "mean": "0 0 0",
      "std": "1 2 1", "training": "some note",
    ]
    let model = try folder.write("in.safetensors", NarrowCheckpoint.safetensors(classes: 2, metadata: facts))
    #expect(try convert(model, folder.path("out.safetensors")).status == 0)
    let kept = try metadata("out.safetensors")
    for (key, value) in facts where !["mean", "std"].contains(key) { #expect(kept[key] == value, "\(key)") }
    #expect(kept["mean"] == "0.0 0.0 0.0" && kept["std"] == "1.0 2.0 1.0")
  }

  @Test func ig65msWeightsKeepTheirEpsilonUnderAnotherName() throws {
    let name = "r2plus1d_34_clip32_ig65m_from_scratch"
    let published = try folder.write("\(name)-449a7af9.pth", NarrowCheckpoint.safetensors(classes: 359))
    #expect(try convert(published, folder.path("mine.safetensors")).status == 0)
    let facts = try metadata("mine.safetensors")
    #expect(facts["batch_norm_eps"] == "0.001" && facts["frames"] == "32" && facts["classes"] == nil)
  }

  @Test func tensorsKeepTheirType() throws {
    // bfloat16: the upper half of a float32.
    let (header, values) = try SafetensorsFile.parts(of: narrow)
    let halves = Data(
      stride(from: 2, to: values.count, by: 4).flatMap { [values[$0], values[$0 + 1]] })
    let fields = header.mapValues { field in
      let field = field as? [String: Any] ?? [:]
      let range = (field["data_offsets"] as? [Int] ?? []).map { $0 / 2 }
      return ["dtype": "BF16", "shape": field["shape"] ?? [], "data_offsets": range] as [String: Any]
    }
    let json = try JSONSerialization.data(withJSONObject: fields)
    let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    let model = try folder.write("half.safetensors", length + json + halves)
    #expect(try convert(model, folder.path("out.safetensors")).status == 0)
    let copy = try SafetensorsFile.parts(of: folder.read("out.safetensors")).header
    #expect(copy.count == header.count + 1)
    for (name, field) in copy where name != "__metadata__" {
      #expect((field as? [String: Any])?["dtype"] as? String == "BF16", "\(name)")
    }
    #expect(try logits(model) == logits(folder.path("out.safetensors")))
  }

  @Test func aRandomNetworkIsSavedWithItsWeights() throws {
    let path = folder.path("random.safetensors")
    #expect(try convert("random:mc2_18:5", path).status == 0)
    let info = try program("models", "info", path).text.split(separator: "\n")
    #expect(info.contains("parameters: 11400528") && info.contains("origin: random:mc2_18:5"))
  }

  @Test func theMetadatasMeanAndDeviationAreFollowed() throws {
    let facts = ["frames": "8", "mean": "0 0 0", "std": "1 1 1"]
    let model = try folder.write("plain.safetensors", NarrowCheckpoint.safetensors(metadata: facts))
    let run = try program(
      "windows", Checkout.clip, "--model", model, "--windows", "1", "--output", folder.path("w.npy"))
    #expect(run.status == 0, "\(run.errors)")
    let values = try folder.read("w.npy").dropFirst(128)
    let floats = Data(values).floats
    #expect(floats.count == 3 * 8 * 112 * 112 && floats.allSatisfy { (0...1).contains($0) })
    #expect(floats.max() ?? 0 > 0.5)
  }

  @Test func aDamagedCheckpointLeavesTheOldFile() throws {
    let cut = try folder.write("cut.safetensors", narrow.dropLast(1000))
    let old = try folder.write("out.safetensors", "old")
    let run = try convert(cut, old)
    #expect(run.status == 2 && run.errors.count(where: \.isNewline) == 1)
    #expect(folder.names == ["cut.safetensors", "out.safetensors"])
    #expect(try folder.read("out.safetensors") == Data("old".utf8))
  }

  @Test func aCheckpointCanReplaceItself() throws {
    let path = try folder.write("own.safetensors", narrow)
    let expected = try logits(path)
    #expect(try convert(path, path).status == 0)
    #expect(try logits(path) == expected)
    #expect(try metadata("own.safetensors")["architecture"] == "r2plus1d_18")
  }
}
