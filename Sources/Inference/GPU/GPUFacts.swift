import CVulkan

/// What a driver says of a GPU.
package struct GPUFacts: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case discrete, integrated, virtual
    /// A driver that computes on the CPU.
    case software
    case other
  }

  /// By which it can be asked for; another start of the machine may give it another.
  package let number: Int
  package let name: String
  package let kind: Kind
  package let driver: String
  package let driverVersion: String
  package let vulkan: String
  /// 8-4-4-4-12 hexadecimal digits.
  package let uuid: String
  /// Bytes.
  package let memory: Int
  /// Of these, what may still be taken, where the driver says so.
  package let freeMemory: Int?
  /// Bytes of a buffer that a shader may see at once.
  package let bindingBytes: Int
  /// Workgroups of a dispatch along one direction, and invocations of a workgroup.
  package let groups: Int
  package let lanes: Int
  package let sharedBytes: Int
  package let hasF16: Bool
  /// The cooperative matrices that it multiplies, in float16 summed in float32.
  package let matrix: Matrix?
  /// Invocations that share one, and how many such a workgroup may have.
  package let subgroupLanes: Int
  package let subgroups: Int
  /// Why those that it lists are not used.
  package let deniedMatrices: String?
  /// Why it cannot be used.
  package let problem: String?

  /// A fragment of sums, and its depth.
  package struct Matrix: Sendable, Equatable {
    package let rows, columns, depth: Int
  }

  init(number: Int, _ facts: r2_gpu_facts) {
    self.number = number
    name = Self.text(facts.name)
    kind = Kind(facts.type)
    driver = Self.text(facts.driver)
    driverVersion = Self.text(facts.driver_version)
    vulkan = "\(facts.vulkan_major).\(facts.vulkan_minor)"
    uuid = Self.digits(facts.uuid)
    memory = Int(clamping: facts.memory)
    freeMemory = facts.free_memory > 0 ? Int(clamping: facts.free_memory) : nil
    bindingBytes = Int(clamping: facts.binding_bytes)
    groups = Int(facts.groups)
    lanes = Int(facts.lanes)
    sharedBytes = Int(facts.shared_bytes)
    hasF16 = facts.has_f16 != 0
    let (m, n, k) = (Int(facts.matrix.m), Int(facts.matrix.n), Int(facts.matrix.k))
    matrix = m > 0 ? Matrix(rows: m, columns: n, depth: k) : nil
    subgroupLanes = Int(facts.subgroup_lanes)
    subgroups = Int(facts.subgroups)
    let denied = Self.text(facts.denied_matrices)
    deniedMatrices = denied.isEmpty ? nil : denied
    let problem = Self.text(facts.problem)
    self.problem = problem.isEmpty ? nil : problem
  }

  private static func text(_ characters: some Any) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func digits(_ uuid: some Any) -> String {
    let hex = Array("0123456789abcdef".utf8)
    let digits = withUnsafeBytes(of: uuid) { $0.flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] } }
    var rest = digits[...]
    return [8, 4, 4, 4, 12].map { count in
      defer { rest = rest.dropFirst(count) }
      return String(decoding: rest.prefix(count), as: UTF8.self)
    }
    .joined(separator: "-")
  }
}

extension GPUFacts.Kind {
  fileprivate init(_ type: r2_gpu_type) {
    self =
      switch type {
      case R2_GPU_DISCRETE: .discrete
      case R2_GPU_INTEGRATED: .integrated
      case R2_GPU_VIRTUAL: .virtual
      case R2_GPU_CPU: .software
      default: .other
      }
  }

  /// Those that are taken unasked, best first.
  fileprivate static let ranking: [Self] = [.discrete, .integrated, .virtual]
}

/// Which GPU is wanted.
package enum GPUChoice: Sendable, Hashable {
  /// A discrete one before an integrated one, never one of software.
  case best
  /// A discrete one alone.
  case discrete
  /// By its number, its UUID or a part of its name, whatever it is.
  case named(String)
}

extension [GPUFacts] {
  /// The one that is wanted.
  package func first(_ choice: GPUChoice) throws(ModelError) -> GPUFacts {
    switch choice {
    case .best: return try ranked(GPUFacts.Kind.ranking)
    case .discrete: return try ranked([.discrete])
    case .named(let name): return try named(name)
    }
  }

  /// `0: NAME (kind), 1: …`.
  private var list: String {
    map { "gpu:\($0.number) \($0.name) (\($0.kind.rawValue))" }.joined(separator: ", ")
  }

  private func ranked(_ kinds: [GPUFacts.Kind]) throws(ModelError) -> GPUFacts {
    for kind in kinds {
      if let found = first(where: { $0.kind == kind && $0.problem == nil }) { return found }
    }
    let candidates = filter { kinds.contains($0.kind) }
    if let unusable = candidates.first, let problem = unusable.problem {
      throw .gpu(GPUFailure(.unusable, "\(unusable.name): \(problem)"))
    }
    let words = kinds.map(\.rawValue).formatted
    throw .gpu(GPUFailure(.noMatch, "there is no \(words) GPU, only \(list)"))
  }

  private func named(_ name: String) throws(ModelError) -> GPUFacts {
    if let number = Int(name) {
      guard let found = first(where: { $0.number == number }) else {
        throw .gpu(GPUFailure(.noMatch, "no GPU has that number, there is \(list)"))
      }
      return found
    }
    let wanted = name.lowercased()
    let exact = filter { $0.uuid == wanted || $0.uuid.filter { $0 != "-" } == wanted }
    let found = exact.isEmpty ? filter { $0.name.lowercased().contains(wanted) } : exact
    guard let only = found.first, found.count == 1 else {
      let why = found.isEmpty ? "no GPU has that name or UUID, there is" : "several GPUs have that name:"
      throw .gpu(GPUFailure(.noMatch, "\(why) \((found.isEmpty ? self : found).list)"))
    }
    return only
  }
}

extension [String] {
  /// `a`, `a or b`, `a, b or c`
  fileprivate var formatted: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " or " + last
  }
}
