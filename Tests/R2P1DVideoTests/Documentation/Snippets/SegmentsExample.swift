import R2P1DVideo

func segments(of file: String) throws -> [Segment] {
  let classifier = try Classifier(model: "camera-motion")
  let timeline = try classifier.timeline(of: FilePath(file))
  var segmenter = Segmenter(labels: timeline.labels)
  var segments: [Segment] = []
  try timeline.read { window in
    segments += segmenter.add(window)
  }
  return segments + segmenter.finish()
}
