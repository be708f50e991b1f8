import CVulkan

/// What a workgroup of a convolution makes: pixels and output channels. On cooperative matrices each of its
/// subgroups makes a part of it.
struct GPUTile: Sendable, Hashable {
  let rows: Int
  let columns: Int
  var partRows = 0
  var partColumns = 0

  /// `64x48` or, on matrices, `128x144/32x48`.
  init?(_ text: String) {
    let sizes = text.split(separator: "/", omittingEmptySubsequences: false).map {
      $0.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    }
    guard sizes.count <= 2, sizes.allSatisfy({ $0.count == 2 && $0.allSatisfy { (8...256).contains($0) } })
    else { return nil }
    self.init(rows: sizes[0][0], columns: sizes[0][1])
    if sizes.count == 2 { (partRows, partColumns) = (sizes[1][0], sizes[1][1]) }
  }

  init(rows: Int, columns: Int, partRows: Int = 0, partColumns: Int = 0) {
    (self.rows, self.columns) = (rows, columns)
    (self.partRows, self.partColumns) = (partRows, partColumns)
  }

  /// Of `path`, the largest first.
  static func all(_ path: GPUPath, _ facts: GPUFacts) -> [GPUTile] {
    switch path {
    case .f32, .f16:
      let rows = facts.lanes >= 256 ? 64 : 32
      return [64, 48, 16].map { GPUTile(rows: rows, columns: $0) }
    case .f16Matrix:
      // Two families, for most layers have a multiple of 64 channels or of 48, or a few less; 16 for small
      // networks.
      let tiles = [
        GPUTile(rows: 128, columns: 144, partRows: 32, partColumns: 48),
        GPUTile(rows: 128, columns: 128, partRows: 64, partColumns: 32),
        GPUTile(rows: 64, columns: 64, partRows: 32, partColumns: 32),
        GPUTile(rows: 64, columns: 48, partRows: 32, partColumns: 48),
        GPUTile(rows: 64, columns: 16, partRows: 32, partColumns: 16),
        GPUTile(rows: 32, columns: 32, partRows: 32, partColumns: 32),
      ]
      return tiles.filter { $0.fits(facts) }
    }
  }

  /// Whether a device's matrices make it up, or without these its invocations, and its limits allow it.
  func fits(_ facts: GPUFacts) -> Bool {
    guard partRows > 0, partColumns > 0 else {
      // As conv.comp declares them.
      return rows % 4 == 0 && columns % 16 == 0 && rows * columns / 16 <= facts.lanes
        && 16 * (rows + 4 + columns) * 4 <= facts.sharedBytes
    }
    guard let matrix = facts.matrix else { return false }
    let parts = rows / partRows * (columns / partColumns)
    // As conv-matrix.comp declares them: 16 bytes a group of eight, and the sums of a fragment of each part.
    let shared =
      rows * 5 * 16 + 32 * (columns / 8 + 1) * 16 + parts * matrix.rows * matrix.columns * 4
    return partRows % matrix.rows == 0 && partColumns % matrix.columns == 0 && rows % partRows == 0
      && columns % partColumns == 0 && parts <= facts.subgroups && parts * facts.subgroupLanes <= facts.lanes
      && shared <= facts.sharedBytes
  }

  /// Which of `tiles` is to make `pixels` of `channels`: the one that makes least besides them, of those that
  /// give work to all of a large GPU, if there are some.
  static func best(of tiles: [GPUTile], pixels: Int, channels: Int) -> GPUTile {
    func groups(_ tile: GPUTile) -> Int {
      ((pixels + tile.rows - 1) / tile.rows) * ((channels + tile.columns - 1) / tile.columns)
    }
    let filling = tiles.filter { groups($0) >= Self.manyGroups }
    let least = tiles.map(\.rows).min() ?? 0
    let candidates = filling.isEmpty ? tiles.filter { $0.rows == least } : filling
    // Larger ones read less of memory for what they make.
    func cost(_ tile: GPUTile) -> Double {
      Double(groups(tile) * tile.rows * tile.columns)
        * (1 + 8 / Double(tile.rows) + 8 / Double(tile.columns))
    }
    guard let best = candidates.min(by: { cost($0) < cost($1) }) else {
      preconditionFailure("a path has tiles")
    }
    return best
  }

  /// About as many as the largest GPUs of today have processors.
  private static let manyGroups = 96

  var kernel: r2_gpu_kernel {
    r2_gpu_kernel(
      shader: R2_GPU_CONV, rows: UInt32(rows), columns: UInt32(columns), part_rows: UInt32(partRows),
      part_columns: UInt32(partColumns))
  }
}

extension r2_gpu_kernel {
  /// Of a shader without tiles.
  init(_ shader: r2_gpu_shader) {
    self.init(shader: shader, rows: 0, columns: 0, part_rows: 0, part_columns: 0)
  }
}
