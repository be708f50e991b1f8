/// What a taught model's file says of how it was taught.
package struct TaughtFacts: Sendable, Equatable {
  /// The network whose features its head was fitted to, and the SHA-256 of its checkpoint; nil for random
  /// weights.
  let backbone: String
  let backboneHash: String?
  /// The file of the backbone, where it was one, by its name alone.
  let backboneFile: String?
  /// Whether the file holds the head alone.
  let isHeadOnly: Bool
  let resize: SamplingOptions.Resize

  /// Nil of a model that was not taught.
  init?(_ metadata: [String: String]) {
    guard let backbone = metadata[TaughtKey.backbone] else { return nil }
    self.backbone = backbone
    backboneHash = metadata[TaughtKey.backboneHash]
    backboneFile = metadata[TaughtKey.backboneFile]
    isHeadOnly = metadata[TaughtKey.headOnly] != nil
    resize = metadata[TaughtKey.resize].flatMap(SamplingOptions.Resize.init) ?? .crop
  }
}

extension Decision {
  /// What makes no sense is not followed.
  init(_ metadata: [String: String], classes: Int) {
    isMultiLabel = metadata[TaughtKey.multiLabel] != nil
    minimumScore = metadata[TaughtKey.minimumScore].flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
    let numbers = metadata[TaughtKey.thresholds]?.split(separator: " ").map { Double($0) ?? .nan }
    if let numbers, numbers.count == classes, numbers.allSatisfy(\.isFinite) { thresholds = numbers }
  }
}
