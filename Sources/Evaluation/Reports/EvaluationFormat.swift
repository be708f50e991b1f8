import R2P1DVideo

/// The reports of an evaluation that there are.
package enum EvaluationFormat: String, Sendable, CaseIterable {
  case text, json, csv, html

  /// Whether it carries a receipt.
  package var isJSON: Bool { self == .json }

  /// How many thumbnails of mistakes the report has use for.
  package var thumbnails: Int { self == .html ? 12 : 0 }

  /// The report of `evaluation`; `thumbnails` are of mistakes, by their files.
  package func report(_ evaluation: ModelEvaluation, thumbnails: [BytePath: VideoThumbnail] = [:]) -> String {
    switch self {
    case .text: EvaluationTextReport(evaluation).text
    case .json: EvaluationJSONReport(evaluation).text
    case .csv: EvaluationCSVReport(evaluation).text
    case .html: EvaluationPage(evaluation, thumbnails).text
    }
  }
}

extension ModelEvaluation {
  /// Whether what was said of an example is right: its best label or, where a model gives any number of
  /// labels, all of them and none besides.
  func isRight(_ example: EvaluatedVideo.Example) -> Bool {
    guard decision.isMultiLabel else {
      return example.labels.first.map { best in example.truth.contains { $0.index == best.index } } ?? false
    }
    return wrongScore(example) == nil
  }

  /// How sure the model was of what is wrong of an example: the score of its best label; of any number of
  /// labels the furthest from its threshold that is wrong. Nil where nothing wrong was said.
  private func wrongScore(_ example: EvaluatedVideo.Example) -> Double? {
    guard decision.isMultiLabel else {
      return isRight(example) ? nil : example.labels.first?.score
    }
    return (example.scores ?? []).enumerated().compactMap { index, score -> Double? in
      let isTrue = example.truth.contains { $0.index == index }
      return decision.accepts(score, of: index) == isTrue
        ? nil : abs(score - max(decision.threshold(of: index), decision.floor))
    }.max()
  }

  /// The videos of which something wrong was said, those first of which the model was surest; at most
  /// `count`, and one of each file.
  package func worstMistakes(_ count: Int) -> [Mistake] {
    let all = videos.flatMap { video in
      video.examples.compactMap { example in
        wrongScore(example).map { (score: $0, mistake: Mistake(file: video.file, example: example)) }
      }
    }
    let order = all.indices.sorted { (all[$1].score, $0) < (all[$0].score, $1) }
    var files: Set<BytePath> = []
    return Array(order.map { all[$0].mistake }.filter { files.insert($0.file).inserted }.prefix(count))
  }

  package struct Mistake: Sendable {
    package let file: BytePath
    package let example: EvaluatedVideo.Example
  }

  /// The classes of which the smallest share was found, of equal shares those of more videos first.
  var worstClasses: [ClassificationFigures.ClassRow] {
    figures.classes.sorted {
      ($0.accuracy.value ?? 0, $1.count, $0.index) < ($1.accuracy.value ?? 0, $0.count, $1.index)
    }
  }

  /// What one of the list's entries is called.
  var unit: (one: String, many: String) { truth.hasSegments ? ("segment", "segments") : ("video", "videos") }

  /// `5 windows of 16, 15 a second, 3 crops`.
  var windowFacts: String {
    let places =
      switch sampling.placement {
      case .even(let count): "\(count.counted("window")) of \(sampling.frames)"
      case .stride(let samples): "windows of \(sampling.frames), one every \(samples)"
      }
    return [
      places, sampling.rate.words, sampling.crops > 1 ? "\(sampling.crops) crops" : nil,
      sampling.resize.rawValue,
    ]
    .compactMap { $0 }.joined(separator: ", ")
  }
}
