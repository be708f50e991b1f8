import Foundation
import Testing

/// Clips made for a test by the ffmpeg program, in a folder of their own that goes with them.
package final class Clips: Sendable {
  package let folder: TemporaryFolder

  package init() throws { folder = try TemporaryFolder() }

  package func path(_ name: String) -> String { folder.path(name) }

  /// Writes `bytes` to the file `name`.
  package func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    try folder.write(name, bytes)
  }

  /// The bytes of the file `name`.
  package func read(_ name: String) throws -> [UInt8] { try Array(folder.read(name)) }

  /// The file `name`, made by ffmpeg from a moving test picture: `source` is `size:rate:seconds`, `options`
  /// what follows the input.
  package func make(_ name: String, source: String, _ options: String) throws -> String {
    let parts = source.split(separator: ":")
    try run("-f lavfi -i testsrc2=s=\(parts[0]):r=\(parts[1]):d=\(parts[2]) \(options) \(name)")
    return path(name)
  }

  /// Runs ffmpeg, or another program of its, in the folder, with these words, and returns what it wrote to
  /// standard output.
  @discardableResult
  package func run(_ words: String, program: String = "ffmpeg") throws -> Data {
    try folder.ffmpeg(words, program: program)
  }

  /// Whether there is an ffmpeg program, with an encoder of each of these names, and time to use them.
  package static func canEncode(_ encoders: String...) -> Bool {
    !Quick.isAsked && encoders.allSatisfy { Self.encoders.contains($0) }
  }

  package static let note: Comment =
    Quick.isAsked ? Quick.note : "needs the program ffmpeg, with the encoders that make the clips"

  private static let encoders: Set<String> = {
    guard Tool.ffmpeg.isThere, let list = try? Clips().run("-encoders") else { return [] }
    let words = String(decoding: list, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
    return Set(words.filter { $0.count > 1 }.map { String($0[1]) })
  }()
}

extension TemporaryFolder {
  /// Runs ffmpeg, or another program of its, in the folder, and returns what it wrote to standard output.
  @discardableResult
  package func ffmpeg(_ words: String, program: String = "ffmpeg") throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [program] + (program == "ffmpeg" ? ["-nostdin", "-y"] : []) + ["-v", "error"] + words.words
    process.currentDirectoryURL = url
    process.standardInput = FileHandle.nullDevice
    let finished = try FinishedProcess(running: process)
    try #require(finished.status == 0, "\(program) \(words): \(finished.errors)")
    return finished.output
  }
}
