import Foundation
import TestSupport
import Testing

/// The table of refused checkpoints in docs/reliability.md, row by row: a file that is refused so, in those
/// words.
@Suite struct RefusalTableTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What is wrong with a file, as the table has it, and the file.
  static let refusals: [(reason: String, file: @Sendable (RefusalTableTests) throws -> String)] = [
    ("the system refuses", { _ in "/nowhere/r2plus1d_18.pth" }),
    ("no regular file", { $0.folder.url.path }),
    ("empty", { try $0.file(Data()) }),
    ("none of the containers", { try $0.file(Data("<!DOCTYPE html><html>".utf8)) }),
    ("another pickle", { try $0.file(Data([0x80, 2, 0x7D, 0x2E])) }),
    ("TorchScript, tar, encrypted zip", { _ in golden("torchscript.pth") }),
    ("ends early", { try $0.file(NarrowCheckpoint.safetensors().dropLast()) }),
    (
      "contradicts itself: overlapping entries, offsets past the end, headers that differ, wrong checksum",
      {
        // A name in the pickle is changed, its checksum is not.
        var bytes = try Data(contentsOf: URL(filePath: golden("zip.pth")))
        let place = try #require(bytes.firstRange(of: Data("fc.weight".utf8)))
        bytes[place.lowerBound] ^= 1
        return try $0.file(bytes)
      }
    ),
    (
      "bombs: deep nesting, memo loops, endless lists",
      { try $0.file(try #require(HostileCheckpoint.pickles.first).make()) }
    ),
    ("a value of the state dict that is no tensor", { _ in golden("unread-list.pth") }),
    ("a tensor of a type that is not read", { _ in golden("unread-float8.pth") }),
    ("a sparse, quantized or meta tensor", { _ in golden("unread-sparse.pth") }),
    ("a whole model, pickled", { _ in golden("whole.pth") }),
    ("an exported program (.pt2)", { _ in golden("exported.pt2") }),
    ("a part of a distributed checkpoint (DCP)", { _ in golden("distributed.shard") }),
    (
      "a file of a model of several files",
      { try $0.folder.write("model-00001-of-00002.safetensors", NarrowCheckpoint.safetensors(without: "fc")) }
    ),
    (
      "an index of files that is wrong",
      {
        try $0.folder.write(
          "model.safetensors.index.json", Data(#"{"weight_map":{"fc.weight":"../other.safetensors"}}"#.utf8))
      }
    ),
    ("a name that only an attack has a use for", { _ in golden("attack-2.pkl") }),
    (
      "an opcode likewise",
      { try $0.file(try #require(HostileCheckpoint.pickles.first { $0.refusal.contains("opcode") }).make()) }
    ),
    ("compressed entry (and so a zip bomb)", { _ in golden("deflated.pth") }),
    (
      "a name twice",
      { try $0.file(try #require(HostileCheckpoint.headers.first { $0.refusal == "twice" }).make()) }
    ),
    ("no tensors", { try $0.file(HostileCheckpoint.header("{}")) }),
    (
      "negative or huge shape, overflowing product, impossible strides",
      {
        try $0.file(
          HostileCheckpoint.header(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}"#))
      }
    ),
    ("NaN or infinity", { try $0.file(NarrowCheckpoint.safetensors(factors: ["fc.bias": .nan])) }),
    (
      "numbers that are none of a trained network",
      { try $0.file(NarrowCheckpoint.safetensors(factors: ["layer2.0.conv1.0.1.running_var": -1])) }
    ),
  ]

  @Test(arguments: refusals.indices)
  func aRowIsWhatIsSaid(_ number: Int) throws {
    let (reason, file) = Self.refusals[number]
    let rows = try Self.rows()
    #expect(rows.count == Self.refusals.count)
    let message = try #require(rows[reason], "there is no row for it")
    let path = try file(self)
    let run = try program("label", Checkout.clip, "--model", path)
    #expect(run.status == 2 && run.output.isEmpty)
    let errors = run.errors
    #expect(errors.hasPrefix("r2p1d-video: \(path): "), "\(errors)")
    let text = errors.dropFirst("r2p1d-video: \(path): ".count).dropLast()
    #expect(try String(text).wholeMatch(of: Self.pattern(message)) != nil, "\(text)\nis not\n\(message)")
  }

  /// The table: what is wrong, and the message.
  private static func rows() throws -> [String: String] {
    let text = try String(contentsOfFile: Checkout.path("docs/reliability.md"), encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n## Damaged and hostile checkpoints\n").last)
    let lines = section.components(separatedBy: "\n## ")[0].components(separatedBy: "\n")
    let cells = lines.filter { $0.hasPrefix("| ") }.dropFirst(2).map {
      $0.dropFirst(2).components(separatedBy: " | ")
    }
    return Dictionary(
      uniqueKeysWithValues: cells.map { ($0[0], $0[1].trimmingCharacters(in: ["`"])) })
  }

  /// `…` stands for anything, `N` and `M` for numbers.
  private static func pattern(_ message: String) throws -> Regex<AnyRegexOutput> {
    try Regex(
      NSRegularExpression.escapedPattern(for: message).replacing("…", with: ".+")
        .replacing(try Regex("\\b[NM]\\b"), with: "[0-9]+"))
  }

  private func file(_ bytes: Data) throws -> String { try folder.write("refused.pth", bytes) }

  private static func golden(_ name: String) -> String {
    Checkout.path("Tests/CheckpointsTests/Goldens/checkpoints/\(name)")
  }
}
