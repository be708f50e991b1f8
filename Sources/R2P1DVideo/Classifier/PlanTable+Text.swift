import FoundationEssentials
import Glibc
import Inference

extension PlanTable {
  /// A line a layer: shape, algorithm, multiply-adds asked for and done (millions), packed weights (MB), time
  /// (ms), and how much of the micro-kernel's peak the asked and the done ones draw: above 100 %
  /// multiplications were saved.
  var text: String {
    let heads = [
      "layer", "shape", "algorithm", "asked M", "done M", "weights MB", "ms", "asked % of peak",
      "done % of peak",
    ]
    let cells = rows.map { row in
      [
        row.layer, row.shape, row.algorithm, String(format: "%.1f", row.directMultiplyAdds / 1e6),
        String(format: "%.1f", row.multiplyAdds / 1e6), String(format: "%.2f", Double(row.weightBytes) / 1e6),
        String(format: "%.2f", row.seconds * 1e3), percent(row.directMultiplyAdds, row.seconds),
        percent(row.multiplyAdds, row.seconds),
      ]
    }
    let total = rows.reduce((asked: 0.0, done: 0.0, seconds: 0.0)) {
      ($0.asked + $1.directMultiplyAdds, $0.done + $1.multiplyAdds, $0.seconds + $1.seconds)
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
    let floor = String(
      format:
        "total: %.2f ms; its products alone take %.2f ms at the float32 peak of %.1f G multiply-adds a "
        + "second, done directly %.2f ms",
      total.seconds * 1e3, total.done / peak * 1e3, peak / 1e9, total.asked / peak * 1e3)
    return (lines + [floor, memory]).map { $0 + "\n" }.joined()
  }

  private func percent(_ multiplyAdds: Double, _ seconds: Double) -> String {
    String(format: "%.0f", multiplyAdds / seconds / peak * 100)
  }
}
