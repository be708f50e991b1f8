import R2P1DVideo

func segments(of file: String) async throws -> [VideoSegment] {
  let classifier = try await Network.load(.named("camera-motion")).classifier()
  var segments: [VideoSegment] = []
  for try await segment in classifier.segments(of: .file(BytePath(file))) {
    print(segment.label, segment.start.double, segment.end.double)  // as soon as it is certain
    segments.append(segment)
  }
  return segments
}
