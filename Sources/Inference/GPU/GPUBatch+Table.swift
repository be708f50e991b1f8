extension GPUBatch {
  /// A row a convolution, each measured alone on a full batch.
  func table() throws(ModelError) -> PlanTable {
    var rows: [PlanTable.Row] = []
    for (index, operation) in plan.operations.enumerated() {
      guard case .convolution(let conv, let residual) = operation.kind else { continue }
      let one = GPUConvolution(conv, operation.input, adds: residual != nil)
      let tile = one.tile(windows: windows, on: device)
      let size = operation.input.size
      rows.append(
        PlanTable.Row(
          layer: conv.name,
          shape: "\(conv.inChannels)→\(conv.outChannels) \(conv.kernel.t)×\(conv.kernel.y)×\(conv.kernel.x)"
            + " on \(size.t)×\(size.y)×\(size.x)",
          algorithm: "\(tile.rows)×\(tile.columns)",
          directMultiplyAdds: Double(windows) * Double(conv.multiplyAdds(of: size)),
          multiplyAdds: one.work(windows: windows, on: device),
          weightBytes: weights.convolutions[conv.name]?.weights.bytes ?? 0,
          seconds: try seconds(of: index)))
    }
    return PlanTable(
      rows: rows, activationBytes: activations.byteCount, scratchBytes: byteCount,
      weightBytes: weights.byteCount)
  }

  /// Of an operation, again and again in submits of some hundredths of a second, as one is too short to tell
  /// from the way to the GPU.
  private func seconds(of index: Int) throws(ModelError) -> Double {
    let clock = ContinuousClock()
    func time(_ times: Int) throws(ModelError) -> Double {
      let start = clock.now
      try stream.begin()
      for _ in 0..<times { try record(index, windows: windows) }
      try stream.finish()
      return (clock.now - start) / .seconds(1) / Double(times)
    }
    let once = min(try time(1), try time(1))
    let times = max(min(Int(0.03 / max(once, 1e-6)), 200), 1)
    return times == 1 ? once : min(try time(times), try time(times), try time(times))
  }
}
