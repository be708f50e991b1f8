import Testing

@testable import Checkpoints

/// What a pickle names, and what becomes of it.
@Suite struct PickleNamesTests {
  private let weights = ("w", Pickled.tensor([4]))

  /// Every way of a pickle to name something and to make something of it.
  private func uses(of module: String, _ name: String) -> [[UInt8]] {
    let global = Pickled.global(module, name)
    let onStack = Pickled.text(module) + Pickled.text(name) + [0x93]
    let state = Array("}b".utf8)
    let arguments = Array("(K\u{1}t".utf8)
    return [
      global, onStack, global + Array(")R".utf8), onStack + arguments + Array("R".utf8) + state,
      global + arguments + [0x81] + state, global + Array(")}".utf8) + [0x92],
      Array("(i\(module)\n\(name)\n".utf8),
      Array("(".utf8) + global + Array("K\u{1}o".utf8), global + Array(")RK\u{1}a".utf8),
      global + Array(")R(K\u{1}K\u{2}u".utf8), global + Array(")R(K\u{1}".utf8) + [0x90],
    ]
  }

  @Test(
    "Names that only attacks have a use for are refused, however they are mentioned",
    arguments: [
      ("os", "system"), ("posix", "system"), ("nt", "system"), ("os.path", "join"), ("subprocess", "Popen"),
      ("sys", "exit"), ("socket", "create_connection"), ("shutil", "rmtree"), ("ctypes", "CDLL"),
      ("importlib", "import_module"), ("runpy", "run_path"), ("pty", "spawn"), ("builtins", "eval"),
      ("__builtin__", "exec"), ("builtins", "compile"), ("builtins", "__import__"), ("builtins", "open"),
      ("__builtin__", "file"), ("builtins", "setattr"), ("builtins", "map"), ("operator", "attrgetter"),
      ("operator", "methodcaller"), ("pickle", "loads"), ("_pickle", "load"), ("marshal", "loads"),
      ("code", "interact"),
      ("webbrowser", "open"), ("asyncio.subprocess", "create_subprocess_shell"), ("pip._internal", "main"),
      ("types", "CodeType"), ("io", "open"), ("_io", "FileIO"), ("torch", "load"), ("torch.hub", "load"),
      ("torch.storage", "_load_from_bytes"), ("numpy", "load"), ("torch.serialization", "os.system"),
      ("collections", "sys.exit"), ("m", "A.__subclasses__"), ("m", "f.__globals__"),
      ("torch", "serialization.load"),
      ("urllib.request", "urlopen"), ("builtins", "getattr"), ("argparse", "_os.system"),
      ("random", "_os.system"), ("collections", "_sys.modules.get"), ("argparse", "_os"),
      ("platform", "sysmod"), ("m", "a.popen"), ("m", "dill.loads"), ("m", "_io.open"),
      ("m", "A._multiprocessing.x"), ("m", "A.b._subprocess"), ("platform", "popen"),
      ("torch.jit._serialization", "load"), ("torch.package.package_importer", "PackageImporter"),
      ("torch.export", "load"), ("torch._ops", "_Ops"), ("torch.ops", "load_library"),
      ("torch", "jit._serialization.load"), ("torch", "ops.load_library"),
      ("torch.classes", "load_library"), ("torch.fx.graph_module", "reduce_graph_module"),
      ("torch.utils.model_zoo", "load_url"), ("torch.multiprocessing.spawn", "spawn"),
      ("torch.multiprocessing", "spawn.spawn"), ("joblib.numpy_pickle", "load"), ("dill._dill", "loads"),
      ("cloudpickle.cloudpickle", "_make_function"), ("pandas.io.pickle", "read_pickle"),
      ("_frozen_importlib_external", "SourceFileLoader"), ("_imp", "create_dynamic"),
      ("_interpreters", "exec"), ("multiprocessing.popen_fork", "Popen"), ("multiprocessing", "Process"),
      ("pexpect", "spawn"), ("IPython.utils.process", "system"), ("logging.config", "dictConfig"),
      ("idlelib.pyshell", "ModifiedInterpreter.runcode"), ("lib2to3.pgen2.grammar", "Grammar.loads"),
      ("numpy.testing", "runstring"), ("numpy.ctypeslib", "load_library"), ("numpy.lib.npyio", "load"),
      ("yaml", "unsafe_load"), ("sympy.parsing.sympy_parser", "parse_expr"), ("_pyio", "open"),
      ("io", "open_code"), ("pathlib", "Path.unlink"), ("pathlib._local", "Path.write_bytes"),
    ])
  func attacks(module: String, name: String) throws {
    for (number, use) in uses(of: module, name).enumerated() {
      let reason = try #require(
        refusal(Pickled.file(Pickled.dictionary([weights, ("x", use)]))), "\(number)")
      guard case .refusedName(let found) = reason else {
        Issue.record("\(number): \(reason)")
        continue
      }
      #expect(found.hasPrefix("'\(module).\(name)'"))
      #expect("\(reason)".contains("nothing was run"))
    }
  }

  @Test(
    "Any other name stands for a value that nobody looks into, however it is called, built and filled",
    arguments: [
      ("argparse", "Namespace"), ("collections", "Counter"), ("datetime", "datetime"),
      ("pathlib", "PosixPath"),
      ("pathlib._local", "PosixPath"), ("numpy.core.multiarray", "scalar"),
      ("numpy._core.multiarray", "_reconstruct"),
      ("_codecs", "encode"), ("copy_reg", "_reconstructor"), ("copyreg", "__newobj__"),
      ("__builtin__", "set"),
      ("builtins", "complex"), ("functools", "partial"), ("torch", "float8_e4m3fn"),
      ("torch.cuda", "float32"),
      ("torch", "ComplexFloatStorage"), ("torch", "FloatStorage"), ("torch.optim.adamw", "AdamW"),
      ("torch", "float32"),
      ("torch.serialization", "_get_layout"), ("torch._utils", "torch.channels_last"),
      ("mine.os.code", "Trainer"),
      ("pathlib", "PureWindowsPath"), ("yaml_tools", "Loader"), ("mine.yaml", "Config"),
      ("torch.distributed.checkpoint.metadata", "Metadata"), ("torch.nn.modules.linear", "Linear"),
      ("torch._dynamo.eval_frame", "OptimizedModule"), ("torch.multiprocessing.reductions", "rebuild"),
      ("torch.utils.data.dataloader", "DataLoader"), ("logging", "Logger"), ("functools", "partial"),
      ("__main__", "system"), ("__main__", "Trainer.Spawn"), ("mine", "dill"),
      ("code.models", "Net"), ("omegaconf.dictconfig", "DictConfig"),
      ("numpy.random._pickle", "__randomstate_ctor"),
      ("__main__", "Outer.Inner"), ("модуль", "Класс"), ("m", "f.<locals>.g"),
    ])
  func inert(module: String, name: String) throws {
    for (number, use) in uses(of: module, name).enumerated() {
      for pairs in [[weights, ("x", use)], [("x", use), weights]] {
        let file = Pickled.file(Pickled.dictionary(pairs))
        #expect(refusal(file) == nil, "\(number)")
        #expect(try Checkpoint(bytes: file, path: "test.pth").names == ["w"])
      }
    }
  }

  @Test("getattr gives a member of an unknown class, and is refused for anything else")
  func members() throws {
    func member(_ type: [UInt8], _ name: [UInt8]) -> [UInt8] {
      Pickled.global("__builtin__", "getattr") + Pickled.tuple([type, name]) + Array("R".utf8)
    }
    func outcome(_ value: [UInt8]) -> CheckpointError.Reason? {
      refusal(Pickled.file(Pickled.dictionary([weights, ("x", value)])))
    }
    let type = Pickled.global("torch.optim.lr_scheduler", "OneCycleLR")
    for name in ["_annealing_cos", "Mode", "RED", "__new__"] {
      #expect(outcome(member(type, Pickled.text(name))) == nil, "\(name)")
      #expect(outcome(member(type, Pickled.text(name)) + Array(")R".utf8)) == nil, "\(name)")
    }
    #expect(outcome(member(Pickled.global("__builtin__", "object"), Pickled.text("__new__"))) == nil)
    let refused = [
      member(type, Pickled.text("__globals__")), member(type, Pickled.text("system.x")),
      member(type, Pickled.text("os")), member(type, Pickled.text("_os")),
      member(type, Pickled.text("system")),
      member(Pickled.global("pathlib", "Path"), Pickled.text("unlink")),
      member(type, Pickled.text("eval")), member(type, Pickled.text("")) + Array("0N".utf8),
      member(Pickled.global("__builtin__", "dict"), Pickled.text("fromkeys")),
      member(type, Pickled.integer(1)),
      member(Pickled.global("torch", "Size"), Pickled.text("count")), Pickled.global("builtins", "getattr"),
      // Called once, mentioned twice.
      Pickled.global("builtins", "getattr") + Array("q\u{9}".utf8)
        + Pickled.tuple([type, Pickled.text("Mode")]) + Array("R0h\u{9}".utf8),
    ]
    for (number, value) in refused.enumerated() {
      #expect(outcome(value) == .refusedName("'builtins.getattr'"), "\(number)")
    }
  }

  @Test("Sets, byte arrays, values that are dropped and values that hold themselves are read over")
  func otherInstructions() throws {
    let values: [[UInt8]] = [
      [0x8F], [0x8F] + Array("(NN".utf8) + [0x90], Array("(NN".utf8) + [0x91],
      [0x96] + Pickled.littleEndian(UInt64(3)) + [1, 2, 3], Array("NN0".utf8), Array("N(NN1".utf8),
      Array("N(0".utf8),
      // A tuple in a list in that tuple, as Python writes it: what was put on the stack is taken away again.
      Array("]q\u{5}(h\u{5}tq\u{6}a(h\u{5}h\u{6}1".utf8),
    ]
    for (number, value) in values.enumerated() {
      #expect(refusal(Pickled.file(Pickled.dictionary([weights, ("x", value)]))) == nil, "\(number)")
    }
    for program in [
      "N0", "0", "1", "N1", "(N10", "\u{90}", "(N\u{90}", "\u{91}", "N)\u{81}", "N)}\u{92}", "o", "(o", "(No",
    ] {
      let bytes = program.unicodeScalars.map { UInt8($0.value) }
      #expect(refusal(Pickled.file(bytes)) != nil, "\(program)")
    }
  }

  @Test("A dict of an unknown class is a dict, and an object beside is none")
  func dictionaries() throws {
    let type = Pickled.global("mine", "Configuration") + Array(")R(".utf8)
    let own = type + Pickled.text("w") + Pickled.tensor([4]) + Array("u".utf8)
    #expect(try Checkpoint(bytes: Pickled.file(own), path: "test.pth").names == ["w"])
    #expect(
      try Checkpoint(bytes: Pickled.file(Pickled.dictionary([("x", own)])), path: "test.pth").names == ["w"])
    let object =
      Pickled.global("mine", "State") + Array(")R".utf8) + Pickled.dictionary([weights]) + Array("b".utf8)
    #expect(refusal(Pickled.file(object)) == .noTensors(found: "an object of type 'mine.State'"))
  }
}
