import Testing

@testable import Checkpoints

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

  @Test(
    "Weights are found under keys that are no strings, and chosen by what Python prints for them",
    arguments: [
      (Pickled.integer(10), "10"), (Array("N".utf8), "None"), ([0x88], "True"),
      ([0x47] + Pickled.littleEndian((1.5).bitPattern.byteSwapped), "1.5"),
      (Pickled.tuple([Pickled.text("a"), Pickled.integer(1)]), "('a', 1)"),
      (Array("C\u{1}x".utf8), "#0"), (Pickled.global("torch", "float32"), "torch.float32"),
      (Pickled.global("torch", "strided"), "torch.strided"),
    ])
  func otherKeys(key: [UInt8], name: String) throws {
    func wrapped(_ value: [UInt8]) -> [UInt8] { Array("}".utf8) + key + value + Array("s".utf8) }
    let files = [
      (wrapped(dictionary()), name), (wrapped(wrapped(dictionary("model."))), "\(name)/\(name)/model."),
      (Pickled.dictionary([("models", wrapped(dictionary()))]), "models/\(name)"),
    ]
    for (value, expected) in files {
      for key in [nil, name, expected] {
        let checkpoint = try Checkpoint(bytes: Pickled.file(value), path: "test.pth", weights: key)
        #expect(checkpoint.weights == expected && checkpoint.tensors.count == 2)
      }
    }
  }

  @Test("Weights are found in long lists and behind long histories")
  func histories() throws {
    let numbers = Array("](".utf8) + (0..<200).flatMap { _ in Array("K\u{1}".utf8) } + Array("e".utf8)
    let list = numbers.dropLast() + dictionary() + Array("e".utf8)
    #expect(try read([("states", Array(list))]).weights == "states/200")
    let history = Array("}(".utf8) + (0..<70_000).flatMap { Pickled.integer($0) + Array("]K\u{1}a".utf8) }
    #expect(
      try read([("history", history + Array("u".utf8)), ("a", Pickled.dictionary([("b", dictionary())]))])
        .weights == "a/b")
  }

  @Test("A search that ends before the file does says so")
  func cut() {
    var value = dictionary()
    for _ in 0..<70 { value = Pickled.dictionary([("a", value)]) }
    let reason = refusal(Pickled.file(value))
    #expect(
      reason == .noTensors(found: "no tensors in the first 65536 dicts and lists of at most 64 levels"))
  }

  @Test("A dict that stands under two keys answers to both, and has the plainer name")
  func aliases() throws {
    let shared = [
      ("ema", dictionary() + Array("q\u{9}".utf8)),
      ("trainer", Pickled.dictionary([("net", Array("h\u{9}".utf8))])),
      ("state", Array("h\u{9}".utf8)),
    ]
    for key in [nil, "ema", "state", "trainer/net", "trainer", "net"] {
      let checkpoint = try read(shared, weights: key)
      #expect(checkpoint.weights == "state" && checkpoint.allWeights == ["state"])
    }
  }

  @Test("The key of any dict around weights is enough, where no other weights have it")
  func anyKey() throws {
    let pairs = [
      (
        "callbacks",
        Pickled.dictionary([("EMA", Pickled.dictionary([("weights", dictionary("net.model."))]))])
      ),
      ("runs", Pickled.dictionary([("x", Pickled.dictionary([("weights", dictionary())]))])),
    ]
    let name = "callbacks/EMA/weights/net.model."
    for key in ["EMA", "EMA/weights", "callbacks", "model", "weights/net", "net.model"] {
      #expect(try read(pairs, weights: key).weights == name, "\(key)")
    }
    func nested(_ key: String) -> [UInt8] {
      Pickled.dictionary([("middle", Pickled.dictionary([(key, dictionary())]))])
    }
    let error = #expect(throws: CheckpointError.self) {
      try read([("a", nested("x")), ("b", nested("y"))], weights: "middle")
    }
    #expect(error?.reason == .severalWeights("'middle'", fitting: ["'a/middle/x'", "'b/middle/y'"]))
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
      (network("key_encoder.") + network("query_encoder."), ["query_encoder.", "key_encoder."]),
      (
        network("module.encoder_k.") + network("module.encoder_q."),
        ["module.encoder_q.", "module.encoder_k."]
      ),
      (network("momentum_net.") + network("an_online_network."), ["an_online_network.", "momentum_net."]),
      (
        [("state_dict", dictionary("model.")), ("current_model_state", dictionary("model."))],
        ["current_model_state/model.", "state_dict/model."]
      ),
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
