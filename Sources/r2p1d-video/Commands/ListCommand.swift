import ArgumentParser
import R2P1DVideo

extension ModelsCommand {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists known models and where installed ones are.")

    enum Format: String, CaseIterable, ExpressibleByArgument {
      case text, json
    }

    @Option(help: "How to print the list.")
    var format: Format = .text

    func run() throws {
      let list = try ModelList()
      try Output.standard().write(format == .json ? list.json : list.text(absent: " (models pull)"))
    }
  }
}
