import ArgumentParser
import FoundationEssentials
import Glibc
import R2P1DVideo

/// The program: `r2p1d-video label clip.mp4` and its sisters.
@main
struct R2P1DVideoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "r2p1d-video",
    abstract: "Labels videos with the R(2+1)D family of networks, on a CPU or a GPU, offline.",
    version: Version.text,
    subcommands: [
      LabelCommand.self,
      TimelineCommand.self,
      CutCommand.self,
      ScanCommand.self,
      WorkerCommand.self,
      ListFilesCommand.self,
      MergeCommand.self,
      EvaluateCommand.self,
      WindowsCommand.self,
      InspectCommand.self,
      EmbedCommand.self,
      TeachCommand.self,
      ModelsCommand.self,
      BenchCommand.self,
      DevicesCommand.self,
      ScanWorkerCommand.self,
    ])

  static func main() {
    if RawArguments.ofProcess() == [ScanWorkerCommand.name] { ScanWorkerCommand.serve() }
    FFmpegProcess.own()
    StandardStreams.reserve()
    Signals.install()
    do {
      let arguments = RawArguments.ofProcess()
      try RawArguments.checkDashes(arguments)
      try run(try parseAsRoot(arguments))
    } catch let error as ClassifierError {
      Terminal.warn(error)
      ExitStatus(of: error).exit()
    } catch {
      finish(with: error)
    }
  }

  /// Runs a command to its end, on this thread: it is the one that signals are kept from, and an `async` main
  /// would give it away.
  private static func run(_ command: any ParsableCommand) throws {
    var command = command
    guard let asynchronous = command as? any AsyncParsableCommand else { return try command.run() }
    let parsed = Parsed(command: asynchronous)
    try WaitingThread.run {
      var command = parsed.command
      try await command.run()
    }
  }

  /// Once made, the task's alone.
  private struct Parsed: @unchecked Sendable {
    let command: any AsyncParsableCommand
  }

  /// Ends as the argument parser would, a wrong usage reported in one line.
  private static func finish(with error: any Error) -> Never {
    let code = exitCode(for: error)
    guard code == .validationFailure else { exit(withError: error) }
    let lines = message(for: error).split(whereSeparator: \.isNewline)
    let text = lines.map { String($0).trimmed() }.joined(separator: " ")
    Terminal.warn("\(RawArguments.printable(text)) (see \(commandNamed(RawArguments.ofProcess())) --help)")
    ExitStatus.usage.exit()
  }

  /// As much of a command's name as the first arguments are: `r2p1d-video models pull`.
  private static func commandNamed(_ arguments: [String]) -> String {
    var name = _commandName
    var command: any ParsableCommand.Type = Self.self
    for argument in arguments {
      let known = command.configuration.subcommands.first { $0._commandName == argument }
      guard let known, known.configuration.shouldDisplay else { break }
      name += " \(argument)"
      command = known
    }
    return name
  }
}

/// What the program's exit status says.
enum ExitStatus: Int32 {
  /// Some input failed, one or all.
  case input = 1
  /// Nothing could run: no model, no labels, no place for the output.
  case setup = 2
  /// The time given by `--deadline` is over, and files are left.
  case deadline = 3
  /// The arguments make no sense.
  case usage = 64
  /// Another process writes the output: the same succeeds later (`EX_TEMPFAIL`).
  case locked = 75
  /// Ctrl-C, or a request to end.
  case interrupted = 130

  init(of error: ClassifierError) {
    self = error.remedy?.isWaiting == true ? .locked : error.scope == .setup ? .setup : .input
  }

  func exit() -> Never {
    Glibc.exit(rawValue)
  }
}
