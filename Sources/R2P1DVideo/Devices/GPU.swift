import Inference
import Synchronization

/// A GPU that may compute networks instead of the CPU: `ClassifierOptions.gpu`. Found through Vulkan, which
/// is loaded when it is asked for.
public final class GPU: Sendable {
  /// Which one is wanted.
  public enum Choice: Sendable, Hashable {
    /// A discrete one before an integrated one; never a driver that computes on the CPU.
    case best
    /// A discrete one alone.
    case discrete
    /// By its number, its UUID or a part of its name, whatever it is.
    case named(String)
  }

  /// What its driver says of it.
  public let facts: Facts
  private let library: GPULibrary
  /// Opened once a precision.
  private let opened = Mutex<[Network.Precision: (device: GPUDevice, error: Double)]>([:])

  private init(_ library: GPULibrary, _ facts: GPUFacts) {
    self.library = library
    self.facts = Facts(facts)
  }

  /// All that there are, those too that cannot be used; throws where there is none, and says why.
  public static func all() throws(ClassifierError) -> [GPU] {
    try namingGPU("gpu") { () throws(ModelError) in
      let library = try GPULibrary.load()
      return library.devices.map { GPU(library, $0) }
    }
  }

  /// The one that is wanted.
  public static func find(_ choice: Choice) throws(ClassifierError) -> GPU {
    try namingGPU("\(choice)") { () throws(ModelError) in
      let library = try GPULibrary.load()
      return GPU(library, try library.devices.first(choice.engine))
    }
  }

  /// Opens it for `precision`, where it is not open yet, and has it compute a small network beside the scalar
  /// reference. Throws where it cannot be used; else the largest error of a logit, as a share of their root
  /// mean square.
  @discardableResult
  public func test(_ precision: Network.Precision = .f32) throws(ClassifierError) -> Double {
    try open(precision).error
  }

  func device(for precision: Network.Precision) throws(ClassifierError) -> GPUDevice {
    try open(precision).device
  }

  private func open(_ precision: Network.Precision) throws(ClassifierError) -> (
    device: GPUDevice, error: Double
  ) {
    // A closure's own typed error does not pass through `withLock`.
    let result = opened.withLock { opened -> Result<(device: GPUDevice, error: Double), ClassifierError> in
      if let known = opened[precision] { return .success(known) }
      return Result { () throws(ClassifierError) in
        let new = try namingGPU(facts.name) { () throws(ModelError) in
          guard precision.engine.runs(onGPU: true) else { throw .precision(precision.engine, onGPU: true) }
          let device = try GPUDevice(library, number: facts.number, isHalf: precision == .f16)
          return (device: device, error: try device.test())
        }
        opened[precision] = new
        return new
      }
    }
    return try result.get()
  }

  /// Windows that it is given at once: enough to fill it, few enough to be small beside its memory.
  package var batch: Int {
    switch facts.kind {
    case .discrete, .virtual: 16
    case .integrated, .other: 8
    case .software: 4
    }
  }
}

extension GPU.Choice: CustomStringConvertible {
  /// `gpu`, or `gpu:` and what it is asked for by.
  public var description: String {
    switch self {
    case .best, .discrete: "gpu"
    case .named(let name): "gpu:\(BytePath(name).printable)"
    }
  }

  fileprivate var engine: GPUChoice {
    switch self {
    case .best: .best
    case .discrete: .discrete
    case .named(let name): .named(name)
    }
  }
}

/// What `body` gives; its error is that of the GPU called `name`.
func namingGPU<Value>(
  _ name: String, _ body: () throws(ModelError) -> Value
) throws(ClassifierError) -> Value {
  do {
    return try body()
  } catch {
    throw ClassifierError(error, of: name)
  }
}

extension ClassifierError {
  /// Of the GPU called `name`.
  init(_ error: ModelError, of name: String) {
    guard case .gpu(let failure) = error else {
      self = .gpu(name, cause: "\(error)", kind: FailureKind(error.kind))
      return
    }
    let remedy: FailureRemedy =
      switch failure.kind {
      case .absent: .installGPUDriver
      case .overflow: .exactPrecision
      case .variable: .correctVariable
      case .noMatch, .unusable, .limit, .outOfMemory, .lost, .other: .computeOnCPU
      }
    self = .gpu(name, cause: failure.text, kind: FailureKind(error.kind), remedy: remedy)
  }
}
