/// Files that people give in place of a checkpoint, told by their first bytes or by an archive's entries:
/// what they are, and the way to a checkpoint.
struct OtherFormat {
  /// "an ONNX model".
  let kind: String
  let remedy: String

  private init(_ kind: String, _ remedy: String) {
    self.kind = kind
    self.remedy = remedy
  }

  /// By the first bytes of a file, 64 or more.
  init?(start: [UInt8]) {
    if let magic = Self.magics.first(where: { start.starts(with: $0.bytes) }) {
      self = magic.format
    } else if start.count > 2, start[0] == 8, start[1] < 32, start[2] == 0x12 || start[2] == 0x3A {
      // A protocol buffer: ONNX counts its versions from 3 on, a SavedModel's is 1.
      self = start[1] < 3 ? Self.tensorFlow : Self.pyTorchModel("an ONNX model")
    } else if start.count > 8, start[4..<8].elementsEqual("TFL3".utf8) {
      self = Self.pyTorchModel("a TensorFlow Lite model")
    } else if let text = Self(text: start) {
      self = text
    } else {
      return nil
    }
  }

  private init?(text start: [UInt8]) {
    let text = String(decoding: start.prefix(while: { $0 < 0x80 }), as: UTF8.self).lowercased()
    let words = text.drop { $0.isWhitespace }
    if ["<!doctype", "<html", "<?xml"].contains(where: { words.hasPrefix($0) }) {
      self.init("a web page", "it looks like a web page, download it again")
    } else if words.hasPrefix("version https://git-lfs") {
      self.init("a pointer of Git LFS", "it is a pointer of Git LFS, fetch the file itself with git lfs pull")
    } else {
      return nil
    }
  }

  /// By the entries of a zip archive that has no state dict.
  init?(archive: ZipArchive) {
    let names = archive.entries.lazy.map(\.name)
    func has(_ test: (String) -> Bool) -> Bool { names.contains(where: test) }
    if has({ $0.hasSuffix("archive_format") || $0.hasSuffix("serialized_exported_program.json") }) {
      self.init(
        "an exported program (.pt2)",
        "save its weights alone, with torch.save(torch.export.load(path).state_dict, newPath)")
    } else if has({ $0.hasSuffix("/.data/extern_modules") || $0 == ".data/extern_modules" }) {
      self.init("a package of torch.package", "load the model from it, and " + CheckpointError.Reason.resave)
    } else if has({ $0.hasPrefix("MAR-INF/") }) {
      self.init("a model archive of TorchServe", "unpack it and give the .pth or .pt file in it")
    } else if has({ $0.hasSuffix("model.weights.h5") }) {
      self = Self.keras
    } else if has({ $0.hasSuffix(".npy") }) {
      self.init(
        "an archive of NumPy arrays (.npz)",
        "save them with safetensors.numpy.save_file(dict(numpy.load(path)), newPath)")
    } else if let name = names.first(where: { name in
      CheckpointFolder.endings.contains { name.hasSuffix($0) }
    }) {
      self.init("a zip archive that holds \(quoted(name))", "unpack it and give the file in it")
    } else {
      return nil
    }
  }

  var reason: CheckpointError.Reason { .unsupported(kind: kind, remedy: remedy) }

  private static let magics: [(bytes: [UInt8], format: OtherFormat)] = [
    ([0x89] + "HDF\r\n".utf8, keras),
    (Array("GGUF".utf8), pyTorchModel("a GGUF file")),
    (Array("GGML".utf8), pyTorchModel("a GGML file")),
    (
      [0x93] + "NUMPY".utf8,
      OtherFormat("a NumPy array", "it is a single NumPy array; " + CheckpointError.Reason.resave)
    ),
    ([0x1F, 0x8B], compressed("gzip", "gunzip")), (Array("BZh".utf8), compressed("bzip2", "bunzip2")),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], compressed("xz", "unxz")),
    ([0x28, 0xB5, 0x2F, 0xFD], compressed("zstd", "unzstd")),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], compressed("7-Zip", "7z x")),
    (Array("Rar!".utf8), compressed("RAR", "unrar x")),
  ]

  private static let keras = pyTorchModel("a Keras or TensorFlow file (HDF5)")
  private static let tensorFlow = pyTorchModel("a TensorFlow SavedModel")

  private static func pyTorchModel(_ kind: String) -> OtherFormat {
    OtherFormat(
      kind,
      "it looks like \(kind); take the PyTorch model that it was made from, and "
        + "\(CheckpointError.Reason.resave)"
    )
  }

  private static func compressed(_ kind: String, _ command: String) -> OtherFormat {
    OtherFormat(
      "a compressed file (\(kind))", "it is compressed with \(kind), unpack it first, with \(command)")
  }
}
