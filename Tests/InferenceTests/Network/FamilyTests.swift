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
    #expect(abs(Double(network.multiplyAdds(frames: 16)) / 1e9 - billions) < 0.1)
  }
}
