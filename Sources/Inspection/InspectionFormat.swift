import R2P1DVideo
import VideoDecoding

/// How an inspection is written.
public enum InspectionFormat: String, Sendable, CaseIterable {
  case jpg, png, html, json

  /// The format that a file's name ends in; nil for no ending or another one.
  public init?(endingOf path: BytePath) {
    switch path.ending {
    case "jpg", "jpeg": self = .jpg
    case "png": self = .png
    case "html", "htm": self = .html
    case "json": self = .json
    default: return nil
    }
  }

  /// What has to be kept for it. A table takes little; images are kept, and drawn, whole.
  public var options: InspectionOptions {
    var options = InspectionOptions()
    if self == .json { (options.keepsPixels, options.maxSamples) = (false, 1 << 18) }
    return options
  }

  /// The whole file.
  public func file(of inspection: VideoInspection) throws(ClassifierError) -> [UInt8] {
    switch self {
    case .jpg: try Self.image(of: inspection, .jpeg(quality: 4))
    case .png: try Self.image(of: inspection, .png)
    case .html: Array(try InspectionPage(inspection).text.utf8)
    case .json: Array(JSON.text(inspection, pretty: true).utf8)
    }
  }

  private static func image(
    of inspection: VideoInspection, _ format: ImageEncoder.Format
  ) throws(ClassifierError) -> [UInt8] {
    let sheet = ContactSheet(inspection)
    guard sheet.height <= ImageEncoder.longestSide else {
      throw .video(
        inspection.file,
        cause:
          "a sheet of \(inspection.windows.count) windows would be \(sheet.height) pixels high, expected "
          + "at most \(ImageEncoder.longestSide)", kind: .limit(.windows), remedy: .fewerWindows)
    }
    let encoder = try ImageEncoder.make(format, width: sheet.width, height: sheet.height)
    guard let file = encoder.encode(sheet.drawn().pixels) else {
      throw .video(inspection.file, VideoError.outOfMemory)
    }
    return file
  }
}

extension ImageEncoder {
  /// An encoder; an error that names the format where this FFmpeg has none.
  static func make(
    _ format: Format, width: Int, height: Int
  ) throws(ClassifierError) -> ImageEncoder {
    if let encoder = ImageEncoder(format, width: width, height: height) { return encoder }
    throw .output(
      format == .png ? "png" : "jpg", cause: "this FFmpeg has no encoder for it: write another format")
  }
}
