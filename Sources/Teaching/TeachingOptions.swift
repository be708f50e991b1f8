import FoundationEssentials
import Glibc
import R2P1DVideo

/// How a model is taught.
public struct TeachingOptions: Sendable {
  /// Whether a video may have several classes: each is then a yes or no of its own.
  public var isMultiLabel = false
  public var mirroring = Mirroring.auto
  /// The share of wrong labels to allow: results whose score is too low for that are uncertain. Nil: every
  /// result has a label.
  public var rejection: Double?
  /// Parts that the videos are split into for the report, at least 2.
  public var folds = 5
  /// Where features are kept, so that they need not be computed again; nil: nowhere.
  public var cache: BytePath?
  public var threads = ProcessInfo.processInfo.activeProcessorCount

  public init() {}

  /// Whether mirrored windows are examples, too.
  public enum Mirroring: String, Sendable, CaseIterable {
    case yes, no
    /// Unless a class's name has a direction in it: left, right, clockwise or counterclockwise.
    case auto

    func isOn(for classes: [String]) -> Bool {
      switch self {
      case .yes: true
      case .no: false
      case .auto: !classes.contains(where: Self.hasDirection)
      }
    }

    private static let directions: Set<String> = [
      "left", "right", "leftward", "rightward", "leftwards", "rightwards", "clockwise", "counterclockwise",
      "anticlockwise", "cw", "ccw",
    ]

    /// Whole words alone, also those of `TurnLeft` and `CCWRoll`: `bright light` has no direction.
    private static func hasDirection(_ name: String) -> Bool {
      words(name).contains { directions.contains($0.lowercased()) }
    }

    /// A capital begins a word behind a small letter, and before one.
    private static func words(_ name: String) -> [String] {
      let letters = Array(name)
      var words = [""]
      for (place, letter) in letters.enumerated() {
        let isAfterSmall = place > 0 && letters[place - 1].isLowercase
        let isBeforeSmall = place + 1 < letters.count && letters[place + 1].isLowercase
        if !letter.isLetter || letter.isUppercase && (isAfterSmall || isBeforeSmall) { words.append("") }
        if letter.isLetter { words[words.count - 1].append(letter) }
      }
      return words
    }
  }
}
