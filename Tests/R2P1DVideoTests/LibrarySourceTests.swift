import Foundation
import TestSupport
import Testing

/// A library is a guest: what it must leave to the program is looked for in its sources.
@Suite struct LibrarySourceTests {
  static let library = [
    "R2P1DVideo", "Reports", "Inspection", "Evaluation", "Teaching", "Cutting", "VideoDecoding", "Inference",
    "Checkpoints", "Download",
  ]

  /// The code of a target, line by line with where it stands, without comments.
  private static func code(_ target: String) throws -> [(place: String, line: String)] {
    let files = try #require(FileManager.default.enumerator(atPath: Checkout.path("Sources/\(target)")))
    let names = files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
    try #require(!names.isEmpty)
    return try names.flatMap { name in
      try Checkout.text("Sources/\(target)/\(name)").components(separatedBy: "\n").enumerated()
        .filter { !$0.element.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
        .map { ("\(target)/\(name):\($0.offset + 1)", $0.element) }
    }
  }

  private static func places(in target: String, of pattern: String) throws -> [String] {
    let regex = try Regex(pattern)
    return try code(target).filter { $0.line.contains(regex) }.map { "\($0.place): \($0.line)" }
  }

  @Test(arguments: library)
  func theLibraryNeitherExitsForksPrintsNorHandlesSignals(_ target: String) throws {
    let calls =
      #"(^|[^A-Za-z0-9_.])(Glibc\.|Darwin\.)?"#
      + #"(_?exit|quick_exit|abort|v?fork|exec[lv]p?e?|posix_spawnp?|"#
      + #"print|debugPrint|dump|puts|signal|sigaction)\("#
    #expect(try Self.places(in: target, of: calls) == [])
    #expect(
      try Self.places(in: target, of: "STD(OUT|ERR)_FILENO|standard(Output|Error)|std(out|err)\\b") == [])
  }

  /// Names of flags, and of commands that a hint gives, are the program's: `Remedies.swift` has them.
  @Test(arguments: library + ["ArchiveScan"])
  func onlyTheProgramNamesFlagsAndCommands(_ target: String) throws {
    // Not a colour of a style sheet: `--ink: #222`, `var(--ink)`.
    let flags = #"( |[^r][(`'"])--[a-z-]+([^a-z:-]|$)"#
    #expect(try Self.places(in: target, of: flags) == [])
    let names = "label|timeline|scan|merge|windows|embed|bench|models (list|info|pull|convert)"
    // Not the first line of a journal: `r2p1d-video scan 1`.
    let commands =
      "`(r2p1d-video )?(\(names))|r2p1d-video (\(names)) [^1]|[( ]models (list|info|pull|convert)"
    #expect(try Self.places(in: target, of: commands) == [])
  }
}
