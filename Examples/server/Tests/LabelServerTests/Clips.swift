import Foundation
import NIOCore
import R2P1DVideo
import Reports

@testable import LabelServer

/// The clips of the checkout.
struct Clip: Sendable {
  let name: String

  static let all = [
    "pan_left", "pan_right", "roll_clockwise", "roll_counterclockwise", "static", "tilt_down", "tilt_up",
    "zoom_in",
  ].map { Clip(name: $0) }

  /// Half a minute, ten times as long as any of the others.
  static func film() throws -> [UInt8] {
    let path = FileManager.default.temporaryDirectory.appending(path: "label-server-\(UUID()).mp4")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let options = ["-v", "error", "-stream_loop", "9", "-i", all[0].path, "-c", "copy", path]
    let ffmpeg = try Process.run(URL(filePath: "/usr/bin/env"), arguments: ["ffmpeg", "-nostdin"] + options)
    ffmpeg.waitUntilExit()
    return Array(try Data(contentsOf: URL(filePath: path)))
  }

  var path: String {
    // Tests/LabelServerTests lies in Examples/server
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(5).joined(separator: "/")
      + "/SampleVideos/\(name).mp4"
  }

  var bytes: [UInt8] {
    get throws { Array(try Data(contentsOf: URL(filePath: path))) }
  }

  /// What the library says of it when nothing else runs, as the server writes it.
  func lines(by classifier: Classifier) async throws -> [String] {
    let labels = try await classifier.classify(.bytes(try bytes, name: "upload"))
    let windows = labels.windows.enumerated().map { number, window in
      ByteBuffer(jsonLine: WindowLine(window: number, count: labels.windows.count, labels: window))
    }
    var report = LabelFormat.jsonl.report(files: 1, top: 5)
    let result = report.add(VideoOutcome(file: labels.file, result: .success(labels)))
    return (windows.map { String(buffer: $0) } + [result]).map { String($0.dropLast()) }
  }
}

/// A folder of its own, removed afterwards.
func withFolder(_ test: (_ path: String) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "label-server-\(UUID())").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try await test(folder)
}
