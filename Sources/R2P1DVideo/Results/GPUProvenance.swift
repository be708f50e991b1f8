import Inference

/// The GPU that a result was computed on.
public struct GPUProvenance: Sendable, Equatable, Codable {
  public let name: String
  public let driver: String
  public let driverVersion: String
  public let uuid: String
  /// SHA-256 of the list of the shaders' own.
  public let shadersSHA256: String

  public init(name: String, driver: String, driverVersion: String, uuid: String, shadersSHA256: String) {
    self.name = name
    self.driver = driver
    self.driverVersion = driverVersion
    self.uuid = uuid
    self.shadersSHA256 = shadersSHA256
  }
}

extension GPU {
  var provenance: GPUProvenance {
    GPUProvenance(
      name: facts.name, driver: facts.driver, driverVersion: facts.driverVersion, uuid: facts.uuid,
      shadersSHA256: SHA256.digits(of: GPULibrary.shaderManifest))
  }
}
