import Foundation
import TestSupport
import Testing

/// What is wrong with a file, and what the one line about it must say.
struct BadFile: CustomTestStringConvertible, Sendable {
  let name: String
  let content: Data?
  let expected: String
  var testDescription: String { name }

  static let videos: [BadFile] = [
    BadFile(name: "sound.wav", content: wav, expected: "no video stream (found 1 audio stream)"),
    BadFile(name: "empty.mp4", content: Data(), expected: "empty"),
    BadFile(name: "text.mp4", content: Data("This is no video.\n".utf8), expected: "not a video"),
    BadFile(name: "missing.mp4", content: nil, expected: "no such file"),
    BadFile(name: "folder/", content: nil, expected: "directory"),
  ]

  /// A second of silence: 8 kHz, mono, 16 bits.
  private static var wav: Data {
    func bytes(_ number: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(number >> (8 * $0) & 0xFF) }
    }
    let format =
      bytes(16, 4) + bytes(1, 2) + bytes(1, 2) + bytes(8000, 4) + bytes(16000, 4) + bytes(2, 2) + bytes(16, 2)
    let silence = [UInt8](repeating: 0, count: 16000)
    let start = Array("RIFF".utf8) + bytes(36 + 16000, 4) + Array("WAVEfmt ".utf8)
    return Data(start + format + Array("data".utf8) + bytes(16000, 4) + silence)
  }
}

@Suite struct BadInputTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  @Test(arguments: BadFile.videos)
  func aFileThatIsNoVideoIsOneLineAndStatus1(_ file: BadFile) throws {
    let path = try place(file)
    let run = try program("label", path, "--model", model)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("r2p1d-video: \(path): "))
    #expect(run.errors.localizedCaseInsensitiveContains(file.expected), "\(run.errors)")
    #expect(run.errors.count(where: \.isNewline) == 1)
  }

  @Test func oneBadFileAmongSeveralIsNamedAndTheOthersAreDone() throws {
    let bad = try folder.write("bad, \"really\".mp4", "no video")
    let run = try program(
      "label", Checkout.clip, bad, Checkout.otherClip, "--model", model, "--format", "csv", "--top", "2")
    #expect(run.status == 1)
    #expect(run.errors.count(where: \.isNewline) == 1 && run.errors.contains(bad))
    let rows = CSVTable(run.text).rows
    try #require(rows.count == 4)
    #expect(
      rows[0] == [
        "file", "status", "duration", "windows", "label_1", "score_1", "label_2", "score_2", "error",
      ])
    #expect(rows.allSatisfy { $0.count == 9 })
    #expect(rows.dropFirst().map(\.[0]) == [Checkout.clip, bad, Checkout.otherClip])
    #expect(rows.dropFirst().map(\.[1]) == ["ok", "failed", "ok"])
    #expect(rows[1][8].isEmpty && !rows[2][8].isEmpty)
    #expect(Double(rows[1][2]) ?? 0 > 1)
  }

  @Test func everyFileBadIsStillStatus1() throws {
    let run = try program("label", "nowhere.mp4", "nowhere-else.mp4", "--model", model, "--format", "json")
    #expect(run.status == 1)
    #expect(run.errors.count(where: \.isNewline) == 2)
    let results = try #require(try run.json() as? [[String: Any]])
    #expect(results.map { $0["file"] as? String } == ["nowhere.mp4", "nowhere-else.mp4"])
    #expect(results.allSatisfy { $0["error"] is String && $0["labels"] == nil })
  }

  @Test(arguments: BadFile.videos)
  func windowsNamesABadFileAndWritesNothing(_ file: BadFile) throws {
    let path = try place(file)
    let run = try program("windows", path, "--output", folder.path("w.npy"))
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("r2p1d-video: \(path): "))
    #expect(!folder.names.contains { $0.contains("w.npy") })
  }

  private func place(_ file: BadFile) throws -> String {
    if let content = file.content { return try folder.write(file.name, content) }
    if file.name.hasSuffix("/") {
      try FileManager.default.createDirectory(
        at: folder.url.appending(path: "folder"), withIntermediateDirectories: true)
      return folder.path("folder")
    }
    return folder.path(file.name)
  }
}

/// RFC 4180, read back by rules of its own.
struct CSVTable {
  private(set) var rows: [[String]] = []

  init(_ text: String) {
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch (scalar, isQuoted) {
      case ("\"", true) where scalars.first == "\"":
        field.unicodeScalars.append(scalars.removeFirst())
      case ("\"", _): isQuoted.toggle()
      case (",", false):
        row.append(field)
        field = ""
      case ("\r", false): continue
      case ("\n", false):
        rows.append(row + [field])
        (row, field) = ([], "")
      default: field.unicodeScalars.append(scalar)
      }
    }
  }
}
