import R2P1DVideo

/// A video of a list, or a segment of one, and its classes.
public struct LabelledVideo: Sendable, Equatable {
  public let path: BytePath
  /// Places in the list's `classes`; at least one, and more than one only where the list gives several.
  public package(set) var labels: [Int]
  /// What must not be torn apart when videos are split for training: a site, a tape, a source video.
  public let group: String?
  public let split: String?
  /// Of a segment, in seconds of a player's clock.
  public let start: Rational?
  public let end: Rational?
  /// Where the list has it: the line, or the number of the entry where there are no lines; from 1.
  public let line: Int

  public init(
    path: BytePath, labels: [Int], group: String? = nil, split: String? = nil, start: Rational? = nil,
    end: Rational? = nil, line: Int
  ) {
    self.path = path
    self.labels = labels
    self.group = group
    self.split = split
    self.start = start
    self.end = end
    self.line = line
  }
}
