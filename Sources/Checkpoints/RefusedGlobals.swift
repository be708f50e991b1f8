/// Names that no checkpoint has a use for, and attacks do: what runs commands or code, opens files and
/// connections, or reaches such things by name.
///
/// Nothing of a pickle is run here, whatever it names; a file that names these is refused so that its owner
/// learns what it would do elsewhere. docs/reliability.md repeats the list.
enum RefusedGlobals {
  static func contains(module: String, name: String) -> Bool {
    if isRefused(module) { return true }
    guard name.utf8.contains(UInt8(ascii: ".")) else {
      // A module is reached under a name of its own too: argparse knows os as _os.
      return isPackage(name) || innards.contains(name) || names[module]?.contains(name) ?? false
    }
    return methods.contains(module) || leadsOut(name, from: module)
  }

  /// Python follows the dots of a name through whatever they reach: torch.serialization, os.system.
  private static func leadsOut(_ name: String, from module: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if names[module]?.contains(parts[0]) ?? false { return true }
    let outer = module.split(separator: ".", maxSplits: depth).map(String.init)
    for (place, part) in parts.enumerated() {
      if isPackage(part) || innards.contains(part) { return true }
      guard place > 0 else { continue }
      let before = bare(parts[place - 1])
      if callers.contains(part) || families.contains(before) || names[before]?.contains(part) ?? false {
        return true
      }
      guard outer.count + place <= depth else { continue }
      let whole = (outer + parts[..<place]).joined(separator: ".")
      if isRefused(whole) || names[whole]?.contains(part) ?? false { return true }
    }
    return false
  }

  /// Whether `getattr(a class, name)` is a plain member of it: a class inside a class, a member of an
  /// enumeration, a function such as the `_annealing_cos` of torch's OneCycleLR.
  static func isMember(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("__") && name.utf8.allSatisfy { $0 > 0x7F || isWord($0) }
      && !isPackage(name) && !modules.contains(bare(name)) && !builtins.contains(name)
      && !callers.contains(name)
  }

  /// Whether the module's classes have methods that open, write and remove files.
  static func hasMethods(module: String) -> Bool { methods.contains(module) }

  /// Whether everything in the module is refused: it is one of those below, or inside one.
  private static func isRefused(_ module: String) -> Bool {
    if packages.contains(String(module.prefix { $0 != "." })) || modules.contains(module) { return true }
    var end = module.startIndex
    for _ in 0..<depth {
      end = module[end...].firstIndex(of: ".") ?? module.endIndex
      if families.contains(String(module[..<end])) { return true }
      if end == module.endIndex { break }
      end = module.index(after: end)
    }
    return false
  }

  /// No module below has more names with dots between.
  private static let depth = 5

  private static func isPackage(_ name: String) -> Bool {
    packages.contains(name) || name.utf8.first == UInt8(ascii: "_") && packages.contains(bare(name))
  }

  private static func bare(_ name: String) -> String { String(name.drop { $0 == "_" }) }

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
    "httplib", "telnetlib", "ftplib", "smtplib", "socketserver", "_thread", "sysmod",
  ]

  /// With all that is in them too, but only as modules: classes and functions of these names are common.
  private static let families: Set<String> = [
    "torch.jit", "torch.package", "torch.hub", "torch.export", "torch.ops", "torch._ops", "torch.classes",
    "torch._classes", "torch.fx", "torch.utils.model_zoo", "torch.utils.cpp_extension",
    "torch.utils.show_pickle", "torch.utils.bottleneck", "torch.multiprocessing.spawn",
    "torch._inductor.codecache", "torch._inductor.runtime", "joblib", "pandas.io.pickle", "dill", "_dill",
    "cloudpickle", "jsonpickle", "_frozen_importlib_external", "_imp", "_interpreters",
    "_xxsubinterpreters", "_testcapi", "multiprocessing", "pexpect", "IPython", "idlelib", "lib2to3",
    "logging.config", "numpy.testing", "numpy.ctypeslib", "numpy.f2py", "numpy.distutils", "yaml", "sympy",
    "_pyio", "shelve", "dbm", "paramiko", "fabric", "plumbum", "urllib3", "poplib", "imaplib", "nntplib",
    "xmlrpc.client", "xmlrpc.server", "wsgiref", "zipapp", "py_compile", "compileall", "cgitb", "mailcap",
    "antigravity", "fileinput", "winreg", "numexpr", "setuptools",
    "gc", "fcntl", "faulthandler", "crypt", "linecache", "rlcompleter",
  ]

  /// What runs a command, code or a pickle under whatever name it is reached.
  private static let callers: Set<String> = [
    "system", "popen", "Popen", "fork_exec", "execl", "execle", "execlp", "execv", "execve", "execvp",
    "execvpe", "spawnl", "spawnv", "spawnve", "spawnvp", "posix_spawn", "check_output", "check_call",
    "getoutput", "getstatusoutput", "rmtree", "runstring", "run_string", "runcode", "runsource",
    "import_module", "unsafe_load", "_load_from_bytes",
  ]

  /// Of whose classes no method is a value that a checkpoint keeps.
  private static let methods: Set<String> = ["pathlib", "pathlib._local", "pathlib._abc", "pathlib.types"]

  /// Whose names are common, so that a package of that name may be the user's own.
  private static let modules: Set<String> = [
    "code", "codeop", "commands", "imp", "bdb", "pdb", "profile", "cProfile", "timeit", "trace", "pydoc",
    "doctest", "venv", "ensurepip", "popen2", "sh", "ssl", "site", "resource", "this", "http.client",
    "http.server", "urllib.request",
    "concurrent.futures.process", "torch.utils.collect_env", "torch.utils._config_module",
    "torch._dynamo.guards",
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
    "codecs": ["open"], "tempfile": ["mkdtemp", "mkstemp", "mktemp", "NamedTemporaryFile", "TemporaryFile"],
    "gzip": ["open"], "bz2": ["open"], "lzma": ["open"], "tarfile": ["open"], "sqlite3": ["connect"],
    "platform": ["popen", "_syscmd_ver"], "urllib": ["urlopen", "urlretrieve"],
    "copyreg": ["add_extension"], "copy_reg": ["add_extension"], "inspect": ["currentframe", "stack"],
    "weakref": ["finalize"], "threading": ["Thread", "Timer"], "unittest": ["main"],
    "logging.handlers": ["SocketHandler", "HTTPHandler"], "atexit": ["register"], "signal": ["signal"],
    "unittest.mock": ["_importer"],
    "logging": ["FileHandler"], "jinja2": ["Template"], "keras.models": ["load_model"],
    "torch": ["load", "from_file"], "torch.serialization": ["load", "_load", "_legacy_load"],
    "torch.storage": ["_load_from_bytes"], "torch.multiprocessing": ["spawn", "start_processes"],
    "torch._C": ["import_ir_module", "import_ir_module_from_buffer", "_load_for_lite_interpreter"],
    "torch.distributed.checkpoint": ["load"],
    "torch.distributed.checkpoint.state_dict_loader": ["load", "load_state_dict"],
    "torch.utils.data.datapipes.iter": ["FileOpener"],
    "numpy": files, "numpy.lib.npyio": files, "numpy.lib._npyio_impl": files,
    "numpy.lib.format": ["read_array", "open_memmap"], "numpy.core.multiarray": ["fromfile"],
    "numpy._core.multiarray": ["fromfile"], "numpy.core.memmap": ["memmap"],
    "numpy._core.memmap": ["memmap"], "pandas": ["read_pickle", "eval"], "scipy.io": ["loadmat"],
  ]

  /// Functions of NumPy that open files.
  private static let files: Set<String> = [
    "load", "loadtxt", "genfromtxt", "fromfile", "memmap", "save", "savez", "savetxt",
  ]

  /// Ways from any object to all others.
  private static let innards: Set<String> = [
    "__builtins__", "__globals__", "__subclasses__", "__import__", "__getattribute__", "__dict__", "__code__",
    "__loader__", "__spec__", "__bases__", "__mro__", "__closure__",
  ]
}
