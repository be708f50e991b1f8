#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether a GPU computes what the scalar reference does, on a small network with every kind of convolution.
enum GPUSelfTest {
  /// The largest error of a logit, as a share of their root mean square.
  static func error(of device: GPUDevice) throws(ModelError) -> Double {
    let model = Model(random: network, seed: 1)
    let frames = 3
    let windows = try [noise(frames, seed: 1), noise(frames, seed: 2)]
    let plan = try GPUPlan(model.network, frames: frames, channelStep: device.path.channelStep)
    let found = try GPUExecutor(GPUWeights(model, plan, device), windows: 2).run(windows)
    let reference = ReferenceExecutor(try ReferenceWeights(model, frames: frames))
    let expected = reference.run(windows)
    return zip(found, expected).map { Self.error(of: $0.logits, expected: $1.logits) }.max() ?? .infinity
  }

  /// What is too much: float32 errs by a millionth, float16 by a few thousandths.
  static func isGood(_ error: Double, isHalf: Bool) -> Bool { error <= (isHalf ? 2e-2 : 1e-4) }

  /// The largest error as a share of the root mean square of what is expected.
  static func error(of found: [Float], expected: [Float]) -> Double {
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    let square = expected.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(expected.count, 1))
    let largest = zip(found, expected).map { abs(Double($0) - Double($1)) }.max() ?? 0
    return largest / max(square.squareRoot(), .leastNormalMagnitude)
  }

  /// Widths that fill no tile.
  private static var network: VideoResNet {
    VideoResNet(
      stem: .r2Plus1D(mid: 5), kinds: [.conv2Plus1D, .conv3D, .conv2D, .conv2Plus1D], depths: [1, 1, 1, 1],
      widths: [6, 6, 9, 13, 10], classes: 7, sampleSide: 20
    ) { _, _, _ in 7 }
  }

  private static func noise(_ frames: Int, seed: UInt64) throws(ModelError) -> [Sample] {
    let values = SampleValues(mean: [0.4, 0.4, 0.4], deviation: [0.2, 0.2, 0.2])
    var state = seed
    var samples: [Sample] = []
    for _ in 0..<frames {
      let sample = try Sample(values, side: network.sampleSide)
      for i in 0..<(3 * sample.side * sample.side) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        sample.bytes[i] = UInt8(truncatingIfNeeded: state >> 56)
      }
      samples.append(sample)
    }
    return samples
  }
}

extension GPUDevice {
  package convenience init(_ library: GPULibrary, number: Int, isHalf: Bool) throws(ModelError) {
    let facts = try library.devices.first(.named("\(number)"))
    guard let text = getenv("R2P1D_GPU_TILE").map({ String(cString: $0) }), !text.isEmpty else {
      try self.init(library, facts, GPUPath(isHalf: isHalf, on: facts))
      return
    }
    // What a device is measured with: one tile for all layers.
    guard let tile = GPUTile(text), tile.fits(facts), isHalf || tile.partRows == 0 else {
      throw .gpu(GPUFailure(.variable, "R2P1D_GPU_TILE=\(text) does not suit it"))
    }
    try self.init(library, facts, tile.partRows > 0 ? .f16Matrix : isHalf ? .f16 : .f32, tiles: [tile])
  }

  /// Throws where it computes wrongly; else the error, as a share of the logits' root mean square.
  @discardableResult
  package func test() throws(ModelError) -> Double {
    let error = try GPUSelfTest.error(of: self)
    guard GPUSelfTest.isGood(error, isHalf: isHalf) else {
      throw .gpu(GPUFailure(.unusable, "its self-test is off by \(error) of the logits' size"))
    }
    return error
  }
}
