import Foundation
import R2P1DVideo

func firstCut(of file: String, _ classifier: Classifier) async throws -> (seconds: Double?, VideoLabels) {
  let windows = classifier.windows(of: .file(BytePath(file)))
  var (last, cut): (Int?, Double?) = (nil, nil)
  for try await window in windows {
    let best = window.scores.top(1)[0]  // a place in classifier.labels.names
    if let last, best != last { cut = window.start.double }
    if cut != nil { break }
    last = best
  }
  return (cut, try await windows.labels())
}

func labels(of upload: Data, _ classifier: Classifier) async throws -> VideoLabels {
  try await classifier.classify(.bytes(upload, name: "upload.mp4"))
}

func labels(
  ofFrames count: Int, _ classifier: Classifier, render: @escaping @Sendable (Int) -> [UInt8]
) async throws -> VideoLabels {
  let frames = VideoFrames(stamps: (0..<Int64(count)).map { $0 }, timescale: 30) { number in
    try VideoFrame(rgb24: render(number), width: 64, height: 48)  // asked for as it is needed
  }
  return try await classifier.classify(.frames(frames, name: "camera"))
}

func segmentsOfTheWeather() -> [VideoSegment] {
  var segmenter = Segmenter(labels: LabelSet(["rain", "sun"]))
  var segments: [VideoSegment] = []
  for number in 0..<8 {
    segments += segmenter.add(
      ScoredWindow(
        number: number, count: 8, start: Rational(number), end: Rational(number + 1), videoEnd: 8,
        scores: ClassScores(number < 4 ? [0.9, 0.1] : [0.1, 0.9])))
  }
  return segments + segmenter.finish()
}
