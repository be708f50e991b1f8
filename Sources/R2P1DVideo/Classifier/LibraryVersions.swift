import Inference
import VideoDecoding

/// What does the work.
public enum LibraryVersions {
  /// This project's version.
  public static let tool = "0.1.0"

  /// FFmpeg's libraries, as they run.
  public static var ffmpeg: [(library: String, version: String)] {
    FFmpegVersions.all.map { (library: $0.name, version: $0.version) }
  }

  /// The instruction set of the kernels in use, or why there is none.
  public static var instructionSet: String {
    do {
      return try InstructionSet.current().rawValue
    } catch {
      return "none: \(error)"
    }
  }
}
