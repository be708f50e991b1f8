import CVulkan

/// One convolution as it is dispatched.
struct GPUConvolution {
  let conv: ConvNorm
  let input: Activation
  let adds: Bool

  init(_ conv: ConvNorm, _ input: Activation, adds: Bool) {
    (self.conv, self.input, self.adds) = (conv, input, adds)
  }

  private var output: Activation {
    Activation(number: 0, channels: conv.outChannels, size: conv.output(of: input.size))
  }

  /// What the workgroups make for so many windows.
  func tile(windows: Int, on device: GPUDevice) -> GPUTile {
    GPUTile.best(of: device.tiles, pixels: windows * output.positions, channels: conv.outChannels)
  }

  /// Workgroups over pixels and over channels, and the multiply-adds of all over the same pixels.
  private func grid(
    _ tile: GPUTile, windows: Int, on device: GPUDevice
  ) -> (x: Int, y: Int, columnWork: Double) {
    let x = (windows * output.positions + tile.rows - 1) / tile.rows
    let y = (conv.outChannels + tile.columns - 1) / tile.columns
    let depth =
      conv.kernel.t * conv.kernel.y * conv.kernel.x * input.groups(step: device.path.channelStep) * 4
    return (x, y, Double(tile.rows * tile.columns * y) * Double(depth))
  }

  /// Multiply-adds that are done for so many windows, those that fill tiles up among them.
  func work(windows: Int, on device: GPUDevice) -> Double {
    let grid = grid(tile(windows: windows, on: device), windows: windows, on: device)
    return Double(grid.x) * grid.columnWork
  }

  func record(on stream: GPUStream, set: Int32, windows: Int) throws(ModelError) {
    let device = stream.device
    let (size, step) = (output.size, device.path.channelStep)
    let tile = tile(windows: windows, on: device)
    let grid = grid(tile, windows: windows, on: device)
    let most = min(device.facts.groups, max(Int(device.submitWork / grid.columnWork), 1))
    try inParts(of: grid.x, most: most) { (first, count) throws(ModelError) in
      let push = [
        windows * output.positions, first, input.size.t, input.size.y, input.size.x, size.t, size.y, size.x,
        input.groups(step: step), output.groups(step: step), conv.kernel.t, conv.kernel.y, conv.kernel.x,
        conv.stride.t, conv.stride.y, conv.stride.x, conv.padding.t, conv.padding.y, conv.padding.x,
        conv.relu ? 1 : 0, adds ? 1 : 0,
      ]
      try stream.dispatch(
        tile.kernel, set, push, groups: (count, grid.y), work: grid.columnWork * Double(count))
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
