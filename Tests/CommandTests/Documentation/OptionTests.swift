import TestSupport
import Testing

/// docs/options.md against what the commands take.
@Suite struct OptionTests {
  /// What every command has.
  private static let everywhere: Set = ["--help", "--version"]

  @Test func everyOptionThatIsDocumentedExists() throws {
    let existing = try Command.all().reduce(into: Set()) { $0.formUnion($1.help.longOptions) }
    for cell in try Document("docs/options.md").firstCells {
      #expect(cell.longOptions.isSubset(of: existing), "\(cell)")
    }
  }

  /// The limits have their own table, with their reasons.
  @Test func everyOptionThatCommandsShareHasARow() throws {
    let pages = [try Document("docs/options.md"), try Document("docs/reliability.md")]
    let documented = pages.flatMap(\.firstCells).reduce(into: Set()) { $0.formUnion($1.longOptions) }
    let options = try Command.all().filter { !$0.words.isEmpty && $0.words[0] != "models" }.map {
      $0.help.longOptions
    }
    let shared = options.joined().filter { option in options.count { $0.contains(option) } > 1 }
    #expect(Set(shared).subtracting(Self.everywhere).subtracting(documented).isEmpty)
  }

  @Test func everyOptionOfACommandIsSpokenOf() throws {
    let spokenOf = try Document.all().reduce(into: Set()) { $0.formUnion($1.text.longOptions) }
    for command in try Command.all() {
      let missing = command.help.longOptions.subtracting(Self.everywhere).subtracting(spokenOf)
      #expect(missing.isEmpty, "\(command.words.joined(separator: " "))")
    }
  }
}
