/// A published checkpoint: where it comes from, and what it does not say of itself.
public struct PublishedModel: Sendable, Equatable {
  /// The name that a user gives.
  public let name: String
  /// What its tensors are, in the family's terms: `r2plus1d_34`.
  public let network: String
  /// The checkpoint's file name, which carries the start of its SHA-256.
  public let file: String
  /// The folder that it is downloaded from.
  public let origin: String
  /// The SHA-256 of the file, or as much of it as was published, in hexadecimal.
  public let sha256: String
  /// What BatchNorm adds to the variance; no checkpoint stores it.
  public let batchNormEpsilon: Double
  /// Samples in a window that the weights were trained on.
  public let frames: Int
  public let classes: Int
  /// Published accuracy on Kinetics-400, top 1 and top 5, in per cent.
  public let accuracy: [Double]

  /// The address to download it from.
  public var address: String { origin + file }

  /// The published checkpoints; one row is one model.
  public static let all = [
    torchvision(
      "r2plus1d_18", "91a641e6c2ab531d1aca5f4321b4d802ec5c3babc15df855cdb6e39c6a1107c8", [67.463, 86.175]),
    torchvision(
      "r3d_18", "b3b3357ead25631ec9c57362ff2128a92d0427e01e2cd184951a44380c3f2e9d", [63.2, 83.479]),
    torchvision(
      "mc3_18", "a90a0ba35ca1242d15b77511ff28bfb29cc596988b5ea36081042f8e2f54212b", [63.96, 84.13]),
    ig65m("ft_kinetics_from_ig65m", "0aa0550b", frames: 8, classes: 400, [74.9, 91.8]),
    ig65m("ft_kinetics_from_ig65m", "ade133f1", frames: 32, classes: 400, [80.0, 94.2]),
    ig65m("ig65m_from_scratch", "9bae36ae", frames: 8, classes: 487, []),
    ig65m("ig65m_from_scratch", "449a7af9", frames: 32, classes: 359, []),
  ]

  /// The entry of a name.
  public static func named(_ name: String) -> PublishedModel? {
    all.first { $0.name == name }
  }

  /// The entry of a checkpoint, by its file's name.
  static func of(_ path: BytePath) -> PublishedModel? {
    all.first { $0.file == path.name.string }
  }

  private static func torchvision(_ name: String, _ sha256: String, _ accuracy: [Double]) -> PublishedModel {
    PublishedModel(
      name: name, network: name, file: "\(name)-\(sha256.prefix(8)).pth",
      origin: "https://download.pytorch.org/models/",
      sha256: sha256, batchNormEpsilon: 1e-5, frames: 16, classes: 400, accuracy: accuracy)
  }

  private static func ig65m(
    _ training: String, _ sha256: String, frames: Int, classes: Int, _ accuracy: [Double]
  ) -> PublishedModel {
    let name = "r2plus1d_34_clip\(frames)_\(training)"
    return PublishedModel(
      name: name, network: "r2plus1d_34", file: "\(name)-\(sha256).pth",
      origin: "https://github.com/moabitcoin/ig65m-pytorch/releases/download/v1.0.0/",
      sha256: sha256, batchNormEpsilon: 1e-3, frames: frames, classes: classes, accuracy: accuracy)
  }
}
