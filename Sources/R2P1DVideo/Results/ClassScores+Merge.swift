extension ClassScores {
  /// How the windows' scores become the video's.
  public enum Merge: String, Sendable, CaseIterable, Codable {
    /// The mean of the windows' probabilities.
    case mean
    /// Each class's highest probability in any window.
    case max
    /// Softmax of the mean logits.
    case logits
  }
}
