import ArgumentParser
import R2P1DVideo

/// What computes the network, and in which numbers.
struct ComputingArguments: ParsableArguments {
  @Option(help: DeviceArgument.help)
  var device: DeviceArgument = .cpu

  @Option(help: PrecisionArgument.help)
  var precision: PrecisionArgument = .given(.f32)

  func validate() throws {
    switch device {
    case .cpu: try precision.check(onGPU: false)
    case .gpu: try precision.check(onGPU: true)
    case .automatic: break  // what only one of them computes in decides
    }
  }

  /// Puts both in force; about `windows` windows are to come, or many.
  func set(_ options: inout ClassifierOptions, windows: Int? = nil) throws(ClassifierError) {
    let chosen = try choose(windows: windows)
    (options.gpu, options.precision) = (chosen.gpu, chosen.precision)
  }

  func choose(windows: Int? = nil) throws(ClassifierError) -> (gpu: GPU?, precision: Network.Precision) {
    switch device {
    case .cpu: return (nil, precision.resolved(onGPU: false))
    case .gpu(let choice):
      let gpu = try GPU.find(choice)
      return (gpu, precision.resolved(on: gpu))
    case .automatic: return try automatic(windows)
    }
  }

  /// The first discrete GPU that passes its test, if the work is worth its start.
  private func automatic(_ windows: Int?) throws(ClassifierError) -> (gpu: GPU?, precision: Network.Precision)
  {
    if case .given(.f16) = precision {
      let gpu = try GPU.find(.discrete)
      return (gpu, .f16)
    }
    let onCPU = (gpu: GPU?.none, precision: precision.resolved(onGPU: false))
    guard precision.isComputed(onGPU: true) else {
      Terminal.warn("computing on the CPU, which \(onCPU.precision.rawValue) is for")
      return onCPU
    }
    if let windows, windows < Self.fewestWindows {
      Terminal.warn("computing on the CPU: so few windows are not worth the start of a GPU")
      return onCPU
    }
    do throws(ClassifierError) {
      let gpu = try GPU.find(.discrete)
      let chosen = precision.resolved(on: gpu)
      try gpu.test(chosen)
      Terminal.warn("computing on \(gpu.facts.name)")
      return (gpu, chosen)
    } catch {
      Terminal.warn("computing on the CPU: \(error.subject): \(error.cause)")
      return onCPU
    }
  }

  private static let fewestWindows = 20
}

/// `cpu`, `gpu`, `gpu:N` or `auto`.
enum DeviceArgument: ExpressibleByArgument, Equatable {
  case cpu
  case gpu(GPU.Choice)
  case automatic

  init?(argument: String) {
    switch argument {
    case "cpu": self = .cpu
    case "gpu": self = .gpu(.best)
    case "auto": self = .automatic
    default:
      guard argument.hasPrefix("gpu:"), argument.count > 4 else { return nil }
      self = .gpu(.named(String(argument.dropFirst(4))))
    }
  }

  /// Whether a GPU was asked for, and nothing else will do.
  var isGPU: Bool { if case .gpu = self { true } else { false } }

  var defaultValueDescription: String {
    switch self {
    case .cpu: "cpu"
    case .gpu(let choice): "\(choice)"
    case .automatic: "auto"
    }
  }

  static let help = ArgumentHelp(
    """
    What computes: cpu, gpu (a discrete one before an integrated one), gpu:N by the number, UUID or a part \
    of the name that `devices` lists, or auto (a discrete GPU where there is one and 20 windows are to come, \
    else the CPU).
    """, valueName: "cpu, gpu, gpu:N or auto")
}

/// A precision, or `fast`: whatever is fastest there.
enum PrecisionArgument: ExpressibleByArgument, Equatable {
  case fast
  case given(Network.Precision)

  init?(argument: String) {
    if argument == "fast" {
      self = .fast
    } else {
      guard let precision = Network.Precision(rawValue: argument) else { return nil }
      self = .given(precision)
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .fast: "fast"
    case .given(let precision): precision.rawValue
    }
  }

  static var allValueStrings: [String] { Network.Precision.allCases.map(\.rawValue) + ["fast"] }

  func isComputed(onGPU: Bool) -> Bool {
    switch self {
    case .fast: true
    case .given(let precision): precision.runs(onGPU: onGPU)
    }
  }

  /// A usage error where it is not computed there.
  func check(onGPU: Bool) throws {
    guard case .given(let precision) = self, !precision.runs(onGPU: onGPU) else { return }
    throw ValidationError(
      onGPU
        ? "--precision \(precision.rawValue) is for CPUs alone, a GPU computes in f32 or f16 (--device cpu)"
        : "--precision \(precision.rawValue) is for GPUs alone (--device gpu)")
  }

  func resolved(onGPU: Bool) -> Network.Precision {
    switch self {
    case .fast: onGPU ? .f16 : .fastest
    case .given(let precision): precision
    }
  }

  func resolved(on gpu: GPU) -> Network.Precision {
    self == .fast ? gpu.facts.precisions[0] : resolved(onGPU: true)
  }

  static let help: ArgumentHelp = {
    let errors = Network.Precision.allCases.map { "\($0.logitError) in \($0.rawValue)" }.joined(
      separator: ", ")
    return """
      Numbers of the network. Logits are off by about \(errors) of their own size (root mean square). f16 is \
      for GPUs, bf16 and int8 for CPUs. fast is f16 on a GPU; on a CPU int8 where it has instructions for \
      it, else f32.
      """
  }()
}
