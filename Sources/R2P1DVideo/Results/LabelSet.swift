import CEmbedded
import FoundationEssentials
import Glibc
import SystemPackage

/// The names of a network's classes, in the order of its outputs.
public struct LabelSet: Sendable, Equatable {
  public let names: [String]

  public init(_ names: [String]) {
    self.names = names
  }

  /// The 400 classes of Kinetics-400, built into the binary.
  public static let kinetics400: LabelSet = {
    let file = embedded_kinetics_400()
    return LabelSet(lines: UnsafeBufferPointer(start: file.bytes, count: Int(file.count)))
  }()

  /// `class 0`, `class 1` … for a network whose classes have no published names.
  public static func numbered(_ count: Int) -> LabelSet {
    LabelSet((0..<count).map { "class \($0)" })
  }

  /// The classes named in a text file, one a line; empty lines at its end are no classes.
  public init(contentsOf path: BytePath) throws(ClassifierError) {
    let data: [UInt8]
    do throws(Errno) {
      data = try path.read(limit: Self.sizeLimit)
    } catch {
      throw .labels(path, cause: error.reason)
    }
    guard String(validating: data, as: UTF8.self) != nil else {
      throw .labels(path, cause: "not a text file in UTF-8; expected one class a line")
    }
    self.init(lines: data)
  }

  /// 16 MiB: far beyond any list of classes, far below what hurts.
  private static let sizeLimit = 16 << 20

  private init(lines bytes: some Sequence<UInt8>) {
    var lines = String(decoding: Array(bytes), as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.endsLine
    ).map { String($0).trimmed(["\u{FEFF}"]) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    names = lines
  }
}
