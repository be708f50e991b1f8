extension SamplingOptions {
  /// How a picture becomes the 112×112 that the network sees.
  public enum Resize: String, Sendable, Hashable, CaseIterable, Codable {
    /// To 171×128, then its centre: torchvision's preset.
    case crop
    /// Straight to 112×112, the whole picture squeezed.
    case squash
  }
}
