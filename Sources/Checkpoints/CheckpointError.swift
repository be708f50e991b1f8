/// Why a checkpoint could not be read or written: which file, and the reason. Its text is one line.
package struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  package let path: String
  package let reason: Reason

  package var description: String { "\(path): \(reason)" }

  package init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// The facts. `description` says what was found, what was expected, and the way out, without the path.
  package enum Reason: Error, Equatable, Sendable {
    /// There is no such file; the text is the system's.
    case missing(String)
    /// The system refused to open or map the file; the text is the system's.
    case cannotOpen(String)
    /// A directory, a pipe or a device; `remedy` says what to give instead, where that is known.
    case notAFile(String, remedy: String? = nil)
    case empty
    /// None of the containers; `start` holds the first bytes.
    case notACheckpoint(start: [UInt8])
    /// A pickle, but not the sequence that torch.save writes.
    case notTorchSave
    /// A container that is recognised and not read: `kind`, and what to do about it.
    case unsupported(kind: String, remedy: String)
    /// The file ends too early: `part` needs `expected` bytes, `found` are there.
    case truncated(part: String, expected: Int, found: Int)
    /// The file contradicts itself or its format.
    case damaged(part: String, found: String, expected: String)
    /// More than any checkpoint needs.
    case tooLarge(part: String, found: Int, limit: Int)
    /// The pickle names something that a state dict does not need, such as `os.system`.
    case refusedName(String)
    /// The pickle holds an instruction that a state dict does not need.
    case refusedOpcode(String, offset: Int)
    /// A zip entry that is not stored as it is.
    case compressed(entry: String, method: Int)
    case duplicate(String)
    /// No state dict in it; `found` describes what there is.
    case noTensors(found: String)
    /// A tensor whose shape, strides, extent or element type cannot be.
    case tensor(String, found: String, expected: String)
    /// A tensor of a type that is not read, such as `float8_e4m3fn`.
    case unreadType(String, type: String)
    /// A pickled torch.nn.Module in place of its weights; `type` names its class, in brackets.
    case wholeModel(String)
    /// A part of a distributed checkpoint (DCP): `kind`.
    case distributed(String)
    /// None of the weights in it are called so.
    case noSuchWeights(String, known: [String])
    /// More than one of the weights in it are called so.
    case severalWeights(String, fitting: [String])
    /// What is wrong with one of the files that an index names.
    indirect case shard(String, Reason)
    case cannotWrite(String)

    /// Of a pickle of text, which torch.save writes on demand only.
    static let oldOpcodes: Set<String> = [
      "the opcode FLOAT", "the opcode PERSID", "the opcode STRING", "the opcode UNICODE",
    ]
    static let resave = "save its weights alone, with torch.save(model.state_dict(), path)"
  }
}

extension CheckpointError.Reason: CustomStringConvertible {
  package var description: String {
    let resave = Self.resave
    switch self {
    case .missing(let cause), .cannotOpen(let cause): return "cannot be opened: \(cause)"
    case .notAFile(let kind, let remedy):
      return "is \(kind), expected a checkpoint file" + (remedy.map { "; \($0)" } ?? "")
    case .empty: return "is empty, expected a checkpoint; download or copy it again"
    case .notACheckpoint(let start): return Self.describe(start: start)
    case .notTorchSave:
      return "is a pickle, but not one of torch.save (it lacks the magic number); \(resave)"
    case .unsupported(let kind, let remedy): return "is \(kind), which is not read; \(remedy)"
    case .truncated(let part, let expected, let found):
      return "ends inside \(part): expected \(expected) bytes, found \(found);"
        + " the file is incomplete, download or copy it again"
    case .damaged(let part, let found, let expected):
      return "\(part): found \(found), expected \(expected); the file is damaged, download or copy it again"
    case .tooLarge(let part, let found, let limit):
      let unit = limit == PickleMachine.valueLimit ? " values" : ""
      return "\(part): found \(found), expected at most \(limit)\(unit); \(resave)"
    case .refusedName(let name):
      return "names \(name), which a state dict does not need; nothing was run; \(resave)"
    case .refusedOpcode(let name, let offset) where Self.oldOpcodes.contains(name):
      return
        "its pickle holds \(name) at byte \(offset), of protocol 0, which is not read; load it with torch"
        + " and save it again with protocol 2, as torch.save does unless told otherwise"
    case .refusedOpcode(let name, let offset):
      return "its pickle holds \(name) at byte \(offset), which a state dict does not need;"
        + " nothing was run; \(resave)"
    case .compressed(let entry, let method):
      return "its entry \(entry) is compressed (method \(method)), expected stored bytes;"
        + " unpack it and pack it again with zip -0"
    case .duplicate(let name): return "holds \(name) twice, expected each name once"
    case .noTensors(let found): return "holds \(found), expected a state dict of named tensors; \(resave)"
    case .tensor(let name, let found, let expected): return "\(name) is \(found), expected \(expected)"
    case .unreadType(let name, let type):
      return "\(name) is of type \(type), expected a type that is read (float32, float16, bfloat16, float64);"
        + " \(Self.conversion(of: type))"
    case .wholeModel(let type):
      return "holds a whole model\(type), expected a state dict of named tensors; nothing was run; \(resave)"
    case .distributed(let kind):
      return "is \(kind), which is not read; make one file of its folder, with"
        + " python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pth"
    case .noSuchWeights(let key, let known):
      return known.isEmpty
        ? "has no weights \(key), and no network of the R(2+1)D family"
        : "has no weights \(key), expected one of \(known.joined(separator: ", "))"
    case .severalWeights(let key, let fitting):
      return "has several weights \(key), expected the name of one: \(fitting.joined(separator: ", "))"
    case .shard(let name, let reason): return "its shard \(name): \(reason)"
    case .cannotWrite(let cause): return "cannot be written: \(cause)"
    }
  }

  /// The way from a type that is not read to one that is.
  private static func conversion(of type: String) -> String {
    if type.hasPrefix("complex") || ["C64", "C128", "C32"].contains(type) {
      return "a network's weights are real numbers: take tensor.real and save it again"
    }
    let isQuantized = type.hasPrefix("qint") || type.hasPrefix("quint")
    return "convert it with tensor.\(isQuantized ? "dequantize" : "float")() and save it again"
  }

  private static func describe(start: [UInt8]) -> String {
    let first = start.prefix(4)
    let printable = !first.isEmpty && first.allSatisfy { (0x20..<0x7F).contains($0) }
    let shown =
      printable
      ? quoted(String(decoding: first, as: UTF8.self))
      : "bytes " + first.map { hexadecimal(Int($0)) }.joined(separator: " ")
    let remedy = OtherFormat(start: start)?.remedy ?? "expected a .pth of torch.save or a .safetensors file"
    return "is not a checkpoint (starts with \(shown)); \(remedy)"
  }
}

/// A name from a file between quotes, on one line and of bearable length whatever it holds.
package func quoted(_ name: String) -> String {
  let limit = 120
  let unprintable: Set<Unicode.GeneralCategory> = [
    .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
  ]
  var text = ""
  for scalar in name.unicodeScalars.prefix(limit) {
    text +=
      unprintable.contains(scalar.properties.generalCategory)
      ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
  }
  return name.unicodeScalars.count > limit ? "'\(text)…'" : "'\(text)'"
}

/// A name from a file without quotes: what is unprintable in it is written as `quoted` does.
func plain(_ name: String) -> String { String(quoted(name).dropFirst().dropLast()) }

func hexadecimal(_ value: Int) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return "0x" + (digits.count == 1 ? "0" : "") + digits
}
