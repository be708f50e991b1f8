import CKernels
import Testing

@testable import Inference

/// Every algorithm, on the network's shapes and on ragged ones, against the scalar reference.
@Suite struct ConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let channels: (Int, Int)
    let kernel: Extent
    let stride: Extent
    let input: Extent
    let algorithm: Algorithm
    var windows = 1
    var testDescription: String {
      "\(channels.0)→\(channels.1) \(kernel.t)×\(kernel.y)×\(kernel.x) / \(stride.t)\(stride.y) on \(input.t)×\(input.y)×\(input.x), \(algorithm.name)\(algorithm.byChannels ? " by channels" : ""), \(windows) windows"
    }

    var conv: ConvNorm {
      ConvNorm(
        name: "c", norm: "n", layer: 2, inChannels: channels.0, outChannels: channels.1, kernel: kernel,
        stride: stride,
        padding: Extent(kernel.t / 2, kernel.y / 2, kernel.x / 2), relu: true)
    }
  }

  static func spatial(
    _ i: Int, _ o: Int, _ t: Int, _ y: Int, _ x: Int, tile: Int, byChannels: Bool = false, windows: Int = 1
  ) -> Case {
    Case(
      channels: (i, o), kernel: Extent(1, 3, 3), stride: Extent(1, 1, 1), input: Extent(t, y, x),
      algorithm: Algorithm(
        kind: R2_SPATIAL, rows: tile, columns: tile, mixed: tile == 6, byChannels: byChannels),
      windows: windows)
  }

  static func other(
    _ i: Int, _ o: Int, _ kernel: Extent, _ stride: Extent, _ input: Extent, _ kind: r2_algorithm,
    frames: Int = 0,
    byChannels: Bool = false, windows: Int = 1
  ) -> Case {
    let square = kind == R2_POLYPHASE ? 4 : 0
    return Case(
      channels: (i, o), kernel: kernel, stride: stride, input: input,
      algorithm: Algorithm(kind: kind, rows: square, columns: square, frames: frames, byChannels: byChannels),
      windows: windows)
  }

  static func folded(
    _ i: Int, _ o: Int, _ stride: Extent, _ input: Extent, _ kind: r2_algorithm, tile: Int,
    byChannels: Bool = false,
    windows: Int = 1
  ) -> Case {
    Case(
      channels: (i, o), kernel: Extent(3, 3, 3), stride: stride, input: input,
      algorithm: Algorithm(kind: kind, rows: tile, columns: tile, mixed: tile == 6, byChannels: byChannels),
      windows: windows)
  }

  static let time = Extent(3, 1, 1)
  static let square = Extent(1, 3, 3)
  static let one = Extent(1, 1, 1)
  static let half = Extent(1, 2, 2)

  static let cases: [Case] = [
    // layer1 … layer4 of r2plus1d_18, with fewer channels where that changes nothing but time
    spatial(64, 48, 2, 56, 56, tile: 6), spatial(64, 32, 1, 56, 56, tile: 4),
    spatial(32, 144, 2, 28, 28, tile: 4),
    spatial(64, 230, 2, 14, 14, tile: 4, byChannels: true),
    spatial(128, 96, 1, 7, 7, tile: 2, byChannels: true),
    spatial(64, 96, 2, 7, 7, tile: 4, byChannels: true, windows: 3),
    // ragged
    spatial(1, 1, 1, 1, 1, tile: 2), spatial(5, 17, 3, 9, 11, tile: 2), spatial(19, 33, 2, 13, 5, tile: 4),
    spatial(16, 16, 1, 3, 50, tile: 6), spatial(23, 15, 2, 26, 19, tile: 6, windows: 2),
    spatial(3, 50, 1, 10, 10, tile: 6, byChannels: true),
    // stride 2 in space
    other(64, 48, square, half, Extent(2, 56, 56), R2_POLYPHASE),
    other(40, 60, square, half, Extent(1, 28, 28), R2_POLYPHASE, byChannels: true),
    other(7, 9, square, half, Extent(2, 11, 15), R2_POLYPHASE, windows: 2),
    other(33, 20, square, half, Extent(2, 14, 14), R2_GATHER, byChannels: true),
    other(5, 3, square, half, Extent(1, 7, 9), R2_GATHER),
    other(70, 40, one, half, Extent(2, 28, 28), R2_GATHER),
    other(18, 20, one, Extent(2, 2, 2), Extent(4, 14, 14), R2_GATHER, byChannels: true, windows: 2),
    // time
    other(144, 64, time, one, Extent(8, 14, 14), R2_TEMPORAL, frames: 8),
    other(45, 64, time, one, Extent(16, 7, 9), R2_TEMPORAL, frames: 8, windows: 2),
    other(230, 40, time, one, Extent(4, 14, 14), R2_TEMPORAL, frames: 4),
    other(30, 21, time, one, Extent(2, 14, 14), R2_TEMPORAL, frames: 2, byChannels: true, windows: 3),
    other(9, 31, time, one, Extent(11, 3, 5), R2_TEMPORAL, frames: 8),
    other(16, 16, time, one, Extent(7, 4, 4), R2_TEMPORAL, frames: 4),
    other(20, 20, time, one, Extent(5, 3, 3), R2_TEMPORAL, frames: 2),
    other(60, 33, time, one, Extent(1, 7, 7), R2_DIRECT, byChannels: true),
    other(50, 40, time, Extent(2, 1, 1), Extent(8, 14, 14), R2_DIRECT),
    other(12, 40, time, Extent(2, 1, 1), Extent(5, 3, 4), R2_DIRECT, byChannels: true, windows: 2),
    other(24, 8, one, one, Extent(3, 5, 5), R2_DIRECT),
    // 3×3×3, temporal taps folded into the sums
    folded(20, 24, Extent(1, 1, 1), Extent(4, 9, 10), R2_SPATIAL, tile: 4),
    folded(48, 40, Extent(1, 1, 1), Extent(2, 28, 28), R2_SPATIAL, tile: 4, windows: 2),
    folded(17, 33, Extent(1, 1, 1), Extent(3, 26, 19), R2_SPATIAL, tile: 6),
    folded(33, 130, Extent(1, 1, 1), Extent(1, 7, 7), R2_SPATIAL, tile: 2, byChannels: true, windows: 2),
    folded(32, 24, Extent(2, 2, 2), Extent(5, 11, 15), R2_POLYPHASE, tile: 4),
    folded(64, 48, Extent(2, 2, 2), Extent(4, 28, 28), R2_POLYPHASE, tile: 4, byChannels: true, windows: 2),
    // whole 3D
    other(20, 24, Extent(3, 3, 3), one, Extent(4, 9, 10), R2_GATHER),
    other(20, 24, Extent(3, 3, 3), Extent(2, 2, 2), Extent(5, 9, 10), R2_GATHER, windows: 2),
  ]

  @Test(
    "Algorithms agree with the scalar reference", arguments: NetworkGoldenTests.sets.filter { $0 != .scalar },
    cases)
  func agrees(set: InstructionSet, test: Case) throws {
    let run = try ConvolutionRun(
      test.conv, input: test.input, windows: test.windows, algorithm: test.algorithm, set: set)
    let error = run.error(threads: 2)
    // float32: a thousand sums, times what F6 × F8 lose (5e-6 of the largest value)
    #expect(error.relative < 3e-5, "off by \(error.relative) of the largest value")
    #expect(error.guardsIntact, "wrote outside its buffers")
    #expect(run.error(threads: 3).output == error.output, "depends on the threads")
  }

  @Test(
    "In bfloat16 every algorithm agrees to its 8 bits, bit-identical for any number of threads",
    arguments: NetworkGoldenTests.sets.filter { $0 != .scalar },
    cases.filter { $0.algorithm.kind != R2_DIRECT })
  func agreesInBF16(set: InstructionSet, test: Case) throws {
    var algorithm = test.algorithm
    algorithm.operands = .bf16
    // tiles of 4 at most, as the plan has them
    if algorithm.rows == 6 { (algorithm.rows, algorithm.columns, algorithm.mixed) = (4, 4, false) }
    if algorithm.frames == 8 { algorithm.frames = 4 }
    let run = try ConvolutionRun(
      test.conv, input: test.input, windows: test.windows, algorithm: algorithm, set: set)
    let error = run.error(threads: 2)
    // an operand is off by 2⁻⁹ at most; F4 in both directions makes up to ten times that of it
    #expect(error.relative < 4e-2, "off by \(error.relative) of the largest value")
    #expect(error.guardsIntact, "wrote outside its buffers")
    #expect(run.error(threads: 3).output == error.output, "depends on the threads")
  }

  @Test(
    "With 8-bit products every algorithm agrees to their bits, bit-identical for any number of threads",
    arguments: NetworkGoldenTests.sets.filter { $0 != .scalar },
    cases.filter { $0.algorithm.kind != R2_DIRECT })
  func agreesInInt8(set: InstructionSet, test: Case) throws {
    var algorithm = test.algorithm
    algorithm.operands = .int8
    if algorithm.rows == 6 { (algorithm.rows, algorithm.columns, algorithm.mixed) = (4, 4, false) }
    if algorithm.frames == 8 { algorithm.frames = 4 }
    // folded phases must fill lines of 64 channels
    let isFolded = algorithm.kind == R2_POLYPHASE && test.kernel.t > 1
    let channels = isFolded ? (64, test.channels.1) : test.channels
    let conv = Case(
      channels: channels, kernel: test.kernel, stride: test.stride, input: test.input, algorithm: algorithm
    ).conv
    let run = try ConvolutionRun(
      conv, input: test.input, windows: test.windows, algorithm: algorithm, set: set)
    let error = run.error(threads: 2)
    // an operand is off by 1/254 of a tile's largest value, by twice that in 7 bits; F4 in both directions makes ten
    // times that of it
    let hasAllBits = set.kernels?.pointee.operands.2.bits != 7
    #expect(error.relative < (hasAllBits ? 8e-2 : 16e-2), "off by \(error.relative) of the largest value")
    #expect(error.guardsIntact, "wrote outside its buffers")
    #expect(run.error(threads: 3).output == error.output, "depends on the threads")
  }

  @Test(
    "The stem agrees with the scalar reference", arguments: NetworkGoldenTests.sets.filter { $0 != .scalar },
    [1, 3])
  func stem(set: InstructionSet, depth: Int) throws {
    let network = VideoResNet(
      stem: .basic(frames: depth, padding: depth / 2), kinds: Array(repeating: .conv2D, count: 4),
      depths: [1, 1, 1, 1],
      widths: [45, 16, 16, 16, 16], classes: 3
    ) { _, _, _ in 0 }
    let model = try Model(checkpoint: Formula.checkpoint(network))
    let window = try Formula.window(4)
    let fast = try Predictor(model, frames: 4, options: EngineOptions(threads: 2, instructionSet: set)).trace(
      window)
    let slow = try Predictor(model, frames: 4, options: EngineOptions(threads: 1, instructionSet: .scalar))
      .trace(window)
    for (a, b) in zip(fast, slow) {
      #expect(a.name == b.name)
      expectClose(a.values, b.values, a.name, tolerance: 1e-5)
    }
  }
}
