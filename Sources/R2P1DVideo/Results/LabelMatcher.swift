/// Finds a model's class by a list's name of it: exactly, else after folding, and only if that is unique.
///
/// Folding leaves out case, blanks, `_`, quotes and brackets: `skiing_crosscountry` and `SkiingCrosscountry`
/// are "skiing crosscountry". Never by position, for folders sort otherwise than published lists of classes.
public struct LabelMatcher: Sendable {
  public enum Match: Sendable, Equatable {
    case found(Int)
    /// Several classes have this name, once folded.
    case ambiguous([Int])
    case none
  }

  private let exact: [String: [Int]]
  private let folded: [String: [Int]]

  public init(_ names: [String]) {
    exact = Dictionary(grouping: names.indices) { names[$0] }
    folded = Dictionary(grouping: names.indices) { Self.fold(names[$0]) }
  }

  public func match(_ name: String) -> Match {
    let found = exact[name] ?? folded[Self.fold(name)] ?? []
    return switch found.count {
    case 0: .none
    case 1: .found(found[0])
    default: .ambiguous(found)
    }
  }

  /// Without case, blanks, `_`, quotes and brackets.
  public static func fold(_ name: String) -> String {
    String(name.lowercased().filter { !$0.isWhitespace && !dropped.contains($0) })
  }

  private static let dropped: Set<Character> = [
    "_", "'", "\"", "`", "´", "‘", "’", "“", "”", "„", "«", "»", "(", ")", "[", "]", "{", "}",
  ]
}
