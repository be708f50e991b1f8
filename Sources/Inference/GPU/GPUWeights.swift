import CVulkan

/// A network's weights in a GPU's memory, for any number of workers. Nothing of it changes.
final class GPUWeights: Sendable {
  /// Of a convolution: `finish` holds what is added to each channel's sum, behind it what this is multiplied
  /// by before.
  struct Convolution: Sendable {
    let weights: GPUBuffer
    let finish: GPUBuffer
  }

  let device: GPUDevice
  let plan: GPUPlan
  let convolutions: [String: Convolution]
  let classifier: GPUBuffer  // [input][class]
  let classifierBias: GPUBuffer
  let byteCount: Int

  init(_ model: Model, _ plan: GPUPlan, _ device: GPUDevice) throws(ModelError) {
    let loader = try GPULoader(device)
    var convolutions: [String: Convolution] = [:]
    for conv in model.network.convolutions {
      convolutions[conv.name] = try loader.convolution(conv, of: model)
    }
    (classifier, classifierBias) = try loader.classifier(of: model)
    self.device = device
    self.plan = plan
    self.convolutions = convolutions
    byteCount =
      convolutions.values.reduce(classifier.bytes + classifierBias.bytes) {
        $0 + $1.weights.bytes + $1.finish.bytes
      }
  }
}

/// Brings weights into a GPU's memory.
final class GPULoader {
  private let device: GPUDevice
  private let stream: GPUStream
  private let staging: GPUBuffer

  private static let stagingBytes = 4 << 20

  init(_ device: GPUDevice) throws(ModelError) {
    self.device = device
    stream = try GPUStream(device, sets: 1)
    staging = try GPUBuffer(device, bytes: Self.stagingBytes, R2_GPU_WRITTEN)
  }

  func convolution(_ conv: ConvNorm, of model: Model) throws(ModelError) -> GPUWeights.Convolution {
    let norm = try model.foldedNorm(conv)
    let name = "\(conv.name).weight"
    let packed = model.withTensor(name) { weights in
      pack(conv, weights, scale: norm.scale.map { Float($0) }, bias: norm.bias.map { Float($0) })
    }
    guard let packed else { throw model.notFinite([name]) }
    model.release(name)
    return GPUWeights.Convolution(
      weights: try buffer(packed.weights), finish: try buffer(packed.finish.map(\.bitPattern)))
  }

  /// The weights as the shaders read them, and the addends and factors of padded channels; nil where a number
  /// is not finite.
  func pack(
    _ conv: ConvNorm, _ weights: UnsafeBufferPointer<Float>, scale: [Float], bias: [Float]
  ) -> (weights: [UInt32], finish: [Float])? {
    let taps = Int32(conv.kernel.t * conv.kernel.y * conv.kernel.x)
    let (inputs, outputs) = (Int32(conv.inChannels), Int32(conv.outChannels))
    let count = r2_gpu_weight_count(device.path.code, inputs, outputs, taps)
    var factor = scale
    var isFinite = false
    let words = [UInt32](unsafeUninitializedCapacity: count * device.elementBytes / 4) { buffer, filled in
      isFinite =
        r2_gpu_pack(
          device.path.code, weights.baseAddress, inputs, outputs, taps, &factor, buffer.baseAddress) != 0
      filled = count * device.elementBytes / 4
    }
    let step = device.path.channelStep
    let padding = [Float](repeating: 0, count: (step - conv.outChannels % step) % step)
    let finish = bias + padding + factor + padding
    guard isFinite, finish.allSatisfy(\.isFinite) else { return nil }
    return (words, finish)
  }

  func classifier(of model: Model) throws(ModelError) -> (weights: GPUBuffer, bias: GPUBuffer) {
    let (classes, features) = (model.network.classes, model.network.features)
    let (weights, bias) = (model.values("fc.weight"), model.values("fc.bias"))
    guard weights.allSatisfy(\.isFinite) else { throw model.notFinite(["fc.weight"]) }
    guard bias.allSatisfy(\.isFinite) else { throw model.notFinite(["fc.bias"]) }
    var words = [UInt32](repeating: 0, count: classes * features)
    for input in 0..<features {
      for output in 0..<classes {
        words[input * classes + output] = weights[output * features + input].bitPattern
      }
    }
    return (try buffer(words), try buffer(bias.map(\.bitPattern)))
  }

  /// Memory of the device's own that holds `words`.
  func buffer(_ words: [UInt32]) throws(ModelError) -> GPUBuffer {
    let buffer = try GPUBuffer(device, bytes: words.count * 4)
    let most = Self.stagingBytes / 4
    for start in stride(from: 0, to: words.count, by: most) {
      let part = words[start..<min(start + most, words.count)]
      part.withUnsafeBufferPointer { part in
        guard let base = part.baseAddress else { return }
        staging.memory(of: UInt32.self).update(from: base, count: part.count)
      }
      try stream.begin()
      stream.copy(part.count * 4, from: staging, to: buffer, at: start * 4)
      try stream.finish()
    }
    return buffer
  }
}
