import Testing

@testable import Inference

/// What arXiv 1711.11248 and torchvision say of the networks.
@Suite struct FamilyTests {
  static let parameters = [
    ("r2d_18", 11_522_832), ("f_r2d_18", 11_381_712), ("mc2_18", 11_400_528), ("mc3_18", 11_695_440),
    ("mc4_18", 12_727_632), ("mc5_18", 16_856_400), ("rmc2_18", 33_352_656), ("rmc3_18", 33_057_744),
    ("rmc4_18", 32_025_552), ("rmc5_18", 27_896_784), ("r3d_18", 33_371_472), ("r2plus1d_18", 31_505_325),
    ("r2plus1d_34", 63_697_175),
  ]

  @Test("Every network has the published number of parameters", arguments: parameters)
  func counts(name: String, parameters: Int) throws {
    let network = try #require(VideoResNet(named: name))
    #expect(network.parameterCount == parameters)
    #expect(network.name == name)
  }

  @Test("The paper's r2plus1d_18 takes its middle widths per convolution")
  func paperWidths() {
    let widths = [64, 64, 128, 256, 512]
    let network = VideoResNet(
      stem: .r2Plus1D(mid: 45), kinds: Array(repeating: .conv2Plus1D, count: 4), depths: [2, 2, 2, 2],
      widths: widths,
      classes: 400
    ) { layer, block, conv in
      VideoResNet.midWidth(widths[block == 0 && conv == 1 ? layer - 1 : layer], widths[layer])
    }
    #expect(network.parameterCount == 33_370_839)
  }

  @Test("A network is read off its own tensors", arguments: VideoResNet.names)
  func readsItself(name: String) throws {
    let network = try #require(VideoResNet(named: name, classes: 7))
    let shapes = Dictionary(network.tensors.map { ($0.name, $0.shape) }) { first, _ in first }
    let read = try #require(VideoResNet(shapes: shapes))
    #expect(read.name == name)
    #expect(read.classes == 7)
    #expect(read.tensors.map(\.name) == network.tensors.map(\.name))
    #expect(read.tensors.map(\.shape) == network.tensors.map(\.shape))
  }

  @Test(
    "Multiply-adds of a 16-frame window are the published ones",
    arguments: [("r2plus1d_18", 40.5), ("r3d_18", 40.7), ("mc3_18", 43.3)])
  func multiplyAdds(name: String, billions: Double) throws {
    let network = try #require(VideoResNet(named: name))
    // 0.1 G: the published figures are rounded
    #expect(abs(try Double(network.multiplyAdds(frames: 16)) / 1e9 - billions) < 0.1)
  }

  @Test(
    "The operations of a network are those of its convolutions, a pool and a classifier",
    arguments: VideoResNet.names)
  func operations(name: String) throws {
    let network = try #require(VideoResNet(named: name, classes: 7))
    let operations = try network.operations(frames: 16)
    let convolutions = operations.compactMap { operation -> (name: String, adds: Bool, relu: Bool)? in
      guard case .convolution(let conv, let residual) = operation.kind else { return nil }
      return (conv.name, residual != nil, conv.relu)
    }
    #expect(Set(convolutions.map(\.name)) == Set(network.convolutions.map(\.name)))
    #expect(convolutions.count == network.convolutions.count && operations.count == convolutions.count + 2)
    // what is added is added by the last convolution of each block, whose ReLU follows
    let adding = convolutions.filter(\.adds).map(\.name)
    #expect(adding == network.blocks.compactMap { $0.conv2.last?.name })
    #expect(convolutions.allSatisfy { $0.relu != $0.name.hasSuffix("downsample.0") })
    // each reads what came to be before it
    #expect(operations.enumerated().allSatisfy { $0.element.input.number <= $0.offset })
    #expect(operations.map(\.output.number) == Array(1...operations.count))
    #expect(operations.last?.output.channels == 7)
  }

  @Test(
    "A window too short for a network is an error with its length",
    arguments: [("r2d_18", 15), ("r3d_18", 0)])
  func tooShort(name: String, frames: Int) throws {
    let network = try #require(VideoResNet(named: name))
    #expect { try network.operations(frames: frames) } throws: { error in
      if case .frames(frames, _)? = error as? ModelError { true } else { false }
    }
  }
}
