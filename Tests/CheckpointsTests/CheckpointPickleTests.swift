import Testing

@testable import Checkpoints

@Suite struct CheckpointPickleTests {
  @Test("Shapes, strides and offsets that cannot be are refused, with the tensor's name")
  func layouts() throws {
    let cases: [(bytes: [UInt8], text: String)] = [
      (
        Pickled.tensor([5]),
        "'w' is [5] from element 0 on with strides [1], expected elements inside its storage of 4"
      ),
      (Pickled.tensor([2], strides: [4]), "[2] from element 0 on with strides [4]"),
      (Pickled.tensor([2], offset: 3), "[2] from element 3 on"),
      (Pickled.tensor([1], offset: -1), "from element -1 on"),
      (Pickled.tensor([1], offset: .max), "from element 9223372036854775807 on"),
      (Pickled.tensor([-1]), "'w' is [-1], expected at most 64 sizes, none below 0"),
      (Pickled.tensor([2], strides: [-1]), "expected a stride of 0 or more for each size"),
      (Pickled.tensor([2, 2], strides: [1]), "expected a stride of 0 or more for each size"),
      (Pickled.tensor([1 << 32, 1 << 32]), "expected a number of elements that fits 64 bits"),
      (Pickled.tensor([.max, 2], strides: [.max, 1]), "expected a number of elements that fits 64 bits"),
      (Pickled.tensor([2, 2], strides: [.max, .max]), "expected elements inside its storage of 4"),
      (Pickled.tensor([1 << 40], strides: [0]), "expected no more elements than its storage's 4"),
      (Pickled.tensor([Int](repeating: 1, count: 65)), "expected at most 64"),
    ]
    for (bytes, text) in cases {
      let reason = try #require(refusal(Pickled.file(Pickled.dictionary([("w", bytes)]))))
      guard case .tensor("'w'", _, _) = reason else {
        Issue.record("\(reason)")
        continue
      }
      #expect("\(reason)".contains(text), "\(reason)")
    }
  }

  @Test("Scalars, and tensors without elements, need no more than their storage has")
  func emptyLayouts() throws {
    for tensor in [
      Pickled.tensor([]), Pickled.tensor([0]), Pickled.tensor([0, .max], strides: [.max, .max], offset: 4),
    ] {
      #expect(refusal(Pickled.file(Pickled.dictionary([("w", tensor)]))) == nil)
    }
  }

  @Test("A name or a key that comes twice is refused")
  func duplicates() {
    let tensor = Pickled.tensor([4])
    #expect(
      refusal(Pickled.file(Pickled.dictionary([("w", tensor), ("w", tensor)])))
        == .duplicate("the tensor 'w'"))
    let dictionary = Pickled.dictionary([("w", tensor)])
    #expect(
      refusal(Pickled.file(Pickled.dictionary([("model", dictionary), ("model", dictionary)])))
        == .duplicate("the key 'model'"))
    #expect(
      refusal(Pickled.file(dictionary, keys: ["0", "0"])) == .duplicate("the storage '0'"))
  }

  @Test("Storages must be declared once, listed, and as long as declared")
  func storages() throws {
    let dictionary = Pickled.dictionary([("w", Pickled.tensor([4]))])
    let cases: [(bytes: [UInt8], text: String)] = [
      (Pickled.file(dictionary, keys: []), "the list of storages: found no '0'"),
      (Pickled.file(dictionary, keys: ["0", "1"]), "the list of storages: found '1'"),
      (Pickled.file(dictionary, count: 5), "the storage '0': found 5 elements, expected 4"),
      (Pickled.file(dictionary, count: -4), "the storage '0': found -4 elements, expected 4"),
      (
        Pickled.file(dictionary, elements: [1], count: 4),
        "ends inside the storage '0': expected 16 bytes, found 4"
      ),
      (
        Pickled.file(
          Pickled.dictionary([
            ("v", Pickled.tensor([1])),
            ("w", Pickled.tensor([1], storage: Pickled.storage(type: "LongStorage"))),
          ])), "the storage '0': found two declarations that differ"
      ),
      (
        Pickled.file(
          Pickled.dictionary([("w", Pickled.tensor([1], storage: Pickled.storage(count: .max)))]), count: .max
        ),
        "found '0', expected only storages"
      ),
    ]
    for (bytes, text) in cases {
      let reason = try #require(refusal(bytes))
      #expect("\(reason)".contains(text), "\(reason)")
    }
  }

  @Test(
    "Names that only attacks have a use for, and instructions that no checkpoint has, are refused by name")
  func refusals() throws {
    let cases: [([UInt8], String)] = [
      (
        Pickled.global("os", "system"), "names 'os.system', which a state dict does not need; nothing was run"
      ),
      (Pickled.global("torch", "load"), "names 'torch.load'"),
      (Pickled.global("torch.serialization", "os.system"), "names 'torch.serialization.os.system'"),
      (Pickled.global("m", "f.__globals__"), "names 'm.f.__globals__'"),
      (Pickled.text("os") + Pickled.text("system") + [0x93], "names 'os.system'"),
      (Array("(S'id'\nios\nsystem\n".utf8), "holds the opcode STRING"),
      (Array("(ios\nsystem\n".utf8), "names 'os.system'"),
      (Pickled.global("builtins", "getattr"), "names 'builtins.getattr'"),
      ([0x82, 1], "holds the opcode EXT1 at byte"), (Array("N2".utf8), "holds the opcode DUP at byte"),
      (
        Pickled.tuple([Pickled.text("module"), Array("NNNN".utf8)]) + Array("Q".utf8),
        "names a persistent 'module'"
      ),
      ([0xFF], "found the byte 0xFF, expected an opcode"),
      (Pickled.global("two words", "x"), "found 'two words.x', expected the name of a type or a function"),
    ]
    for (value, text) in cases {
      let reason = try #require(refusal(Pickled.file(value)))
      #expect("\(reason)".contains(text), "\(reason)")
    }
  }

  @Test("What the stack does not hold is not taken from it")
  func underflow() throws {
    let programs = [
      "", "t", "a", "]a", "s", "}Ns", "}(Nu", "]e", "R", "NR", "N)R", "b", "}b", "N}b", "Q", "NQ", "(", "N(",
      "e", "u", "d", "(Nd", "NN", "q\0", "h\u{5}", "((t", "(]Na", "N(a", "}(NNs",
    ]
    for program in programs {
      let reason = try #require(refusal(Pickled.file(Array(program.utf8))), "\(program)")
      if case .damaged = reason { continue }
      if case .noTensors = reason { continue }
      Issue.record("\(program): \(reason)")
    }
    for opcode in [0x85, 0x86, 0x87, 0x93] as [UInt8] {
      #expect(refusal(Pickled.file([opcode])) != nil)
      #expect(refusal(Pickled.file(Array("N(".utf8) + [opcode])) != nil)
    }
  }

  @Test("A dict that holds itself, and lists nested a million deep, end quickly and without recursion")
  func loopsAndDepth() {
    // d = {"model": d}: put into the memo, then set as its own item; each dict is looked into once.
    let loop = Array("}q\u{1}".utf8) + Pickled.text("model") + Array("h\u{1}s".utf8)
    #expect(refusal(Pickled.file(loop)) == .noTensors(found: "a dict without tensors (its keys: 'model')"))
    let list = Array("]q\u{1}h\u{1}a".utf8)
    #expect(refusal(Pickled.file(Pickled.dictionary([("x", list), ("w", Pickled.tensor([4]))]))) == nil)
    let depth = 1_000_000
    let nested =
      [UInt8](repeating: UInt8(ascii: "]"), count: depth)
      + [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1)
    #expect(refusal(Pickled.file(Pickled.dictionary([("x", nested), ("w", Pickled.tensor([4]))]))) == nil)
    let tuples = Array("N".utf8) + [UInt8](repeating: 0x85, count: depth)
    #expect(refusal(Pickled.file(Pickled.dictionary([("x", tuples), ("w", Pickled.tensor([4]))]))) == nil)
  }

  @Test("A pickle of endless values is stopped before it fills the memory")
  func bombs() {
    let limit = PickleMachine.valueLimit
    func isStopped(_ pattern: [UInt8], count: Int, after start: [UInt8] = []) -> Bool {
      var value = start
      value.reserveCapacity(start.count + count * pattern.count)
      for _ in 0..<count { value += pattern }
      if case .tooLarge("the pickle", _, limit) = refusal(Pickled.file(value)) { return true }
      return false
    }
    for opcode in ["N", "(", "]", "}"] {
      #expect(isStopped(Array(opcode.utf8), count: limit + 1), "\(opcode)")
    }
    // A value and a memo of it, each of which counts.
    #expect(isStopped(Array("Nr".utf8) + [1, 2, 3, 0], count: limit / 2 + 1))
    // One list of 1000 pairs, made into a dict again and again.
    let pair = Array("NN".utf8) + [0x86]
    let pairs = Array("](".utf8) + Array(repeating: pair, count: 1000).joined() + Array("eq\u{1}".utf8)
    let type = Pickled.global("collections", "OrderedDict") + Array("q\u{2}".utf8)
    let call = Array("h\u{2}h\u{1}".utf8) + [0x85] + Array("R".utf8)
    #expect(isStopped(call, count: limit / 1000, after: pairs + type))
  }

  @Test("A value that is no state dict is described")
  func noTensors() {
    #expect(refusal(Pickled.file(Array("N".utf8))) == .noTensors(found: "None"))
    #expect(refusal(Pickled.file(Array("]".utf8))) == .noTensors(found: "a list"))
    #expect(refusal(Pickled.file(Array("}".utf8))) == .noTensors(found: "an empty dict"))
    #expect(
      refusal(Pickled.file(Pickled.dictionary([("epoch", Pickled.integer(3))])))
        == .noTensors(found: "a dict without tensors (its keys: 'epoch')"))
  }
}
