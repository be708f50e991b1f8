import Foundation
import TestSupport
import Testing

/// Checkpoints as trainers write them: weights behind prefixes, beside others, over several files, or
/// untrained.
@Suite struct WeightsTests {
  let program = Program()
  let folder: TemporaryFolder
  let plain: Data
  let average: Data

  init() throws {
    folder = try TemporaryFolder()
    plain = try NarrowCheckpoint.safetensors(classes: 5)
    average = try NarrowCheckpoint.safetensors(classes: 5, seed: 2)
  }

  private func converted(_ words: String...) throws -> (run: Program.Run, values: Data?) {
    let out = folder.path("out.safetensors")
    let quoted = (words + [out]).map { "'\($0)'" }.joined(separator: " ")
    let run = try program.shell("rm -f '\(out)'; exec \"$r2p1d\" models convert \(quoted)")
    return (run, run.status == 0 ? try folder.read("out.safetensors") : nil)
  }

  private func values(_ file: Data?) throws -> [String: [Float]] {
    let file = try #require(file)
    let names = try SafetensorsFile.parts(of: file).header.keys.filter { $0 != "__metadata__" }
    return Dictionary(uniqueKeysWithValues: try names.map { ($0, try SafetensorsFile.floats($0, of: file)) })
  }

  @Test(arguments: ["safetensors", "zip", "legacy"])
  func convertWritesPlainNamesFromBehindAnyPrefix(_ container: String) throws {
    for prefix in ["_orig_mod.", "module._orig_mod.", "model.", "student.backbone."] {
      let file = try NarrowCheckpoint.joined([(prefix, plain)])
      let bytes =
        switch container {
        case "zip": try TorchFile(safetensors: file).zip
        case "legacy": try TorchFile(safetensors: file).legacy
        default: file
        }
      let (run, out) = try converted(try folder.write("in.\(container)", bytes))
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(try values(out) == values(plain))
    }
  }

  @Test func ofAModelAndItsAverageThePlainOneIsReadAndTheOtherWhenItIsAskedFor() throws {
    let both = try NarrowCheckpoint.joined([("ema_model.", average), ("model.", plain)])
    let path = try folder.write("both.safetensors", both)
    let (run, out) = try converted(path)
    #expect(
      run.errors == "r2p1d-video: \(path): holds the weights of 2 networks ('model.', 'ema_model.'),"
        + " of which 'model.' is read; --weights reads others\n")
    #expect(try values(out) == values(plain))
    for (key, expected) in [("ema_model", average), ("ema_model.", average), ("model.", plain)] {
      let (run, out) = try converted(path, "--weights", key)
      #expect(run.errors.isEmpty, "\(run.errors)")
      #expect(try values(out) == values(expected))
    }
    let unknown = try converted(path, "--weights", "teacher").run
    #expect(unknown.status == 2)
    #expect(
      unknown.errors
        == "r2p1d-video: \(path): has no weights 'teacher', expected one of 'model.', 'ema_model.'\n")
    let random = try program("models", "info", "random:r3d_18", "--weights", "x")
    #expect(random.status == 2 && random.errors.contains("random:r3d_18:0: has no weights 'x'"))

    let info = try program("models", "info", path).text.split(separator: "\n")
    #expect(info.contains("weights: model.") && info.contains("other weights: ema_model."))
  }

  @Test(arguments: [
    "label", "timeline", "embed --output e.npy", "scan --output l.csv --quiet", "bench --runs 1",
  ])
  func everyCommandTakesWeightsAndSaysOnceWhichItReads(_ command: String) throws {
    let path = try folder.write(
      "both.safetensors", NarrowCheckpoint.joined([("model.", plain), ("teacher.", average)]))
    let files = command.hasPrefix("bench") ? "" : "'\(Checkout.clip)'"
    for (option, isAsked) in [("", false), ("--weights teacher", true)] {
      let run = try program.shell(
        "cd '\(folder.url.path)'; rm -f l.csv*; exec \"$r2p1d\" \(command) \(files) --model '\(path)' "
          + "\(option)"
      )
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        run.errors.components(separatedBy: "--weights reads others").count == (isAsked ? 1 : 2),
        "\(run.errors)")
    }
  }

  @Test func theReceiptAndTheScansSettingsTellTheWeightsApart() throws {
    let path = try folder.write(
      "both.safetensors", NarrowCheckpoint.joined([("model.", plain), ("teacher.", average)]))
    func receipt(_ model: String, _ words: String...) throws -> [String: Any] {
      let quoted = (["label", Checkout.clip, "--format", "json", "--model", model] + words)
        .map { "'\($0)'" }.joined(separator: " ")
      let run = try program.shell("exec \"$r2p1d\" \(quoted)")
      return try #require(try run.object()["receipt"] as? [String: Any], "\(run.errors)")
    }
    #expect(try receipt(path)["weights"] as? String == "model.")
    #expect(try receipt(path, "--weights", "teacher")["weights"] as? String == "teacher.")
    #expect(try receipt(folder.write("one.safetensors", plain))["weights"] == nil)

    let output = folder.path("l.csv")
    #expect(try program("scan", Checkout.clip, "--output", output, "--model", path).status == 0)
    let other = try program(
      "scan", Checkout.clip, "--output", output, "--model", path, "--weights", "teacher")
    #expect(
      other.status == 2 && other.errors.contains("weights model. there, teacher. here"), "\(other.errors)")
  }

  @Test func tensorsThatAreNotTheNetworksAreNamedOnceAndListedByInfo() throws {
    let extra = try NarrowCheckpoint.safetensors(classes: 2)
    let path = try folder.write(
      "more.safetensors", NarrowCheckpoint.joined([("model.", plain), ("auxiliary_", extra)]))
    #expect(try program("models", "info", path).text.contains("\nother weights: auxiliary_\n"))
    let file = try TorchFile(
      safetensors: NarrowCheckpoint.joined([("model.", plain), ("loss.", extra.tensor("fc.bias"))]))
    for (name, bytes) in [("zip.pth", file.zip), ("legacy.pth", file.legacy)] {
      let path = try folder.write(name, bytes)
      let run = try converted(path).run
      #expect(
        run.errors
          == "r2p1d-video: \(path): holds a tensor that is not the network's and is not used: "
          + "'loss.fc.bias'\n"
      )
      let info = try program("models", "info", path)
      #expect(info.text.contains("\nunused tensor: loss.fc.bias\n") && info.errors.isEmpty)
    }
  }

  @Test func weightsThatLabelNonsenseAreOneWarning() throws {
    let zeros = Dictionary(uniqueKeysWithValues: try values(plain).keys.map { ($0, 0.0) })
    let cases: [(String, Data, String)] = [
      ("zeros", try NarrowCheckpoint.safetensors(factors: zeros), "all its tensors are zeros"),
      (
        "constant", try NarrowCheckpoint.safetensors(factors: ["fc.weight": 0]),
        "'fc.weight' is all zeros: its labels do not depend on the video"
      ),
    ]
    for (name, file, words) in cases {
      let path = try folder.write("\(name).safetensors", file)
      let run = try converted(path).run
      #expect(
        run.errors.hasPrefix("r2p1d-video: \(path): \(words)") && run.errors.count(where: \.isNewline) == 1)
      #expect(try program("models", "info", path).text.contains("\nwarning: \(words)"))
    }
    let random = folder.path("random.safetensors")
    #expect(try program("models", "convert", "random:r3d_18", random).errors.isEmpty)
    let info = try program("models", "info", random)
    #expect(
      info.text.contains("\nwarning: its BatchNorm was never trained (every mean is 0, every variance 1)"))
    for trained in ["camera-motion", "random:r3d_18", try folder.write("plain.safetensors", plain)] {
      #expect(!(try program("models", "info", trained).text.contains("warning:")))
    }
  }

  @Test func countersOfZeroAreDoubtedUnlessTheModelIsPublished() throws {
    let words = "its BatchNorm counted no batch (every num_batches_tracked is 0): unless its statistics come"
    let uncounted = try NarrowCheckpoint.safetensors(counters: true)
    let own = try folder.write("own.safetensors", uncounted)
    let published = try folder.write("r2plus1d_18-91a641e6.pth", uncounted)
    #expect(try program("models", "info", own).text.contains("\nwarning: \(words)"))
    for path in [own, published] {
      let (once, twice) = (folder.path("once.safetensors"), folder.path("twice.safetensors"))
      for (from, to) in [(path, once), (once, twice)] {
        let run = try program("models", "convert", from, to)
        #expect(run.status == 0 && run.errors.contains(words) == (path == own), "\(run.errors)")
      }
      #expect(try program("models", "info", twice).text.contains("\nwarning: ") == (path == own))
    }
  }

  @Test func aNetworkThatLacksAPartNamesThePart() throws {
    for (part, words) in [
      ("fc", "such as 'stem.0.weight', but no 'fc.weight'; save the whole model"),
      ("stem", "but no 'stem.0.weight'"),
      ("layer3", "such as 'stem.0.weight', but no 'layer3.0'"),
    ] {
      let path = try folder.write("no-\(part).safetensors", NarrowCheckpoint.safetensors(without: part))
      let run = try program("models", "info", path)
      #expect(run.status == 2 && run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test func aModelInSeveralFilesIsOneModelByItsIndexOrItsFolder() throws {
    let (header, values) = try SafetensorsFile.parts(of: plain)
    let names = header.keys.sorted()
    var index: [String: String] = [:]
    for shard in 0..<3 {
      let file = "model-0000\(shard + 1)-of-00003.safetensors"
      let own = names.enumerated().filter { $0.offset % 3 == shard }.map(\.element)
      for name in own { index[name] = file }
      try folder.write("big/\(file)", NarrowCheckpoint.part(own, of: header, values))
    }
    let json = try JSONSerialization.data(withJSONObject: ["weight_map": index])
    let path = try folder.write("big/model.safetensors.index.json", json)
    for given in [path, folder.path("big"), folder.path("big/")] {
      let (run, out) = try converted(given)
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(try self.values(out) == self.values(plain))
    }
    let here = try program.shell("cd '\(folder.url.path)'; exec \"$r2p1d\" models info big")
    #expect(
      here.text.hasPrefix("name: big\n")
        && here.text.contains("\ncontainer: safetensors, an index and 3 files\n"))
    let label = try program("label", Checkout.clip, "--model", path, "--format", "json", "--windows", "1")
    #expect((try label.object()["model"] as? [String: Any])?["name"] as? String == "model")
  }

  @Test func metadataOfNullIsNone() throws {
    let (header, values) = try SafetensorsFile.parts(of: plain)
    var fields = header
    fields["__metadata__"] = NSNull()
    let json = try JSONSerialization.data(withJSONObject: fields)
    let file = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json + values
    let (run, out) = try converted(try folder.write("null.safetensors", file))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try self.values(out) == self.values(plain))
  }
}

extension Data {
  /// Of a safetensors file, one of its tensors as such a file.
  fileprivate func tensor(_ name: String) throws -> Data {
    let (header, values) = try SafetensorsFile.parts(of: self)
    return try NarrowCheckpoint.part([name], of: header, values)
  }
}

extension NarrowCheckpoint {
  /// Some of a file's tensors as a file of their own.
  static func part(_ names: [String], of header: [String: Any], _ values: Data) throws -> Data {
    var fields: [String: Any] = [:]
    var own = Data()
    for name in names {
      guard var field = header[name] as? [String: Any], let range = field["data_offsets"] as? [Int] else {
        continue
      }
      field["data_offsets"] = [own.count, own.count + range[1] - range[0]]
      own += values[(values.startIndex + range[0])..<(values.startIndex + range[1])]
      fields[name] = field
    }
    let json = try JSONSerialization.data(withJSONObject: fields)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json + own
  }
}
