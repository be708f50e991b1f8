import Testing

@testable import Inference

@Suite struct WeightChoiceTests {
  private let tensor = Pickled.tensor([4])

  /// A network of two tensors, as far as a checkpoint's reader looks.
  private func network(_ prefix: String = "") -> [(String, [UInt8])] {
    [(prefix + "stem.0.weight", tensor), (prefix + "fc.weight", tensor)]
  }

  private func dictionary(_ prefix: String = "") -> [UInt8] { Pickled.dictionary(network(prefix)) }

  private func read(_ pairs: [(String, [UInt8])], weights: String? = nil) throws -> Checkpoint {
    try Checkpoint(bytes: Pickled.file(Pickled.dictionary(pairs)), path: "test.pth", weights: weights)
  }

  @Test(
    "Whatever stands before the names, the tensors have their plain ones",
    arguments: [
      "", "module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "model.", "net.",
      "student.backbone.",
      "a.b.c.d.e.", "encoder_", "_fsdp_wrapped_module.", "модель.", "stem.", "fc.",
    ])
  func prefixes(prefix: String) throws {
    for pairs in [network(prefix), [("state_dict", dictionary(prefix))]] {
      let checkpoint = try read(pairs)
      #expect(Set(checkpoint.names) == ["stem.0.weight", "fc.weight"])
      #expect(checkpoint.allWeights.count == 1 && checkpoint.unusedTensors.isEmpty)
    }
  }

  @Test("Wrappers of any key and depth are taken off, dicts, lists and tuples alike")
  func wrappers() throws {
    for key in [
      "module", "state_dict_ema", "model_ema", "ema", "net", "weights", "optimizer", "anything else",
    ] {
      var value = dictionary()
      for depth in 0..<40 {
        #expect(
          try read([("epoch", Pickled.integer(3)), (key, value)]).weights?.hasPrefix(key) == true, "\(depth)")
        value = Pickled.dictionary([(key, value)])
      }
    }
    for (start, end) in [("](", "e"), ("(", "t")] {
      let file = Pickled.file(Array("\(start)N".utf8) + dictionary("module.") + Array(end.utf8))
      #expect(try Checkpoint(bytes: file, path: "test.pth").weights == "1/module.")
    }
  }

  @Test("Of a model and its average the plain one is taken, wherever it stands")
  func plain() throws {
    let cases: [(pairs: [(String, [UInt8])], all: [String])] = [
      ([("model_ema", dictionary("module.")), ("model", dictionary())], ["model", "model_ema/module."]),
      ([("state_dict_ema", dictionary()), ("state_dict", dictionary())], ["state_dict", "state_dict_ema"]),
      (network("ema_model.") + network("model."), ["model.", "ema_model."]),
      (
        network("teacher.backbone.") + network("student.backbone."),
        ["student.backbone.", "teacher.backbone."]
      ),
      ([("emaNet", dictionary()), ("a longer name", dictionary())], ["a longer name", "emaNet"]),
      ([("best_state", dictionary()), ("state", dictionary())], ["state", "best_state"]),
      (
        [
          ("a", Pickled.dictionary(network("module.") + [("n_averaged", tensor)])),
          ("bbbbbbbbbbbb", dictionary()),
        ],
        ["bbbbbbbbbbbb", "a/module."]
      ),
      (
        [("optimizer", Pickled.dictionary([("exp_avg", dictionary())])), ("ema", dictionary())],
        ["ema", "optimizer/exp_avg"]
      ),
      (network() + [("ema", dictionary())], [".", "ema"]),
      (
        [("cinema_schema_model", dictionary()), ("the_longest_name_of_all", dictionary())],
        ["cinema_schema_model", "the_longest_name_of_all"]
      ),
    ]
    for (pairs, all) in cases {
      let checkpoint = try read(pairs)
      #expect(checkpoint.allWeights == all && checkpoint.weights == all.first)
    }
  }

  @Test("Weights are chosen by their whole name, their keys or their prefix")
  func keys() throws {
    let pairs = [
      ("state_dict", Pickled.dictionary(network("model.") + network("ema_model."))),
      ("swa", Pickled.dictionary([("module", dictionary("module."))])),
    ]
    let keys = [
      ("state_dict/ema_model.", "state_dict/ema_model."), ("ema_model.", "state_dict/ema_model."),
      ("ema_model", "state_dict/ema_model."), ("state_dict", "state_dict/model."),
      ("swa", "swa/module/module."),
      ("swa/module", "swa/module/module."), ("model", "state_dict/model."),
    ]
    for (key, name) in keys { #expect(try read(pairs, weights: key).weights == name, "\(key)") }
    #expect(try read(network() + [("ema", dictionary())], weights: ".").weights == ".")
    for key in ["mod", "", "/", "."] {
      let error = #expect(throws: CheckpointError.self) { try read(pairs, weights: key) }
      let known = ["'state_dict/model.'", "'swa/module/module.'", "'state_dict/ema_model.'"]
      #expect(error?.reason == .noSuchWeights(quoted(key), known: known))
    }
    let error = #expect(throws: CheckpointError.self) { try read([("w", tensor)], weights: "model") }
    #expect(error?.description.contains("has no weights 'model', and no network") == true)
  }

  @Test("Tensors beside the network's are listed under their names in the file, the network's own are not")
  func unused() throws {
    let checkpoint = try Checkpoint(contentsOf: Golden.path("lightning.ckpt"))
    #expect(checkpoint.weights == "state_dict/model.")
    #expect(
      checkpoint.unusedTensors == [
        "temperature", "state_dict/criterion.weight", "state_dict/model.aux.scale",
      ])
    #expect(try Checkpoint(contentsOf: Golden.path("averaged.pth")).unusedTensors == ["model_ema/n_averaged"])
    #expect(try read(network("net.") + [("stem.1.weight", tensor)]).unusedTensors == ["stem.1.weight"])
  }

  @Test("The other weights of a file are read when they are named")
  func others() throws {
    let half = Golden.state.mapValues { $0.count > 1 ? $0.map { $0 / 2 } : $0 }
    for (file, key) in [("pair.pth", "model_ema"), ("lightning.ckpt", "ema_model")] {
      let checkpoint = try Checkpoint(contentsOf: Golden.path(file), weights: key)
      #expect(checkpoint.tensors.mapValues(\.floats) == half)
    }
  }

  @Test("A value of the state dict that is no tensor is refused by name; what stands beside it is not")
  func values() throws {
    let odd = Pickled.global("m", "Thing") + Array(")R".utf8)
    let cases: [([UInt8], String)] = [
      (Array("N".utf8), "None"), (Array("]".utf8), "a list"), (Pickled.text("x"), "a string"),
      (Pickled.integer(7), "an integer"), (odd, "an object of type 'm.Thing'"),
      (Pickled.dictionary([]), "a dict"),
    ]
    for (value, kind) in cases {
      for name in ["model.fc.weight", "model.layer1.0.conv1.0.0.weight", "model.stem.1.num_batches_tracked"] {
        let pairs = network("model.").filter { $0.0 != name } + [(name, value)]
        let error = #expect(throws: CheckpointError.self) { try read(pairs) }
        #expect(error?.reason == .tensor("'\(name)'", found: kind, expected: "a tensor"))
      }
      for name in ["model.stem._extra_state", "model.epoch", "layer1", "stem.1.weight"] {
        #expect(try read(network("model.") + [(name, value)]).tensors.count == 2, "\(name)")
      }
    }
  }

  @Test("A file with more networks than training scripts keep is refused")
  func limit() throws {
    let many = (0..<65).flatMap { network("\($0).") }
    let error = #expect(throws: CheckpointError.self) { try read(many) }
    #expect(error?.reason == .tooLarge(part: "the networks in it", found: 65, limit: 64))
    #expect(try read(Array(many.dropLast(2))).allWeights.count == 64)
  }
}
