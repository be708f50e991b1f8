import Foundation
import Testing

@testable import Checkpoints

/// Files that are given in place of a checkpoint: each is said to be what it is, with the command that helps.
@Suite struct OtherFormatTests {
  @Test(
    "What people take for a checkpoint is called what it is",
    arguments: [
      (
        "whole.pth",
        ["holds a whole model (of class 'torch.nn.modules.container.Sequential')", "model.state_dict()"]
      ),
      ("whole-legacy.pth", ["holds a whole model", "model.state_dict()"]),
      ("exported.pt2", ["is an exported program (.pt2)", "torch.export.load(path).state_dict"]),
      ("distributed.metadata", ["distributed checkpoint", "format_utils dcp_to_torch FOLDER"]),
      ("distributed.shard", ["distributed checkpoint", "format_utils dcp_to_torch FOLDER"]),
    ])
  func golden(file: String, words: [String]) throws {
    let reason = try "\(#require(refusal(try Golden.bytes(file))))"
    for word in words { #expect(reason.contains(word), "\(reason)") }
    #expect(!reason.contains("\n"))
  }

  @Test(
    "A tensor that cannot be read is named, with its type",
    arguments: [
      (
        "float8",
        "is of type float8_e4m3fn, expected a type that is read (float32, float16, bfloat16, float64)"
      ),
      ("complex", "is of type complex64, expected a type"),
      ("complex-legacy", "is of type complex128, expected a type"),
      ("sparse", "is a sparse tensor, expected a dense tensor"),
      ("quantized", "is a quantized tensor, expected a dense tensor"),
      ("meta", "is a tensor on the meta device"),
      ("list", "is a list, expected a tensor"), ("array", "is an object of type 'numpy."),
    ])
  func unread(kind: String, words: String) throws {
    let reason = try "\(#require(refusal(try Golden.bytes("unread-\(kind).pth"))))"
    #expect(reason.hasPrefix("'fc.bias' \(words)"), "\(reason)")
  }

  @Test(
    "A tensor that has no plain storage is refused with the call that gives it one",
    arguments: [
      ("_rebuild_sparse_tensor", "tensor.to_dense()"), ("_rebuild_sparse_csr_tensor", "tensor.to_dense()"),
      ("_rebuild_qtensor", "tensor.dequantize()"), ("_rebuild_nested_tensor", "tensor.to_padded_tensor(0)"),
      ("_rebuild_wrapper_subclass", "tensor.full_tensor()"),
      ("_rebuild_meta_tensor_no_storage", "load the weights into the model before it is saved"),
      ("_rebuild_device_tensor_from_numpy", "tensor.cpu()"),
    ])
  func remedies(function: String, remedy: String) throws {
    let tensor = Pickled.global("torch._utils", function) + Array(")R".utf8)
    let other = ("other", Pickled.tensor([4]))
    let reason = try "\(#require(refusal(Pickled.file(Pickled.dictionary([("w", tensor), other])))))"
    #expect(reason.hasPrefix("'w' is ") && reason.contains(remedy), "\(reason)")
    #expect(!reason.contains("state_dict()"))
  }

  @Test("Complex and quantized elements have a remedy of their own")
  func elements() throws {
    for (type, remedy) in [
      ("ComplexFloatStorage", "take tensor.real"), ("QInt8Storage", "tensor.dequantize()"),
    ] {
      let tensor = Pickled.tensor([1], storage: Pickled.storage(type: type, count: 1))
      let file = Pickled.file(Pickled.dictionary([("w", tensor)]), elements: [], count: 1)
      let size = type.hasPrefix("C") ? 8 : 1
      let reason = try "\(#require(refusal(file + [UInt8](repeating: 0, count: size))))"
      #expect(reason.hasPrefix("'w' is of type ") && reason.contains(remedy), "\(reason)")
    }
  }

  @Test("Pickles of protocol 0 and bombs name the way out")
  func protocols() throws {
    for value in ["Va\n", "F1.5\n", "S'a'\n"] {
      let reason = try "\(#require(refusal(Pickled.file(Array(value.utf8)))))"
      #expect(reason.contains("of protocol 0, which is not read; load it with torch and save it again"))
    }
    let many = Array("(".utf8) + [UInt8](repeating: UInt8(ascii: "N"), count: PickleMachine.valueLimit + 1)
    let reason = try "\(#require(refusal(Pickled.file(many))))"
    #expect(reason.contains("expected at most 4194304 values; save its weights alone"), "\(reason)")
  }

  @Test("Files of other programs are told by their first bytes")
  func starts() throws {
    let cases: [([UInt8], String)] = [
      ([0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A], "Keras"), (Array("GGUF".utf8), "a GGUF file"),
      ([8, 10, 0x12, 7] + Array("pytorch".utf8), "an ONNX model"), ([8, 7, 0x3A], "an ONNX model"),
      ([8, 1, 0x12, 0x90], "a TensorFlow SavedModel"),
      ([0x1C, 0, 0, 0] + Array("TFL3".utf8) + [0], "TensorFlow Lite"),
      ([0x93] + Array("NUMPY".utf8), "a single NumPy array"), ([0x1F, 0x8B], "gunzip"),
      (Array("BZh9".utf8), "bunzip2"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "unxz"), ([0x28, 0xB5, 0x2F, 0xFD], "unzstd"),
    ]
    for (start, words) in cases {
      let reason = try "\(#require(refusal(start + [UInt8](repeating: 1, count: 300))))"
      #expect(reason.hasPrefix("is not a checkpoint (starts with ") && reason.contains(words), "\(reason)")
    }
  }

  @Test("A folder is called what it is by what it holds")
  func folders() {
    let cases: [([String], String)] = [
      (
        [".metadata", "__0_0.distcp", "__1_0.distcp"], "is a distributed checkpoint (DCP), which is not read"
      ),
      (["zero_to_fp32.py", "latest", "global_step10"], "python zero_to_fp32.py FOLDER OUT"),
      (["saved_model.pb", "variables"], "TensorFlow SavedModel"),
      (["data.pkl", "data", "version"], "zip -0 -r"),
      (["b.pth", "a.safetensors", "notes.txt"], "it holds 'a.safetensors', 'b.pth': give one of them"),
      (["1.pt", "2.pt", "3.pt", "4.pt"], "'1.pt', '2.pt', '3.pt' … (4): give one of them"),
      (["a.index.json", "b.index.json"], "'a.index.json', 'b.index.json': give one"),
      (
        ["0.safetensors", "1.safetensors", "2.safetensors", "a.index.json", "b.index.json"],
        "it holds 'a.index.json', 'b.index.json': give one"
      ),
    ]
    for (names, words) in cases {
      let folder = CheckpointFolder(names)
      #expect("\(folder.reason)".contains(words), "\(folder.reason)")
      #expect(folder.index == nil)
    }
    #expect("\(CheckpointFolder(["a.txt"]).reason)" == "is a directory, expected a checkpoint file")
    #expect(CheckpointFolder(["model.safetensors.index.json", "x"]).index == "model.safetensors.index.json")
  }
}
