import ArchiveScan
import ArgumentParser
import FoundationEssentials

/// A share of the files: `2/5`, or the one of the task of an array job of SLURM that the program runs in.
enum ShardArgument: ExpressibleByArgument {
  case share(Shard)
  /// The task's number in the array, counted from the array's first.
  case task
  /// The task's number itself, of so many shares.
  case taskOf(count: String)

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts == ["auto"] {
      self = .task
    } else if parts.count == 2, parts[0] == "auto", Shard("1/\(parts[1])") != nil {
      self = .taskOf(count: parts[1])
    } else if let shard = Shard(argument) {
      self = .share(shard)
    } else {
      return nil
    }
  }

  static let help: ArgumentHelp = """
    Take only this share of the files: 2/5 (the 5 shares are disjoint and complete), auto (that of this task \
    of a SLURM array from 0 or 1 on) or auto/5 (the one with this task's number).
    """

  func shard(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Shard {
    switch self {
    case .share(let shard): return shard
    case .task:
      let array = try SlurmArray(environment, option: "auto")
      return try array.share()
    case .taskOf(let count):
      let name = SlurmArray.index
      guard let text = environment[name], let number = Int(text) else {
        throw ValidationError(
          "--shard auto/\(count) reads \(name), which is not set: run it in a SLURM array")
      }
      guard let shard = Shard("\(number)/\(count)") else {
        throw ValidationError("\(name) is \(text), expected 1 to \(count), as --shard auto/\(count) says")
      }
      return shard
    }
  }
}

/// The array job that a task belongs to, as SLURM tells it in variables.
private struct SlurmArray {
  static let index = "SLURM_ARRAY_TASK_ID"
  let task: Int
  let first: Int
  let last: Int
  let count: Int

  init(_ environment: [String: String], option: String) throws {
    func number(_ name: String) throws -> Int {
      guard let text = environment[name] else {
        throw ValidationError(
          "--shard \(option) reads \(name), which is not set: run it in a SLURM array, or give I/N")
      }
      guard let number = Int(text), number >= 0 else {
        throw ValidationError("\(name) is '\(text)', expected a number")
      }
      return number
    }
    task = try number(Self.index)
    first = try number("SLURM_ARRAY_TASK_MIN")
    last = try number("SLURM_ARRAY_TASK_MAX")
    count = try number("SLURM_ARRAY_TASK_COUNT")
  }

  /// A part of an array does not say how many shares there are in all: that is an array that begins later, or
  /// one with gaps.
  func share() throws -> Shard {
    guard first <= 1 else {
      throw ValidationError(
        "the array begins at \(first), so how many shares there are is not known: give --shard auto/N")
    }
    guard last >= first, last - first == count - 1 else {
      throw ValidationError(
        "the array has \(count) tasks from \(first) to \(last), so it has steps or gaps: give --shard auto/N")
    }
    guard let shard = Shard("\(task - first + 1)/\(count)") else {
      throw ValidationError("SLURM_ARRAY_TASK_ID is \(task), expected \(first) to \(last)")
    }
    return shard
  }
}
