import Foundation

/// The small files that Goldens/make_checkpoints.py wrote, and what its formula puts into them.
enum Golden {
  static let shapes: [(name: String, shape: [Int])] = [
    ("stem.0.weight", [4, 3, 1, 2, 2]), ("stem.1.running_var", [4]), ("stem.1.num_batches_tracked", []),
    ("fc.weight", [2, 4]), ("fc.bias", [2]),
  ]

  static func path(_ name: String) -> String {
    Bundle.module.resourceURL?.appending(path: "Goldens/checkpoints/\(name)").path ?? name
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: path(name))))
  }

  /// `elements` of the script: exact in every floating type from bfloat16 on.
  static func elements(_ shape: [Int], salt: Int) -> [Float] {
    (0..<shape.reduce(1, *)).map { Float(($0 * 37 + salt * 11) % 251 - 125) / 16 }
  }

  /// By name, as `state` of the script.
  static var state: [String: [Float]] {
    var state: [String: [Float]] = [:]
    for (salt, entry) in shapes.enumerated() {
      state[entry.name] = entry.name.hasSuffix("tracked") ? [7] : elements(entry.shape, salt: salt)
    }
    return state
  }
}
