import Checkpoints
import Inference
import TestSupport

/// The formula that weights and inputs of the network goldens come from; make_networks.py has the same.
enum Formula {
  static func uniform(_ name: String, _ count: Int) -> [Double] {
    let seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return (0..<count).map { i in
      var z = (UInt64(i) &* 0x9E37_79B9_7F4A_7C15) ^ seed
      z = (z ^ (z >> 32)) &* 0xD6E8_FEB8_6659_FD93
      z ^= z >> 32
      return Double(z >> 40) / 0x1p23 - 1
    }
  }

  static func tensor(_ name: String, _ shape: [Int]) -> [Float] {
    let u = uniform(name, shape.reduce(1, *))
    let value: (Double) -> Double
    if shape.count == 5 {
      let scale = (6 / Double(shape[0] * shape[2] * shape[3] * shape[4])).squareRoot()
      value = { $0 * scale }
    } else if name == "fc.weight" {
      value = { $0 * 0.1 }
    } else if name == "fc.bias" {
      value = { $0 * 0.5 }
    } else if name.hasSuffix("running_mean") {
      value = { $0 * 0.3 }
    } else if name.hasSuffix("running_var") {
      value = { 1.25 + 0.75 * $0 }
    } else if name.hasSuffix("weight") {
      value = { 1 + 0.5 * $0 }
    } else {
      value = { $0 * 0.2 }
    }
    return u.map { Float(value($0)) }
  }

  static func window(_ frames: Int) throws -> [Sample] {
    let plane = Sample.side * Sample.side
    let bytes = uniform("window \(frames)", 3 * frames * plane).map { UInt8(($0 + 1) * 128) }
    let values = SampleValues(mean: [0.43216, 0.394666, 0.37645], deviation: [0.22803, 0.22145, 0.216989])
    return try (0..<frames).map { frame in
      let sample = try Sample(values)
      for channel in 0..<3 {
        for i in 0..<plane {
          sample.bytes[channel * plane + i] = bytes[(channel * frames + frame) * plane + i]
        }
      }
      return sample
    }
  }

  /// A checkpoint of `network` with the formula's weights, in memory.
  static func checkpoint(_ network: VideoResNet) throws -> Checkpoint {
    let tensors = try network.tensors.map {
      try StoredTensor(name: $0.name, shape: $0.shape, values: tensor($0.name, $0.shape))
    }
    var bytes: [UInt8] = []
    try Checkpoint.encode(tensors, metadata: [:]) { bytes += $0 }
    return try Checkpoint(bytes: bytes, path: "formula.safetensors")
  }

  /// The (2+1)D network of the goldens with few channels.
  static func narrow(_ widths: [Int], classes: Int) -> VideoResNet {
    VideoResNet(
      stem: .r2Plus1D(mid: 13), kinds: Array(repeating: .conv2Plus1D, count: 4), depths: [2, 2, 2, 2],
      widths: widths,
      classes: classes
    ) { layer, block, _ in VideoResNet.midWidth(widths[block == 0 ? layer - 1 : layer], widths[layer]) }
  }
}
