/// What a taught model's metadata says besides what every converted model's does.
package enum TaughtKey {
  /// The name of the network whose features the head was fitted to; what marks a model as taught.
  package static let backbone = "backbone"
  package static let backboneHash = "backbone_sha256"
  package static let backboneFile = "backbone_file"
  package static let headOnly = "head_only"
  package static let resize = "resize"
  package static let multiLabel = "multi_label"
  package static let minimumScore = "min_score"
  package static let thresholds = "thresholds"
}
