import FoundationEssentials
import Glibc

extension Double {
  /// To the microsecond, as times are printed.
  package var roundedTime: Double { (self * 1e6).rounded() / 1e6 }

  /// To seven significant digits, as much as a float32 network can know.
  package var roundedScore: Double { Double(String(format: "%.7g", self)) ?? self }
}
