/// What the network computes, as torchvision's `video/resnet.py` says it. Whatever runs, plans or counts a
/// network goes by the operations that are listed here.
extension VideoResNet {
  func forward(_ window: Activation, _ list: inout OperationList) throws(ModelError) -> Activation {
    var x = try list.convolutions(stem, of: window, "stem")
    for block in blocks { x = try block.forward(x, &list) }
    let features = list.pool(x)
    return list.linear(features, outputs: classes)
  }
}

extension BasicBlock {
  func forward(_ x: Activation, _ list: inout OperationList) throws(ModelError) -> Activation {
    let out = try list.convolutions(conv1, of: x, "\(name).conv1")
    var residual = x
    if let downsample { residual = try list.convolutions([downsample], of: x, "\(name).downsample") }
    return try list.convolutions(conv2, of: out, adding: residual, "\(name).conv2")
  }
}

extension VideoResNet {
  /// The operations on a window of `frames` samples; throws where these are too few for a convolution.
  package func operations(frames: Int) throws(ModelError) -> [Operation] {
    guard frames > 0 else { throw .frames(frames, network: name) }
    var list = OperationList(self, frames: frames)
    let window = Activation(number: 0, channels: 3, size: Extent(frames, sampleSide, sampleSide))
    _ = try forward(window, &list)
    return list.operations
  }

  /// Multiply-adds of one window of `frames` samples, done directly.
  package func multiplyAdds(frames: Int) throws(ModelError) -> Int {
    try operations(frames: frames).reduce(0) { $0 + $1.multiplyAdds }
  }
}
