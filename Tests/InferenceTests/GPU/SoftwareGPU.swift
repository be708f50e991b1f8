import Testing

@testable import Inference

/// The device that the tests compute on: a driver that computes on the CPU, Mesa's lavapipe, of which every
/// machine can have one.
enum SoftwareGPU {
  static let library = try? GPULibrary.load()
  static let facts = library?.devices.first { $0.kind == .software && $0.problem == nil }
  static let isAvailable = facts != nil
  static let need: Comment = "needs a Vulkan driver that computes on the CPU (mesa-vulkan-drivers)"

  /// One for all tests: its shaders take a second to compile.
  private static let f32 = Result { try open(.f32) }
  private static let f16 = Result { try open(.f16) }
  private static let f16Matrix = Result { try open(.f16Matrix) }

  static func device(_ path: GPUPath) throws -> GPUDevice {
    switch path {
    case .f32: try f32.get()
    case .f16: try f16.get()
    case .f16Matrix: try f16Matrix.get()
    }
  }

  static func open(_ path: GPUPath, tiles: [GPUTile]? = nil) throws -> GPUDevice {
    try GPUDevice(#require(library), #require(facts), path, tiles: tiles)
  }

  /// Those that the driver has; without matrices `GPUMatrixTests` says so.
  static let paths: [GPUPath] = [.f32, .f16] + (hasMatrices ? [.f16Matrix] : [])

  /// Mesa's driver has them from 26.2 on.
  static let hasMatrices = facts?.matrix != nil
  static let needOfMatrices: Comment =
    "needs a Vulkan driver that computes on the CPU and multiplies cooperative matrices (Mesa 26.2)"

  static func options(_ path: GPUPath) throws -> EngineOptions {
    var options = EngineOptions(threads: 1, precision: path.isHalf ? .f16 : .f32)
    options.gpu = try device(path)
    return options
  }
}

/// What the GPU is given.
enum GPUInput {
  static func window(_ frames: Int, side: Int, seed: UInt64) throws -> [Sample] {
    let values = SampleValues(mean: [0.43, 0.39, 0.37], deviation: [0.22, 0.22, 0.21])
    var random = Random(seed: seed)
    return try (0..<frames).map { _ in
      let sample = try Sample(values, side: side)
      for i in 0..<(3 * side * side) { sample.bytes[i] = UInt8(truncatingIfNeeded: random.next() >> 32) }
      return sample
    }
  }

  /// The family's member of this name with few channels, which fill no tile.
  static func narrow(_ name: String, side: Int = 28) throws -> VideoResNet {
    let full = try #require(VideoResNet(named: name))
    var stem = full.stemKind
    if case .r2Plus1D = stem { stem = .r2Plus1D(mid: 5) }
    return VideoResNet(
      stem: stem, kinds: full.kinds, depths: full.layers.map(\.count), widths: [6, 6, 9, 14, 18],
      classes: 11, sampleSide: side
    ) { layer, block, conv in 4 + layer + 2 * block + conv }
  }

  /// The member with its own channels, on small samples.
  static func small(_ name: String, side: Int = 28) throws -> VideoResNet {
    let full = try #require(VideoResNet(named: name))
    let widths = [64, 64, 128, 256, 512]
    return VideoResNet(
      stem: full.stemKind, kinds: full.kinds, depths: full.layers.map(\.count), widths: widths, classes: 400,
      sampleSide: side
    ) { layer, block, _ in VideoResNet.midWidth(widths[block == 0 ? layer - 1 : layer], widths[layer]) }
  }

  /// A linear congruential generator (Knuth's MMIX): the same numbers everywhere.
  struct Random {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(next() >> 33) % range.count
    }

    /// −1 to 1.
    mutating func float() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) * 0x1p-31 }
  }
}

extension GPUPath {
  /// Of a logit, as a share of the logits' root mean square: float32 sums in another order, and activations
  /// rounded to 11 bits in float16.
  var tolerance: Double { isHalf ? 5e-3 : 1e-5 }
}
