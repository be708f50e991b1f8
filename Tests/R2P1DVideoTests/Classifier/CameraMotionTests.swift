import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

/// The built-in model on the sample clips, which it was not trained on.
@Suite struct CameraMotionTests {
  static let motions = [
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "roll_clockwise",
    "roll_counterclockwise",
  ]

  private func classify(_ name: String, _ options: ClassifierOptions = ClassifierOptions()) async throws
    -> VideoLabels
  {
    try await Classifier(model: "camera-motion", options: options).classify(
      VideoInput(url: Checkout.samples.appending(path: "\(name).mp4")))
  }

  @Test("Every sample clip is labelled with its motion, surely", arguments: motions)
  func labelsSamples(name: String) async throws {
    let video = try await classify(name)
    let best = try #require(video.labels.first)
    #expect(best.label == name.replacing("_", with: " "))
    #expect(best.score >= 0.8)
    #expect(video.sampling.frames == 8)
  }

  @Test("The clip of two motions changes its label in the middle, give or take a window")
  func twoMotions() async throws {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(4)
    let windows = try await classify("pan_right_then_tilt_up", options).windows
    let labels = windows.map { $0.labels[0].label }
    let change = try #require(labels.firstIndex(of: "tilt up"))
    #expect(labels[..<change].allSatisfy { $0 == "pan right" || windows[change - 1].end > 2 })
    // a window lasts 8/15 s
    #expect(abs((windows[change].start + windows[change].end) / 2 - 2) <= 8.0 / 15)
    #expect(labels[(change + 1)...].allSatisfy { $0 == "tilt up" })
  }
}
