import CFFmpeg
import FoundationEssentials
import Glibc

/// How a stored frame has to be turned to stand upright: one of the eight ways a rectangle maps onto itself.
///
/// The upright pixel (u, v), column and row, is the stored pixel (u, v), or (v, u) if `transposed`, counted
/// from the right edge if `mirrorsColumns`, from the bottom edge if `mirrorsRows`.
package struct Orientation: Sendable, Hashable {
  package var transposed = false
  package var mirrorsColumns = false
  package var mirrorsRows = false

  package static let upright = Orientation()

  package init(transposed: Bool = false, mirrorsColumns: Bool = false, mirrorsRows: Bool = false) {
    self.transposed = transposed
    self.mirrorsColumns = mirrorsColumns
    self.mirrorsRows = mirrorsRows
  }

  /// The orientation that the ffmpeg program gives a frame with this display matrix (9 numbers, 16.16 and
  /// 2.30 fixed point, row by row). An angle that is no multiple of 90° counts as the nearest one.
  init(matrix: UnsafePointer<Int32>) {
    let angle = av_display_rotation_get(matrix)
    let quarter = angle.isFinite ? (Int((-angle / 90).rounded()) % 4 + 4) % 4 : 0
    switch quarter {
    case 1: self.init(transposed: true, mirrorsRows: matrix[3] <= 0)
    case 2: self.init(mirrorsColumns: matrix[0] < 0, mirrorsRows: matrix[4] < 0)
    case 3: self.init(transposed: true, mirrorsColumns: true, mirrorsRows: matrix[3] < 0)
    default: self.init(mirrorsRows: matrix[4] < 0)
    }
  }

  /// Upright width and height of a stored frame.
  package func size(width: Int, height: Int) -> (width: Int, height: Int) {
    transposed ? (height, width) : (width, height)
  }
}
