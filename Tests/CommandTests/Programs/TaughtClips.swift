import Foundation
import TestSupport
import Testing

/// The clips of SampleVideos/own-classes, 8 of each of 6 classes in 4 scenes, and what they teach
/// camera-motion. Each is made once in a process.
enum TaughtClips {
  static let folder = Checkout.path("SampleVideos/own-classes")
  static let list = "\(folder)/clips.csv"
  static let whip = "\(folder)/whip pan/scene-900-1.mp4"

  /// Each clip's file and class, in the list's order.
  static var rows: [(file: String, label: String)] {
    get throws {
      try String(contentsOfFile: list, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst().map {
        let fields = $0.split(separator: ",").map(String.init)
        return (fields[0], fields[1])
      }
    }
  }

  /// A list in which each clip has two classes, its own and whether the camera moves.
  static var several: String {
    get throws {
      let moving = ["handheld shake", "whip pan", "dolly with parallax"]
      let lines = try rows.map {
        "\($0.file),\($0.label)|\(moving.contains($0.label) ? "moving" : "fixed")"
      }
      return (["file,labels"] + lines).joined(separator: "\n")
    }
  }

  /// A folder with `own.safetensors`, its `report.json`, and `features`, the cache.
  static let plain = Result { try taught(["--report", "report.json"], by: list) }

  /// With `own.safetensors`, of several labels, and `several.csv`, what taught it.
  static let multiLabel = Result {
    let folder = try TemporaryFolder()
    try folder.write("several.csv", several)
    return try taught(
      ["--multi-label", "--root", Self.folder, "--report", "report.json", "--cache", cache()],
      by: folder.path("several.csv"), in: folder)
  }

  /// With `own.safetensors`, which says nothing where its score is low.
  static let rejecting = Result { try taught(["--reject", "0", "--cache", cache()], by: list) }

  private static func cache() throws -> String { try plain.get().path("features") }

  private static func taught(
    _ options: [String], by list: String, in folder: TemporaryFolder? = nil
  ) throws -> TemporaryFolder {
    let folder = try folder ?? TemporaryFolder()
    let cache = options.contains("--cache") ? [] : ["--cache", "features"]
    let run = try Program(folder: folder.url)(
      ["teach", list, "--model", "camera-motion", "--output", "own.safetensors"] + cache + options)
    try #require(run.status == 0, "\(run.errors)")
    return folder
  }
}
