import Foundation
import Inference

extension PlanTable {
  /// A line a layer: shape, algorithm, multiply-adds asked for and done (millions), packed weights (MB), time (ms).
  var text: String {
    let heads = ["layer", "shape", "algorithm", "asked M", "done M", "weights MB", "ms"]
    let cells = rows.map { row in
      [
        row.layer, row.shape, row.algorithm, String(format: "%.1f", row.directMultiplyAdds / 1e6),
        String(format: "%.1f", row.multiplyAdds / 1e6), String(format: "%.2f", Double(row.weightBytes) / 1e6),
        String(format: "%.2f", row.seconds * 1e3),
      ]
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
    return (lines + [memory]).map { $0 + "\n" }.joined()
  }
}
