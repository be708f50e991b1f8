import CKernels

/// The network by the plain loops of the scalar reference, BatchNorm as factor and addend: minutes a window, and what right means.
final class ReferenceForward {
  private let model: Model
  private let frames: Int
  private let norms: [String: (scale: [Float], bias: [Float])]

  init(_ model: Model, frames: Int) throws(ModelError) {
    self.model = model
    self.frames = frames
    var norms: [String: (scale: [Float], bias: [Float])] = [:]
    var clip = Extent(frames, Sample.side, Sample.side)
    for conv in model.network.convolutions {
      let norm = try model.foldedNorm(conv)
      norms[conv.name] = (norm.scale.map { Float($0) }, norm.bias.map { Float($0) })
    }
    for conv in model.network.stem {
      guard clip.t + 2 * conv.padding.t >= conv.kernel.t else {
        throw .frames(frames, network: model.network.name)
      }
      clip = conv.output(of: clip)
    }
    self.norms = norms
  }

  func run(_ window: [Sample]) -> Prediction {
    var last: (values: [Float], clip: Extent) = ([], Extent(0, 0, 0))
    forward(window) { _, values, clip in last = (values, clip) }
    let network = model.network
    var features = [Float](repeating: 0, count: network.features)
    r2_reference_pool(
      last.values, Int32(network.features), Int32(last.clip.t * last.clip.y * last.clip.x), &features)
    var logits = [Float](repeating: 0, count: network.classes)
    r2_reference_linear(
      features, model.values("fc.weight"), model.values("fc.bias"), Int32(network.classes),
      Int32(network.features),
      &logits)
    return Prediction(logits: logits, features: features)
  }

  func trace(_ window: [Sample]) -> [(name: String, values: [Float])] {
    var steps: [(name: String, values: [Float])] = []
    forward(window) { name, values, _ in steps.append((name, values)) }
    return steps
  }

  private func forward(_ window: [Sample], done: (String, [Float], Extent) -> Void) {
    var x = (0..<3).flatMap { channel in window.flatMap { $0.plane(channel) } }
    var clip = Extent(frames, Sample.side, Sample.side)
    for conv in model.network.stem { x = apply(conv, x, &clip) }
    done("stem", x, clip)
    for block in model.network.blocks {
      let (input, inputClip) = (x, clip)
      let name = block.conv1[0].name.split(separator: ".").prefix(2).joined(separator: ".")
      for conv in block.conv1 { x = apply(conv, x, &clip) }
      done("\(name).conv1", x, clip)
      var residual = input
      if let downsample = block.downsample {
        var clip = inputClip
        residual = apply(downsample, input, &clip)
        done("\(name).downsample", residual, clip)
      }
      for conv in block.conv2.dropLast() { x = apply(conv, x, &clip) }
      if let conv = block.conv2.last { x = apply(conv, x, &clip, residual: residual) }
      done("\(name).conv2", x, clip)
    }
  }

  private func apply(_ conv: ConvNorm, _ x: [Float], _ clip: inout Extent, residual: [Float]? = nil)
    -> [Float]
  {
    var geometry = conv.geometry
    let output = conv.output(of: clip)
    guard let norm = norms[conv.name] else { return [] }
    let result = [Float](unsafeUninitializedCapacity: conv.outChannels * output.t * output.y * output.x) {
      out, count in
      model.withTensor("\(conv.name).weight") { weight in
        r2_reference_conv(
          &geometry, x, Int32(clip.t), Int32(clip.y), Int32(clip.x), weight.baseAddress, norm.scale,
          norm.bias, residual,
          conv.relu ? 1 : 0, out.baseAddress)
      }
      count = out.count
    }
    clip = output
    return result
  }
}
