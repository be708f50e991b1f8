import CEmbedded
import Checkpoints

/// The models that are part of the binary and need no file.
enum BuiltInModel {
  /// How the camera moves: a small R(2+1)D network, trained by the scripts in Training.
  static let cameraMotion = "camera-motion"

  static let names = [cameraMotion]

  /// The bytes of the checkpoint built in under `name`, there as long as the program is.
  static func bytes(named name: String) -> UnsafeRawBufferPointer? {
    guard name == cameraMotion else { return nil }
    let file = embedded_camera_motion()
    return UnsafeRawBufferPointer(start: file.bytes, count: Int(file.count))
  }

  /// The checkpoint built in under `name`, or nil where none is.
  static func checkpoint(
    named name: String, weights: String? = nil
  ) throws(ClassifierError) -> Checkpoint? {
    guard let bytes = bytes(named: name) else { return nil }
    do {
      return try Checkpoint(lasting: bytes, path: name, weights: weights)
    } catch {
      throw .checkpoint(BytePath(name), error)
    }
  }
}
