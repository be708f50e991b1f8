import Testing

@testable import Inference

/// Random weights are those that torchvision's `VideoResNet` begins with.
@Suite struct RandomWeightsTests {
  private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / count).squareRoot())
  }

  /// Out channels × kernel volume; the classifier's deviation of 0.01 is that of 20,000.
  static let fansOut = [
    ("stem.0", 45 * 49), ("stem.3", 64 * 3), ("layer1.0.conv1.0.0", 144 * 9), ("layer2.0.conv1.0.3", 128 * 3),
    ("layer2.0.downsample.0", 128), ("layer3.1.conv2.0.0", 576 * 9), ("fc", 20_000),
  ]

  @Test("Convolutions are Kaiming normal by fan out, the classifier normal with deviation 0.01")
  func deviations() throws {
    let model = try Model(random: "r2plus1d_18", seed: 3)
    for (name, fanOut) in Self.fansOut {
      let expected = (2 / Double(fanOut)).squareRoot()
      let values = model.values("\(name).weight")
      let (mean, deviation) = moments(values)
      let count = Double(values.count)
      // Five standard errors of a sample's mean and deviation.
      #expect(abs(mean) < 5 * expected / count.squareRoot(), "\(name)")
      #expect(abs(deviation / expected - 1) < 5 / (2 * count).squareRoot(), "\(name)")
      // As many beyond two deviations as a normal distribution has, 4.55 %, and some beyond three.
      let far = Double(values.count { abs(Double($0)) > 2 * expected }) / count
      #expect(abs(far - 0.0455) < 5 * (0.0455 / count).squareRoot(), "\(name)")
      #expect(values.contains { abs(Double($0)) > 3 * expected }, "\(name)")
    }
  }

  @Test("BatchNorm begins as the identity, the classifier's bias at 0", arguments: ["r2plus1d_18", "mc3_18"])
  func norms(name: String) throws {
    let model = try Model(random: name, seed: 3)
    for tensor in model.network.tensors where tensor.shape.count == 1 {
      let ones = tensor.name.hasSuffix("weight") || tensor.name.hasSuffix("running_var")
      #expect(model.values(tensor.name).allSatisfy { $0 == (ones ? 1 : 0) }, "\(tensor.name)")
    }
  }

  @Test(
    "zero_init_residual sets the last BatchNorm of each block to 0, and nothing else",
    arguments: [("r2plus1d_18", 8), ("r3d_18", 8), ("r2d_18", 8), ("r2plus1d_34", 16)])
  func zeroInitResidual(name: String, blocks: Int) throws {
    let plain = try Model(random: name, seed: 3)
    let zero = try Model(random: name, seed: 3, zeroInitResidual: true)
    var changed: Set<String> = []
    for tensor in plain.network.tensors where tensor.shape.count == 1 {
      let values = zero.values(tensor.name)
      if values != plain.values(tensor.name) {
        changed.insert(tensor.name)
        #expect(values.allSatisfy { $0 == 0 })
      }
    }
    #expect(changed.count == blocks && changed.allSatisfy { $0.hasSuffix(".conv2.1.weight") }, "\(changed)")
    #expect(
      zero.values("layer1.1.conv1.0.weight".inTerms(of: name))
        == plain.values("layer1.1.conv1.0.weight".inTerms(of: name)))
  }

  @Test("The same seed gives the same weights, another one others; no two tensors are alike")
  func seeds() throws {
    let name = "layer1.0.conv1.0.0.weight"
    let first = try Model(random: "r2plus1d_18", seed: 7).values(name)
    #expect(try Model(random: "r2plus1d_18", seed: 7).values(name) == first)
    #expect(try Model(random: "r2plus1d_18", seed: 8).values(name) != first)
    #expect(try Model(random: "r2plus1d_18", seed: 7).values("layer1.0.conv2.0.0.weight") != first)
    // What it gave when it was written; libraries of mathematics differ in a logarithm's or a sine's last
    // digit.
    let expected: [Float] = [-0.019618679, -0.028661942, -0.0038565532]
    #expect(zip(first, expected).allSatisfy { abs($0 - $1) < 1e-7 })
  }
}

extension String {
  /// A convolution's name in a network whose (2+1)D ones are two in one.
  fileprivate func inTerms(of network: String) -> String {
    network.hasPrefix("r2plus1d") ? replacing("conv1.0.weight", with: "conv1.0.0.weight") : self
  }
}
