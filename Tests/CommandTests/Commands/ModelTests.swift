import Foundation
import TestSupport
import Testing

@Suite struct ModelTests {
  let program = Program()
  let folder: TemporaryFolder
  let narrow: Data

  init() throws {
    folder = try TemporaryFolder()
    narrow = try NarrowCheckpoint.safetensors()
  }

  @Test func anAbsentModelNamesItsAddressAndTheCommandThatFetchesIt() throws {
    let cache = folder.path("cache")
    let program = Program(environment: ["XDG_CACHE_HOME": cache])
    let run = try program("label", Checkout.clip)
    let file = "r2plus1d_18-91a641e6.pth"
    #expect(run.status == 2)
    #expect(run.errors.count(where: \.isNewline) == 1)
    #expect(
      run.errors.contains(
        "curl -L --create-dirs -o '\(cache)/r2p1d-video/\(file)' https://download.pytorch.org/models/\(file)")
    )
  }

  @Test func anUnknownModelNamesTheKnownOnes() throws {
    let run = try program("label", Checkout.clip, "--model", "r2plus1d_19")
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("r2p1d-video: r2plus1d_19: ") && run.errors.contains("mc3_18"))
  }

  @Test(arguments: [
    ["R2P1D_MODELS": "here"], ["R2P1D_MODELS": "nowhere:here"], ["TORCH_HOME": "torch"],
    ["XDG_CACHE_HOME": "cache"],
  ])
  func aModelIsFoundByItsNameInEachFolder(_ variables: [String: String]) throws {
    let file = "r2plus1d_18-91a641e6.pth"
    for place in ["here", "torch/hub/checkpoints", "cache/r2p1d-video"] {
      try folder.write("\(place)/\(file)", narrow)
    }
    var program = Program(environment: [
      "XDG_CACHE_HOME": folder.path("none"), "TORCH_HOME": folder.path("none"),
    ])
    for (name, value) in variables {
      program.environment[name] = value.split(separator: ":").map { folder.path(String($0)) }.joined(
        separator: ":")
    }
    let run = try program("label", Checkout.clip, "--format", "json", "--windows", "1")
    #expect(run.status == 0, "\(run.errors)")
    let model = try #require(try run.object()["model"] as? [String: Any])
    #expect(model["name"] as? String == "r2plus1d_18")
    #expect(model["classes"] as? Int == 400)
  }

  @Test func theFoldersAreSearchedInOrder() throws {
    try folder.write("own/r2plus1d_18.safetensors", NarrowCheckpoint.safetensors(classes: 7))
    try folder.write("torch/hub/checkpoints/r2plus1d_18-91a641e6.pth", narrow)
    let program = Program(environment: [
      "R2P1D_MODELS": folder.path("own"), "TORCH_HOME": folder.path("torch"),
    ])
    let model = try #require(
      try program("label", Checkout.clip, "--format", "json", "--windows", "1").object()["model"]
        as? [String: Any])
    #expect(model["classes"] as? Int == 7)
  }

  @Test func aPathIsNeverReplacedByAnotherModel() throws {
    try folder.write("own/r2plus1d_18.pth", narrow)
    let program = Program(environment: ["R2P1D_MODELS": folder.path("own")])
    let run = try program("label", Checkout.clip, "--model", folder.path("r2plus1d_18.pth"))
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("r2p1d-video: \(folder.path("r2plus1d_18.pth")): "))
  }

  @Test func aTruncatedCheckpointIsOneLineAndStatus2() throws {
    let path = try folder.write("cut.safetensors", narrow.prefix(narrow.count / 2))
    let run = try program("label", Checkout.clip, "--model", path)
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("r2p1d-video: \(path): ") && run.errors.count(where: \.isNewline) == 1)
  }

  /// Every weight is finite, what the network makes of them is not.
  @Test(arguments: [
    "label", "label --format json", "label --precision bf16", "timeline --format csv",
    "timeline --format html", "embed --output e.npy", "scan --output l.csv",
  ])
  func weightsThatOverflowAreAnErrorAndNeverALabel(_ command: String) throws {
    let path = try folder.write(
      "huge.safetensors",
      NarrowCheckpoint.safetensors(
        factors: ["layer4.1.conv1.1.weight": 1e30, "layer4.1.conv2.1.weight": 1e30]))
    let run = try program.shell(
      "cd '\(folder.url.path)'; exec \"$r2p1d\" \(command) '\(Checkout.clip)' --model '\(path)'")
    #expect(run.status == 1)
    #expect(
      run.errors.contains("pan_left.mp4: the network's logits for window 0 are not finite"), "\(run.errors)")
    for score in ["score\":", "%", ",0."] { #expect(!run.text.contains(score), "\(run.text)") }
    if command.hasPrefix("scan") {
      let table = CSVTable(String(decoding: try folder.read("l.csv"), as: UTF8.self))
      #expect(table.rows.count == 2 && table.rows[1][1] == "failed" && table.rows[1][4].isEmpty)
    }
  }

  @Test func aPickleThatNamesOsSystemIsRefusedByThatNameAndRunsNothing() throws {
    let canary = folder.path("canary")
    let path = try folder.write("evil.pth", Pickle.legacy(calling: "os", "system", with: "touch \(canary)"))
    let run = try program("label", Checkout.clip, "--model", path)
    #expect(run.status == 2)
    #expect(run.errors.contains("os.system") && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
    #expect(!folder.names.contains("canary"))
  }

  @Test(arguments: ["", "one\ntwo\n", String(repeating: "a label\n", count: 401)])
  func aCountOfLabelsThatDiffersFromTheClassesIsAnError(_ labels: String) throws {
    let model = try folder.write("narrow.safetensors", narrow)
    let path = try folder.write("labels.txt", labels)
    let run = try program("label", Checkout.clip, "--model", model, "--labels", path)
    #expect(run.status == 2)
    #expect(
      run.errors.hasPrefix("r2p1d-video: \(path): \(labels.count(where: \.isNewline)) labels, expected 400"))
  }

  @Test func aLabelFileThatIsNotThereIsStatus2() throws {
    let model = try folder.write("narrow.safetensors", narrow)
    let run = try program("label", Checkout.clip, "--model", model, "--labels", folder.path("none.txt"))
    #expect(run.status == 2)
    #expect(run.errors == "r2p1d-video: \(folder.path("none.txt")): no such file or directory\n")
  }

  @Test func labelsOfAFileNameTheClasses() throws {
    let model = try folder.write("narrow.safetensors", NarrowCheckpoint.safetensors(classes: 3))
    let labels = try folder.write("labels.txt", "eins\r\nzwei\r\ndrei\r\n\r\n")
    let run = try program("label", Checkout.clip, "--model", model, "--labels", labels, "--format", "json")
    let found = try #require(try run.object()["labels"] as? [[String: Any]])
    #expect(Set(found.compactMap { $0["label"] as? String }) == ["eins", "zwei", "drei"])
  }

  @Test func classesWithoutNamesAreNumbered() throws {
    let model = try folder.write("narrow.safetensors", NarrowCheckpoint.safetensors(classes: 2))
    let run = try program("label", Checkout.clip, "--model", model, "--format", "json")
    let found = try #require(try run.object()["labels"] as? [[String: Any]])
    #expect(Set(found.compactMap { $0["label"] as? String }) == ["class 0", "class 1"])
  }

  @Test func theCheckpointsOwnMetadataSaysItsFramesRateAndLabels() throws {
    let facts = ["frames": "8", "fps": "10", "classes": "left\nright"]
    let model = try folder.write("own.safetensors", NarrowCheckpoint.safetensors(classes: 2, metadata: facts))
    let result = try program("label", Checkout.clip, "--model", model, "--format", "json").object()
    let sampling = try #require(result["sampling"] as? [String: Any])
    #expect(sampling["frames"] as? Int == 8 && sampling["fps"] as? Int == 10)
    let found = try #require(result["labels"] as? [[String: Any]])
    #expect(Set(found.compactMap { $0["label"] as? String }) == ["left", "right"])
  }

  @Test func infoPrintsTheParametersOfARandomNetwork() throws {
    let run = try program("models", "info", "random:r2plus1d_18")
    #expect(run.status == 0)
    #expect(run.text.split(separator: "\n").contains("parameters: 31505325"))
  }

  @Test func aForeignCheckpointsBadTensorsAreCountedAndInfoListsThem() throws {
    let path = try folder.write("wrong.safetensors", NarrowCheckpoint.safetensors(without: "layer3.1.conv1."))
    let run = try program("label", Checkout.clip, "--model", path)
    #expect(run.status == 2)
    #expect(
      run.errors.count(where: \.isNewline) == 1 && run.errors.contains("more: `models info` lists all)"))
    let info = try program("models", "info", path)
    #expect(info.status == 2)
    #expect(info.text.split(separator: "\n").allSatisfy { $0.hasPrefix("problem: ") })
    #expect(
      info.text.contains("'layer3.1.conv1.0.0.weight'") && info.text.contains("'layer3.1.conv1.1.bias'"))
  }

  @Test(arguments: ["legacy torch.save", "zip torch.save", "safetensors"])
  func infoPrintsTheTruthOfEachContainer(_ container: String) throws {
    let file =
      switch container {
      case "legacy torch.save": try TorchFile(safetensors: narrow).legacy
      case "zip torch.save": try TorchFile(safetensors: narrow).zip
      default: narrow
      }
    let path = try folder.write("narrow.checkpoint", file)
    let lines = try info(path)
    let sum = try program.shell("sha256sum '\(path)'").text.prefix(64)
    // Weights and biases of all layers of NarrowCheckpoint: its tensors less the statistics.
    let floats = try SafetensorsFile.parts(of: narrow).values.count / 4
    let statistics = try SafetensorsFile.parts(of: narrow).header.reduce(0) { sum, entry in
      let shape = (entry.value as? [String: Any])?["shape"] as? [Int]
      return sum + (entry.key.contains("running_") ? shape?.reduce(1, *) ?? 0 : 0)
    }
    #expect(
      holds(
        lines,
        [
          "name: narrow", "architecture: r2plus1d_18", "container: \(container)", "sha-256: \(sum)",
          "file: \(path)", "bytes: \(file.count)", "parameters: \(floats - statistics)", "classes: 400",
          "labels: Kinetics-400", "features: 16", "frames: 16", "fps: 15", "batch norm epsilon: 1e-05",
          "mean: 0.43216 0.394666 0.37645", "deviation: 0.22803 0.22145 0.216989",
          "picture: resized to 171×128, centre 112×112",
        ]), "\(lines)")
    #expect(lines.contains { $0.hasPrefix("memory: ") })
  }

  @Test func infoPrintsTheTruthOfTheBuiltInModel() throws {
    let lines = try info("camera-motion")
    let sum = try program.shell("sha256sum Training/camera-motion.safetensors").text.prefix(64)
    #expect(
      holds(
        lines,
        [
          "architecture: r2plus1d_10", "file: built in", "container: safetensors", "sha-256: \(sum)",
          "frames: 8", "classes: 9", "labels: static … roll counterclockwise",
        ]), "\(lines)")
  }

  @Test func infoPrintsTheTruthOfRandomWeights() throws {
    let lines = try info("random:r3d_18:7")
    #expect(
      holds(
        lines,
        [
          "name: random:r3d_18:7", "architecture: r3d_18", "parameters: 33371472",
          "file: none, the weights are random",
        ]), "\(lines)")
    #expect(!lines.contains { $0.hasPrefix("sha-256: ") })
  }

  @Test func infoTellsAPublishedFileFromAnotherOfItsName() throws {
    let file = "\(MissingModelTests.name)-0aa0550b.pth"
    for (content, verdict) in [
      (try NarrowCheckpoint.published(), "(as published)"),
      (narrow, "(not the published file, which is 0aa0550b)"),
    ] {
      let lines = try info(folder.write(file, content))
      let hash = try #require(lines.first { $0.hasPrefix("sha-256: ") })
      #expect(hash.hasSuffix(verdict))
      #expect(holds(lines, ["frames: 8", "batch norm epsilon: 0.001", "name: \(MissingModelTests.name)"]))
    }
  }

  /// Whether each of `expected` is one of `lines`.
  private func holds(_ lines: [String], _ expected: [String]) -> Bool {
    expected.allSatisfy(lines.contains)
  }

  private func info(_ model: String) throws -> [String] {
    let run = try program("models", "info", model)
    #expect(run.status == 0, "\(run.errors)")
    return run.text.split(separator: "\n").map(String.init)
  }

  @Test func theListNamesEveryModelAndWhereItIs() throws {
    let place = try folder.write("r2p1d-video/r3d_18-b3b3357e.pth", narrow)
    let program = Program(environment: [
      "XDG_CACHE_HOME": folder.url.path, "R2P1D_MODELS_URL": "http://mirror.invalid/models/",
    ])
    let models = try #require(try program("models", "list", "--format", "json").json() as? [[String: Any]])
    let names = models.compactMap { $0["name"] as? String }
    #expect(names.prefix(4) == ["camera-motion", "r2plus1d_18", "r3d_18", "mc3_18"] && names.count == 8)
    #expect(
      models.map { $0["present"] as? Bool == true } == [true, false, true] + Array(repeating: false, count: 5)
    )
    #expect(models[2]["file"] as? String == place && models[2]["bytes"] as? Int == narrow.count)
    #expect(models[1]["address"] as? String == "http://mirror.invalid/models/r2plus1d_18-91a641e6.pth")
    #expect((models[1]["accuracy"] as? [String: Double]) == ["top1": 67.463, "top5": 86.175])
    let deep = models.suffix(4).map { [$0["frames"] as? Int, $0["classes"] as? Int] }
    #expect(deep == [[8, 400], [32, 400], [8, 487], [32, 359]])
    #expect(models.suffix(4).allSatisfy { $0["network"] as? String == "r2plus1d_34" })

    let lines = try program("models", "list").text.split(separator: "\n")
    #expect(lines.count == 9 && lines[0].hasPrefix("NAME"))
    #expect(lines[3].hasPrefix("r3d_18 ") && lines[3].hasSuffix(place))
  }
}

/// Pickles as torch.save would not write them.
enum Pickle {
  /// torch.save's container of 2019, whose state dict is a call of `module.function(argument)`.
  static func legacy(calling module: String, _ function: String, with argument: String) -> Data {
    let magic: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    let version: [UInt8] = [0x80, 2, 0x4D, 0xE9, 0x03, 0x2E]
    let system: [UInt8] = [0x80, 2, 0x7D, 0x2E]
    let call =
      "c\(module)\n\(function)\n(X".utf8 + [UInt8(argument.utf8.count), 0, 0, 0] + argument.utf8 + "tR.".utf8
    return Data(magic + version + system + [0x80, 2] + call)
  }
}
