import Foundation

/// A narrow R(2+1)D-18 with seeded weights, as the bytes of a safetensors file of some hundred kilobytes:
/// whatever its labels mean, it makes the program do all that it does with a full one.
package enum NarrowCheckpoint {
  /// `factors` multiply tensors by their names; with `counters` each BatchNorm counted 0 batches.
  package static func safetensors(
    classes: Int = 400, seed: UInt64 = 1, metadata: [String: String] = [:], without prefix: String = "none",
    factors: [String: Double] = [:], counters: Bool = false
  ) throws -> Data {
    var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
    var values = Data()
    var noise = Noise(state: seed)
    for tensor in tensors(classes: classes) where !tensor.name.hasPrefix(prefix) {
      let count = tensor.shape.reduce(1, *)
      let factor = factors[tensor.name] ?? 1
      let start = values.count
      for _ in 0..<count {
        let value = Float(factor * (tensor.mean + tensor.deviation * noise.next()))
        withUnsafeBytes(of: value.bitPattern.littleEndian) { values.append(contentsOf: $0) }
      }
      header[tensor.name] = ["dtype": "F32", "shape": tensor.shape, "data_offsets": [start, values.count]]
      guard counters, tensor.name.hasSuffix("running_var") else { continue }
      let name = tensor.name.dropLast("running_var".count) + "num_batches_tracked"
      values.append(Data(count: 8))
      header[String(name)] = [
        "dtype": "I64", "shape": [Int](), "data_offsets": [values.count - 8, values.count],
      ]
    }
    let facts = try JSONSerialization.data(
      withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    var file = withUnsafeBytes(of: UInt64(facts.count).littleEndian) { Data($0) }
    file.append(facts)
    file.append(values)
    return file
  }

  /// The tensors of several such files in one, each file's behind its prefix.
  package static func joined(_ files: [(prefix: String, file: Data)]) throws -> Data {
    var header: [String: Any] = [:]
    var values = Data()
    for (prefix, file) in files {
      let parts = try SafetensorsFile.parts(of: file)
      for (name, field) in parts.header {
        guard var field = field as? [String: Any], let range = field["data_offsets"] as? [Int] else {
          continue
        }
        field["data_offsets"] = range.map { $0 + values.count }
        header[prefix + name] = field
      }
      values += parts.values
    }
    let facts = try JSONSerialization.data(withJSONObject: header, options: [.withoutEscapingSlashes])
    return withUnsafeBytes(of: UInt64(facts.count).littleEndian) { Data($0) } + facts + values
  }

  private struct Tensor {
    let name: String
    let shape: [Int]
    var mean = 0.0
    var deviation = 1.0
  }

  /// Channels after the stem and after each layer, and between the halves of each (2+1)D convolution.
  private static let widths = [8, 8, 8, 16, 16]
  private static let middle = 12

  private static func tensors(classes: Int) -> [Tensor] {
    var all =
      conv("stem.0", norm: "stem.1", [6, 3, 1, 7, 7]) + conv("stem.3", norm: "stem.4", [8, 6, 3, 1, 1])
    for layer in 1...4 {
      for block in 0...1 {
        let name = "layer\(layer).\(block)"
        let (input, output) = (block == 0 ? widths[layer - 1] : widths[layer], widths[layer])
        for (half, channels) in [("conv1", input), ("conv2", output)] {
          all += conv("\(name).\(half).0.0", norm: "\(name).\(half).0.1", [middle, channels, 1, 3, 3])
          all += conv("\(name).\(half).0.3", norm: "\(name).\(half).1", [output, middle, 3, 1, 1])
        }
        if layer > 1 && block == 0 {
          all += conv("\(name).downsample.0", norm: "\(name).downsample.1", [output, input, 1, 1, 1])
        }
      }
    }
    let features = widths[4]
    return all + [
      Tensor(name: "fc.weight", shape: [classes, features], deviation: 0.5),
      Tensor(name: "fc.bias", shape: [classes], deviation: 0.5),
    ]
  }

  /// Seeded numbers with mean 0 and deviation 1, from -1.73 to 1.73. No other generator can take its place:
  /// one of the files made with it has a SHA-256 that was sought.
  private struct Noise {
    var state: UInt64

    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 11) / Double(1 << 53) - 0.5) * 12.0.squareRoot()
    }
  }

  private static func conv(_ name: String, norm: String, _ shape: [Int]) -> [Tensor] {
    let taps = Double(shape.dropFirst().reduce(1, *))
    return [
      Tensor(name: "\(name).weight", shape: shape, deviation: (2 / taps).squareRoot()),
      Tensor(name: "\(norm).weight", shape: [shape[0]], mean: 1, deviation: 0.1),
      Tensor(name: "\(norm).bias", shape: [shape[0]], deviation: 0.1),
      Tensor(name: "\(norm).running_mean", shape: [shape[0]], deviation: 0.1),
      Tensor(name: "\(norm).running_var", shape: [shape[0]], mean: 1, deviation: 0.1),
    ]
  }
}

extension TemporaryFolder {
  /// A folder with a narrow checkpoint in it, and the checkpoint's path.
  package static func withNarrowCheckpoint(
    classes: Int = 400, metadata: [String: String] = [:]
  ) throws -> (folder: TemporaryFolder, model: String) {
    let folder = try TemporaryFolder()
    let file = try NarrowCheckpoint.safetensors(classes: classes, metadata: metadata)
    return (folder, try folder.write("narrow.safetensors", file))
  }
}
