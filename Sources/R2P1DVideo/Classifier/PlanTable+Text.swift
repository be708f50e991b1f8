import FoundationEssentials
import Glibc
import Inference

extension PlanTable {
  /// A line a layer: shape, algorithm (of a GPU: the tile), multiply-adds asked for and done (millions),
  /// packed weights (MB), time (ms), and how much of the micro-kernel's peak the asked and the done ones
  /// draw: above 100 % multiplications were saved. A GPU's peak is not known: there it is how many operations
  /// a second those that were asked for are, two a multiply-add.
  var text: String {
    let heads =
      ["layer", "shape", "algorithm", "asked M", "done M", "weights MB", "ms"]
      + (peak == nil ? ["asked TFLOP/s"] : ["asked % of peak", "done % of peak"])
    let cells = rows.map { row in
      [
        row.layer, row.shape, row.algorithm, String(format: "%.1f", row.directMultiplyAdds / 1e6),
        String(format: "%.1f", row.multiplyAdds / 1e6), String(format: "%.2f", Double(row.weightBytes) / 1e6),
        String(format: peak == nil ? "%.3f" : "%.2f", row.seconds * 1e3),
      ] + rates(row)
    }
    let widths = heads.indices.map { column in ([heads] + cells).map { $0[column].count }.max() ?? 0 }
    let lines = ([heads] + cells).map { row in
      zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < 3 ? cell.0 + space : space + cell.0
      }.joined(separator: "  ")
    }
    let megabytes = [weightBytes, activationBytes, scratchBytes].map {
      String(format: "%.1f MB", Double($0) / 1e6)
    }
    let memory = "memory: weights \(megabytes[0]), activations \(megabytes[1]), scratch \(megabytes[2])"
    return (lines + [total, memory]).map { $0 + "\n" }.joined()
  }

  private var total: String {
    let total = rows.reduce((asked: 0.0, done: 0.0, seconds: 0.0)) {
      ($0.asked + $1.directMultiplyAdds, $0.done + $1.multiplyAdds, $0.seconds + $1.seconds)
    }
    guard let peak else {
      return String(
        format: "total: %.2f ms, %.2f TFLOP/s asked", total.seconds * 1e3,
        2 * total.asked / total.seconds / 1e12)
    }
    return String(
      format:
        "total: %.2f ms; its products alone take %.2f ms at the float32 peak of %.1f G multiply-adds a "
        + "second, done directly %.2f ms",
      total.seconds * 1e3, total.done / peak * 1e3, peak / 1e9, total.asked / peak * 1e3)
  }

  private func rates(_ row: Row) -> [String] {
    guard let peak else { return [String(format: "%.2f", 2 * row.directMultiplyAdds / row.seconds / 1e12)] }
    return [row.directMultiplyAdds, row.multiplyAdds].map {
      String(format: "%.0f", $0 / row.seconds / peak * 100)
    }
  }
}
