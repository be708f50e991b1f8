import Inference

extension GPU {
  /// What its driver says of it.
  public struct Facts: Sendable, Equatable {
    public enum Kind: String, Sendable {
      case discrete, integrated, virtual
      /// A driver that computes on the CPU.
      case software
      case other
    }

    /// By which it can be asked for; another start of the machine may give it another.
    public let number: Int
    public let name: String
    public let kind: Kind
    public let driver: String
    public let driverVersion: String
    /// 8-4-4-4-12 hexadecimal digits.
    public let uuid: String
    /// Bytes of memory of its own, or of the machine's where it has none.
    public let memory: Int
    /// Of these, what may still be taken, where the driver says so.
    public let freeMemory: Int?
    /// What it computes in, the fastest first.
    public let precisions: [Network.Precision]
    /// How it computes in each of them: `f16 on 16×16×16 matrices`.
    public let paths: [String]
    /// Why the matrices that its driver lists are not used.
    public let deniedMatrices: String?
    /// Why it cannot be used.
    public let problem: String?

    init(_ facts: GPUFacts) {
      number = facts.number
      name = facts.name
      kind = Kind(facts.kind)
      driver = facts.driver
      driverVersion = facts.driverVersion
      uuid = facts.uuid
      memory = facts.memory
      freeMemory = facts.freeMemory
      precisions = facts.hasF16 ? [.f16, .f32] : [.f32]
      paths = precisions.map { GPUPath(isHalf: $0 == .f16, on: facts).name(on: facts) }
      deniedMatrices = facts.deniedMatrices
      problem = facts.problem
    }
  }
}

extension GPU.Facts.Kind {
  fileprivate init(_ kind: GPUFacts.Kind) {
    self =
      switch kind {
      case .discrete: .discrete
      case .integrated: .integrated
      case .virtual: .virtual
      case .software: .software
      case .other: .other
      }
  }
}
