import CKernels
import CVulkan
import TestSupport
import Testing

@testable import Inference

/// Single convolutions on a GPU, beside the scalar reference.
@Suite(.enabled(if: SoftwareGPU.isAvailable, SoftwareGPU.need), .slow, .serialized)
struct GPUConvolutionTests {
  /// A convolution with its numbers.
  struct Case {
    let conv: ConvNorm
    let input: Extent
    let windows: Int
    let values, weights, residual, scale, bias: [Float]
    let adds: Bool

    init(seed: UInt64) {
      var random = GPUInput.Random(seed: seed)
      func extent(_ range: ClosedRange<Int>) -> Extent {
        Extent(random.int(range), random.int(range), random.int(range))
      }
      let kernel = extent(1...4)
      let padding = Extent(
        random.int(0...kernel.t - 1), random.int(0...kernel.y - 1), random.int(0...kernel.x - 1))
      let most = extent(1...9)
      input = Extent(max(most.t, kernel.t), max(most.y, kernel.y), max(most.x, kernel.x))
      conv = ConvNorm(
        name: "conv", norm: "norm", layer: 1, inChannels: random.int(1...19), outChannels: random.int(1...70),
        kernel: kernel, stride: extent(1...3), padding: padding, relu: random.int(0...1) == 1)
      windows = random.int(1...3)
      adds = random.int(0...1) == 1
      let output = conv.output(of: input)
      func floats(_ count: Int) -> [Float] { (0..<count).map { _ in random.float() } }
      values = floats(windows * conv.inChannels * input.t * input.y * input.x)
      weights = floats(conv.weightShape.reduce(1, *))
      residual = floats(windows * conv.outChannels * output.t * output.y * output.x)
      scale = floats(conv.outChannels)
      bias = floats(conv.outChannels)
    }

    var outputActivation: Activation {
      Activation(number: 1, channels: conv.outChannels, size: conv.output(of: input))
    }
    var inputActivation: Activation { Activation(number: 0, channels: conv.inChannels, size: input) }

    /// Of all windows, by the plain loops.
    var expected: [Float] {
      var geometry = conv.geometry
      let (size, output) = (values.count / windows, residual.count / windows)
      return (0..<windows).flatMap { window in
        var out = [Float](repeating: 0, count: output)
        let residual = Array(residual[(window * output)..<((window + 1) * output)])
        r2_reference_conv(
          &geometry, Array(values[(window * size)..<((window + 1) * size)]), Int32(input.t), Int32(input.y),
          Int32(input.x), weights, scale, bias, adds ? residual : nil, conv.relu ? 1 : 0, &out)
        return out
      }
    }

    /// The same on a GPU.
    func found(on device: GPUDevice) throws -> [Float] {
      let loader = try GPULoader(device)
      let packed = try #require(
        weights.withUnsafeBufferPointer { loader.pack(conv, $0, scale: scale, bias: bias) })
      let output = outputActivation
      let groups = output.groups(step: device.path.channelStep)
      let count = windows * output.positions * groups * 4
      let result = try GPUBuffer(device, bytes: count * device.elementBytes, R2_GPU_READ_BACK)
      let bindings = GPUStream.Bindings(
        input: try loader.buffer(grouped(values, inputActivation, device)),
        weights: try loader.buffer(packed.weights),
        finish: try loader.buffer(packed.finish.map(\.bitPattern)),
        residual: try loader.buffer(grouped(residual, output, device)), output: result,
        flags: try GPUBuffer(device, bytes: windows * 4, R2_GPU_READ_BACK))
      let stream = try GPUStream(device, sets: 1)
      let set = try stream.bind(bindings)
      try stream.begin()
      try GPUConvolution(conv, inputActivation, adds: adds).record(on: stream, set: set, windows: windows)
      try stream.finish()
      let found =
        device.isHalf
        ? UnsafeBufferPointer(start: result.memory(of: Float16.self), count: count).map(Float.init)
        : Array(UnsafeBufferPointer(start: result.memory(of: Float.self), count: count))
      return (0..<windows).flatMap { window in
        (0..<output.channels).flatMap { channel in
          (0..<output.positions).map { at in
            found[(window * output.positions + at) * groups * 4 + channel]
          }
        }
      }
    }

    /// [window][C][T, H, W] as the shaders read it; what pads the channels is zero.
    private func grouped(_ values: [Float], _ activation: Activation, _ device: GPUDevice) -> [UInt32] {
      let (positions, groups) = (activation.positions, activation.groups(step: device.path.channelStep))
      var padded = [Float](repeating: 0, count: windows * positions * groups * 4)
      for (index, value) in values.enumerated() {
        let (row, at) = index.quotientAndRemainder(dividingBy: positions)
        let (window, channel) = row.quotientAndRemainder(dividingBy: activation.channels)
        padded[(window * positions + at) * groups * 4 + channel] = value
      }
      guard device.isHalf else { return padded.map(\.bitPattern) }
      return stride(from: 0, to: padded.count, by: 2).map {
        UInt32(Float16(padded[$0]).bitPattern) | UInt32(Float16(padded[$0 + 1]).bitPattern) << 16
      }
    }
  }

  @Test(
    "Convolutions of any kernel, stride and padding agree with the scalar reference", arguments: 0..<20,
    SoftwareGPU.paths)
  func random(group: UInt64, path: GPUPath) throws {
    let device = try SoftwareGPU.device(path)
    for seed in (10 * group)..<(10 * group + 10) {
      let trial = Case(seed: seed)
      let error = GPUSelfTest.error(of: try trial.found(on: device), expected: trial.expected)
      #expect(error < path.tolerance, "seed \(seed): \(trial.conv) on \(trial.input)")
    }
  }

  @Test("What is not a number stays none behind a ReLU")
  func notANumber() throws {
    let trial = try #require((0..<100).lazy.map { Case(seed: $0) }.first { $0.conv.relu && $0.adds })
    let bad = Case(trial, residual: Array(repeating: .nan, count: trial.residual.count))
    #expect(try bad.found(on: SoftwareGPU.device(.f32)).allSatisfy(\.isNaN))
  }
}

extension GPUConvolutionTests.Case {
  init(_ other: Self, residual: [Float]) {
    conv = other.conv
    input = other.input
    windows = other.windows
    values = other.values
    weights = other.weights
    scale = other.scale
    adds = other.adds
    bias = other.bias
    self.residual = residual
  }
}
