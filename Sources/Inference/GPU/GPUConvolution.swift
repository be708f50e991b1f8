import CVulkan

/// One convolution as it is dispatched.
struct GPUConvolution {
  let conv: ConvNorm
  let input: Activation
  let adds: Bool

  init(_ conv: ConvNorm, _ input: Activation, adds: Bool) {
    (self.conv, self.input, self.adds) = (conv, input, adds)
  }

  func record(on stream: GPUStream, set: Int32, windows: Int) throws(ModelError) {
    let device = stream.device
    let size = conv.output(of: input.size)
    let output = Activation(number: 0, channels: conv.outChannels, size: size)
    let step = device.path.channelStep
    let (groups, outGroups) = (input.groups(step: step), output.groups(step: step))
    let pixels = windows * output.positions
    let tile = GPUTile.best(of: device.tiles, pixels: pixels, channels: conv.outChannels)
    let (rows, columns) = (tile.rows, tile.columns)
    let y = (conv.outChannels + columns - 1) / columns
    let taps = conv.kernel.t * conv.kernel.y * conv.kernel.x
    let groupWork = Double(rows * columns * y) * Double(taps * groups * 4)
    let most = min(device.facts.groups, max(Int(device.submitWork / groupWork), 1))
    try inParts(of: (pixels + rows - 1) / rows, most: most) { (first, count) throws(ModelError) in
      let push = [
        pixels, first, input.size.t, input.size.y, input.size.x, size.t, size.y, size.x, groups,
        outGroups, conv.kernel.t, conv.kernel.y, conv.kernel.x, conv.stride.t, conv.stride.y, conv.stride.x,
        conv.padding.t, conv.padding.y, conv.padding.x, conv.relu ? 1 : 0, adds ? 1 : 0,
      ]
      try stream.dispatch(tile.kernel, set, push, groups: (count, y), work: groupWork * Double(count))
    }
  }
}

/// Calls `body` with the first and the number of every part of at most `most` of `count` things.
func inParts(
  of count: Int, most: Int, _ body: (_ first: Int, _ count: Int) throws(ModelError) -> Void
) throws(ModelError) {
  var first = 0
  while first < count {
    let part = min(most, count - first)
    try body(first, part)
    first += part
  }
}
