import R2P1DVideo

func printLabels(of files: [String], model: String) throws {
  let classifier = try Classifier(model: model)  // loaded once, for all files
  for file in files {
    let video = try classifier.classify(file)
    print(file, video.labels[0].label, video.labels[0].score)
    for window in video.windows {
      print(window.start, window.end, window.labels[0].label)
    }
  }
}
