import R2P1DVideo

func printLabels(of files: [String], model: String) async throws {
  let network = try await Network.load(.named(model))  // loaded once, shared by all classifiers
  let classifier = try await network.classifier()
  for file in files {
    let video = try await classifier.classify(.file(BytePath(file)))
    print(file, video.labels[0].label, video.labels[0].score)
    for window in video.windows {
      print(window.start, window.end, window.labels[0].label)
    }
  }
}
