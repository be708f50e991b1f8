import Foundation
import TestSupport
import Testing

/// What `--help` says is a contract: a change of it is seen, and accepted with Goldens/make_help.sh.
@Suite struct HelpTests {
  private static let folder = "Tests/CommandTests/Goldens/help"

  /// `r2p1d-video-models-list` for `models list`.
  static func goldens() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Checkout.path(folder)).sorted().map {
      try #require($0.wholeMatch(of: /(r2p1d-video.*)\.txt/).map { String($0.1) }, "\($0)")
    }
  }

  @Test(arguments: try goldens()) func theHelpIsTheOneThatWasAccepted(_ name: String) throws {
    let command = name.split(separator: "-").dropFirst(2).map(String.init)
    let run = try Program(environment: ["COLUMNS": "80"]).run(Program.built, command + ["--help"])
    #expect(run.status == 0 && run.errors.isEmpty)
    let (lines, accepted) = (
      Self.lines(run.text), Self.lines(try Checkout.text("\(Self.folder)/\(name).txt"))
    )
    let place = zip(lines, accepted).enumerated().first { $1.0 != $1.1 }?.offset ?? accepted.count
    #expect(
      lines == accepted,
      "line \(place + 1) is others; Tests/CommandTests/Goldens/make_help.sh accepts what --help says now")
  }

  @Test func everyCommandHasAHelpThatWasAccepted() throws {
    #expect(try Set(Self.goldens()) == Set(Command.all().map(\.golden)))
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }
}

/// A command, as the help of the one above it lists it.
struct Command {
  let words: [String]
  let help: String

  var golden: String { (["r2p1d-video"] + words).joined(separator: "-") }

  /// The program itself, its commands and theirs.
  static func all(below words: [String] = []) throws -> [Command] {
    let help = try Program().run(Program.built, words + ["--help"]).text
    let list = help.split(separator: "\nSUBCOMMANDS:\n").dropFirst().first ?? ""
    let names = list.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /^  ([a-z][a-z-]*)/).map { String($0.1) }
    }
    return try [Command(words: words, help: help)] + names.flatMap { try all(below: words + [$0]) }
  }
}
