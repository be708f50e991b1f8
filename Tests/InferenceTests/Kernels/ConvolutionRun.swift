import CKernels

@testable import Inference

/// One convolution with random weights, input and residual, by an algorithm and by the reference, all buffers between guards.
struct ConvolutionRun {
  let conv: ConvNorm
  let input: Extent
  let windows: Int
  let planned: PlannedConv
  let set: InstructionSet

  private static let guardFloats = 64
  private static let guardValue: Float = 1234.5

  init(_ conv: ConvNorm, input: Extent, windows: Int, algorithm: Algorithm, set: InstructionSet) throws {
    self.conv = conv
    self.input = input
    self.windows = windows
    self.set = set
    planned = try PlannedConv(conv, input: input, windows: windows, algorithm: algorithm, cache: 20 << 10)
  }

  struct Outcome {
    let output: [Float]
    let relative: Float
    let guardsIntact: Bool
  }

  /// Floats between guards; the content is 64-byte aligned.
  private final class Guarded {
    let content: UnsafeMutablePointer<Float>
    let count: Int
    private let memory: UnsafeMutableRawPointer

    init(_ count: Int, fill: Float = 0) {
      self.count = count
      let all = count + 2 * guardFloats
      memory = .allocate(byteCount: all * 4, alignment: 64)
      let floats = memory.bindMemory(to: Float.self, capacity: all)
      floats.initialize(repeating: guardValue, count: all)
      content = floats + guardFloats
      content.update(repeating: fill, count: count)
    }

    deinit { memory.deallocate() }

    var isIntact: Bool {
      (1...guardFloats).allSatisfy { content[-$0] == guardValue && content[count + $0 - 1] == guardValue }
    }
  }

  /// [C][T][H][W] of one window → [T][C/16][H][W][16]; the padding lanes of inputs are zero, as layers leave them.
  private func block(
    _ values: ArraySlice<Float>, _ channels: Int, _ size: Extent, into to: UnsafeMutablePointer<Float>
  ) {
    let plane = size.y * size.x
    let blocks = (channels + 15) / 16
    for c in 0..<channels {
      for t in 0..<size.t {
        for p in 0..<plane {
          to[((t * blocks + c / 16) * plane + p) * 16 + c % 16] =
            values[values.startIndex + (c * size.t + t) * plane + p]
        }
      }
    }
  }

  private func view(_ base: UnsafeMutablePointer<Float>, _ channels: Int, _ size: Extent) -> r2_view {
    let plane = size.y * size.x * 16
    return r2_view(
      base: base, frame: plane * ((channels + 15) / 16), plane: plane, frames: Int32(size.t),
      height: Int32(size.y),
      width: Int32(size.x), top: 0)
  }

  func error(threads: Int) -> Outcome {
    let output = planned.output
    let inCount = conv.inChannels * input.t * input.y * input.x
    let outCount = conv.outChannels * output.t * output.y * output.x
    let signed = Formula.uniform("input", inCount * windows).map { Float($0) }
    // what 8-bit products multiply has gone through a ReLU
    let x = planned.algorithm.operands == .int8 ? signed.map { max($0, 0) } : signed
    let residual = Formula.uniform("residual", outCount * windows).map { Float($0) }
    let weight = Formula.uniform("weight", conv.weightShape.reduce(1, *)).map { Float($0) }
    let scale = Formula.uniform("scale", conv.outChannels).map { 1 + 0.5 * $0 }
    let bias = Formula.uniform("bias", conv.outChannels)

    let inBlocked = inCount / conv.inChannels * ((conv.inChannels + 15) / 16) * 16
    let outBlocked = outCount / conv.outChannels * ((conv.outChannels + 15) / 16) * 16
    let (source, target, added) = (
      Guarded(inBlocked * windows), Guarded(outBlocked * windows, fill: .nan), Guarded(outBlocked * windows)
    )
    for w in 0..<windows {
      block(x[w * inCount..<(w + 1) * inCount], conv.inChannels, input, into: source.content + w * inBlocked)
      block(
        residual[w * outCount..<(w + 1) * outCount], conv.outChannels, output,
        into: added.content + w * outBlocked)
    }
    let weights = Guarded(Int(r2_conv_weight_floats(planned.kernel)))
    r2_conv_place(planned.kernel, weights.content)
    for panel in 0..<(conv.outChannels + 15) / 16 {
      weight.withUnsafeBufferPointer { _ = planned.pack($0, scale: scale, bias: bias, panel: panel) }
    }
    let each = (Int(r2_conv_thread_floats(planned.kernel)) + 15) & ~15
    let own = Guarded(each * threads, fill: .nan)
    let shared = Guarded(Int(r2_conv_shared_floats(planned.kernel, Int32(windows))), fill: .nan)
    guard let kernels = set.kernels, let team = r2_team_create(Int32(threads)) else {
      return Outcome(output: [], relative: .infinity, guardsIntact: false)
    }
    var run = r2_run(
      kernels: kernels, team: team, shared: shared.content, own: own.content, own_floats: each,
      windows: Int32(windows))
    var (from, to, plus) = (
      view(source.content, conv.inChannels, input), view(target.content, conv.outChannels, output),
      view(added.content, conv.outChannels, output)
    )
    r2_conv_run(planned.kernel, &run, &from, &to, &plus)
    r2_team_destroy(team)

    var result: [Float] = []
    var worst: Float = 0
    var largest: Float = 0
    for w in 0..<windows {
      var expected = [Float](repeating: 0, count: outCount)
      var geometry = conv.geometry
      r2_reference_conv(
        &geometry, Array(x[w * inCount..<(w + 1) * inCount]), Int32(input.t), Int32(input.y), Int32(input.x),
        weight,
        scale.map { Float($0) }, bias.map { Float($0) }, Array(residual[w * outCount..<(w + 1) * outCount]),
        1, &expected)
      var got = [Float](repeating: .nan, count: outBlocked)
      block(expected[...], conv.outChannels, output, into: &got)
      for i in 0..<outBlocked where !got[i].isNaN {
        let value = target.content[w * outBlocked + i]
        let difference = abs(value - got[i])
        worst = difference.isNaN ? .infinity : max(worst, difference)
        largest = max(largest, abs(got[i]))
      }
      result += UnsafeBufferPointer(start: target.content + w * outBlocked, count: outBlocked)
    }
    let buffers = [source, target, added, weights, own, shared]
    return Outcome(
      output: result, relative: worst / max(largest, 1), guardsIntact: buffers.allSatisfy(\.isIntact))
  }
}
