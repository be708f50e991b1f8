import ArgumentParser
import R2P1DVideo

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists, describes, downloads and converts models.",
    subcommands: [List.self, Info.self, Pull.self, Convert.self])

  struct Info: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what is known of a model: network, parameters, classes, origin, hash.")

    @Argument(help: "A model's name, a checkpoint, or random:NAME[:SEED].")
    var model: ModelSource

    @Option(help: ModelArguments.weightsHelp)
    var weights: String?

    func run() async throws {
      let output = Output.standard()
      do {
        try output.write(await ModelInfo.load(model, weights: weights).text)
      } catch {
        if error.details.count > 1 {
          try output.write(error.details.map { "problem: \($0)\n" }.joined())
        }
        throw error
      }
    }
  }
}
