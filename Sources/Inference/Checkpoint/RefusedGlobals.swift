/// Names that no checkpoint has a use for, and attacks do: what runs commands or code, opens files and
/// connections, or reaches such things by name.
///
/// Nothing of a pickle is run here, whatever it names; a file that names these is refused so that its owner
/// learns what it would do elsewhere. docs/reliability.md repeats the list.
enum RefusedGlobals {
  static func contains(module: String, name: String) -> Bool {
    if packages.contains(String(module.prefix { $0 != "." })) || modules.contains(module) { return true }
    if let refused = names[module], refused.contains(String(name.prefix { $0 != "." })) { return true }
    // Python follows the dots of a name through whatever they reach: torch.serialization, os.system.
    guard name.contains(".") || name.hasPrefix("__") else { return false }
    let parts = module.split(separator: ".") + name.split(separator: ".")
    let first = parts.count - name.split(separator: ".").count
    guard first < parts.count else { return true }
    return parts[first...].dropLast().contains { packages.contains(String($0)) }
      || parts[first...].contains { innards.contains(String($0)) }
      || (first..<parts.count).contains { end in
        let outer = parts[..<end].joined(separator: ".")
        return modules.contains(outer) || names[outer]?.contains(String(parts[end])) ?? false
          || end > first && names[String(parts[end - 1])]?.contains(String(parts[end])) ?? false
      }
  }

  /// Whether `getattr(a class, name)` is a plain member of it: a class inside a class, a member of an
  /// enumeration, a function such as the `_annealing_cos` of torch's OneCycleLR.
  static func isMember(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("__") && name.utf8.allSatisfy { $0 > 0x7F || isWord($0) }
      && !packages.contains(name) && !modules.contains(name) && !builtins.contains(name)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// With all that is in them.
  private static let packages: Set<String> = [
    "os", "posix", "nt", "subprocess", "_posixsubprocess", "_winapi", "sys", "socket", "_socket", "shutil",
    "ctypes",
    "_ctypes", "cffi", "importlib", "_frozen_importlib", "runpy", "pty", "asyncio", "pip", "distutils",
    "webbrowser",
    "pickle", "_pickle", "cPickle", "marshal", "zipimport", "pkgutil", "requests", "aiohttp", "httpx",
    "urllib2",
    "httplib", "telnetlib", "ftplib", "smtplib", "socketserver", "_thread",
  ]

  /// Whose names are common, so that a package of that name may be the user's own.
  private static let modules: Set<String> = [
    "code", "codeop", "commands", "imp", "bdb", "pdb", "profile", "cProfile", "timeit", "trace", "pydoc",
    "doctest",
    "venv", "ensurepip", "popen2", "http.client", "http.server", "urllib.request", "xmlrpc.client",
    "xmlrpc.server",
    "multiprocessing.util", "multiprocessing.process", "multiprocessing.context",
    "concurrent.futures.process",
    "torch.hub", "torch.utils.cpp_extension", "torch.utils.collect_env", "torch.utils.bottleneck",
    "torch.utils.bottleneck.__main__", "torch._inductor.codecache", "torch.utils._config_module",
    "torch.jit.unsupported_tensor_ops", "torch._dynamo.guards", "numpy.f2py", "numpy.f2py.crackfortran",
    "numpy.testing._private.utils", "numpy.distutils", "numpy.distutils.exec_command",
  ]

  private static let builtins: Set<String> = [
    "eval", "exec", "execfile", "compile", "__import__", "open", "file", "input", "raw_input", "setattr",
    "delattr",
    "hasattr", "globals", "locals", "vars", "dir", "breakpoint", "apply", "map", "filter", "reduce", "exit",
    "quit",
    "help", "__build_class__",
  ]

  /// Single names of modules that have others too.
  private static let names: [String: Set<String>] = [
    "builtins": builtins, "__builtin__": builtins, "__builtins__": builtins,
    "operator": ["attrgetter", "methodcaller", "call"], "_operator": ["attrgetter", "methodcaller", "call"],
    "functools": ["reduce"], "_functools": ["reduce"],
    "types": ["CodeType", "FunctionType", "LambdaType"],
    "io": ["open", "open_code", "FileIO"], "_io": ["open", "open_code", "FileIO"],
    "codecs": ["open"], "tempfile": ["mkdtemp", "mkstemp", "NamedTemporaryFile"],
    "torch": ["load"], "torch.serialization": ["load", "_load", "_legacy_load"],
    "torch.storage": ["_load_from_bytes"], "torch.jit": ["load"], "torch.package": ["PackageImporter"],
    "torch.fx.experimental.symbolic_shapes": ["ShapeEnv"], "torch._ops": ["_Ops"],
    "numpy": ["load", "fromfile", "memmap"], "numpy.core.memmap": ["memmap"],
    "numpy._core.memmap": ["memmap"], "joblib": ["load"], "dill": ["load", "loads"],
    "cloudpickle": ["load", "loads"], "pandas": ["read_pickle", "eval"],
  ]

  /// Ways from any object to all others.
  private static let innards: Set<String> = [
    "__builtins__", "__globals__", "__subclasses__", "__import__", "__getattribute__", "__dict__", "__code__",
    "__loader__", "__spec__", "__bases__", "__mro__", "__closure__",
  ]
}
