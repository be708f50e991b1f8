import Foundation
import Testing

/// Programs that read what ours writes. Tests that need one that is not there are skipped, and say so.
enum OtherProgram {
  /// The first of `names` that is on the path.
  static func find(_ names: String...) -> URL? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let paths = names.flatMap { name in folders.map { "\($0)/\(name)" } }
    return paths.first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
  }
}

enum Python {
  static let isThere = OtherProgram.find("python3") != nil
  static let note: Comment = "skipped: there is no python3 here"

  /// What a script prints as JSON, given `data` as `text`.
  static func read<Value>(_ data: Data, _ script: String) throws -> Value {
    let folder = try TemporaryFolder()
    let file = try folder.write("data", data)
    let code = "import sys, io, json; text = open(sys.argv[1], encoding='utf-8', newline='').read(); "
    try folder.write("read.py", code + script)
    let run = try Program().shell("exec python3 '\(folder.path("read.py"))' '\(file)'")
    #expect(run.status == 0, "\(run.errors)")
    return try #require(try run.json() as? Value)
  }
}

enum FFmpegProgram {
  static let note: Comment = "skipped: there is no ffmpeg program here with the encoders that make the clips"

  static func canEncode(_ encoder: String) -> Bool { encoders.contains(encoder) }

  private static let encoders: Set<String> = {
    guard OtherProgram.find("ffmpeg") != nil,
      let list = try? Program().shell("ffmpeg -v quiet -encoders").text
    else { return [] }
    return Set(
      list.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
  }()

  /// Runs ffmpeg in `folder`.
  static func run(_ words: String, in folder: TemporaryFolder) throws {
    let run = try Program(folder: folder.url).shell("exec ffmpeg -nostdin -y -v error \(words)")
    try #require(run.status == 0, "ffmpeg \(words): \(run.errors)")
  }
}
