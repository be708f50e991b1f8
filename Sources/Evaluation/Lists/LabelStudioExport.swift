import FoundationEssentials
import R2P1DVideo

/// A Label Studio export (JSON): tasks with a video and annotations. Choices are of the whole video;
/// timeline labels count frames, from 1 and inclusive, at the rate that the labelling interface was given;
/// labels of an audio track beside the video count seconds. JSON-MIN has the same in less.
enum LabelStudioExport {
  struct Task: Decodable {
    let data: [String: Field]?
    let annotations: [Annotation]?
    /// What a model said, which is no truth.
    var predictions: [Annotation]?
  }

  struct Annotation: Decodable {
    let result: [Result]?
    var wasCancelled: Bool?

    private enum CodingKeys: String, CodingKey {
      case result
      case wasCancelled = "was_cancelled"
    }
  }

  struct Result: Decodable {
    let value: Value?
  }

  struct Value: Decodable {
    struct Range: Decodable {
      let start, end: Double
    }

    let choices: [String]?
    var timelinelabels: [String]?
    var ranges: [Range]?
    var labels: [String]?
    var start, end: Double?

    private enum Key: CodingKey {
      case choices, timelinelabels, ranges, labels, start, end
    }

    init(choices: [String]) { self.choices = choices }

    /// Other controls of an interface have values of other shapes.
    init(from decoder: any Decoder) throws {
      let values = try? decoder.container(keyedBy: Key.self)
      choices = try? values?.decode([String].self, forKey: .choices)
      timelinelabels = try? values?.decode([String].self, forKey: .timelinelabels)
      ranges = try? values?.decode([Range].self, forKey: .ranges)
      labels = try? values?.decode([String].self, forKey: .labels)
      start = try? values?.decode(Double.self, forKey: .start)
      end = try? values?.decode(Double.self, forKey: .end)
    }
  }

  /// A field of a task's data, of which texts and numbers matter.
  enum Field: Decodable {
    case text(String)
    case number(Double)
    case other

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let text = try? value.decode(String.self) {
        self = .text(text)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = .other
      }
    }
  }

  /// Fields of a task's data that say how many frames a second it has.
  static let frameRateNames: Set<String> = ["fps", "frame_rate", "frameRate", "framerate"]

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let form = "expected Label Studio's export as JSON: tasks with data and annotations"
    var tasks: [Task] = try source.json(form)
    if !tasks.isEmpty, tasks.allSatisfy({ $0.data == nil && $0.annotations == nil }) {
      tasks = try LabelStudioMinimal.tasks(try source.json(form), source)
    }
    if tasks.allSatisfy({ ($0.annotations ?? []).isEmpty }),
      tasks.contains(where: { !($0.predictions ?? []).isEmpty })
    {
      throw .list(source.path, cause: "holds predictions and no annotation that a person made")
    }
    let index = try source.index()
    var contents = ListContents()
    var unlabelled = 0
    var guessed = 0
    for (place, task) in tasks.enumerated() {
      let number = place + 1
      let done = (task.annotations ?? []).filter { $0.wasCancelled != true }
      let values = (done.first?.result ?? []).compactMap(\.value)
      guard done.count <= 1 else {
        throw source.error(.labelStudio, number, "has \(done.count) annotations: keep one")
      }
      let path = try path(of: task, number, source, index)
      let rate = source.options.frameRate?.double ?? task.frameRate
      var parts: [ListEntry] = []
      for value in values { parts += try entries(of: value, path, number, rate ?? 24, source) }
      if parts.contains(where: { $0.end != nil }), rate == nil, values.contains(where: { $0.ranges != nil }) {
        guessed += 1
      }
      if parts.isEmpty { unlabelled += 1 }
      // Choices of a video whose parts are labelled are of another question.
      let segments = parts.filter { $0.end != nil }
      contents.entries += segments.isEmpty ? parts : segments
    }
    contents.notes += index.notes
    if unlabelled > 0 { contents.notes.append("skipped \(unlabelled.counted("task")) without labels") }
    if guessed > 0 {
      contents.notes.append(
        "\(guessed.counted("task says", "tasks say")) no frame rate: frames are taken for 24 a second, Label "
          + "Studio's default")
    }
    return contents
  }

  private static func entries(
    of value: Value, _ path: BytePath, _ number: Int, _ rate: Double, _ source: ListSource
  ) throws(ClassifierError) -> [ListEntry] {
    func segment(_ labels: [String], _ start: Double, _ end: Double) throws(ClassifierError) -> ListEntry {
      guard let from = Rational(seconds: max(0, start)), let to = Rational(seconds: end) else {
        throw source.error(.labelStudio, number, "a range of \(start) s to \(end) s is none of a video")
      }
      return ListEntry(path: path, labels: labels, start: from, end: to, line: number)
    }
    if let labels = value.timelinelabels, let ranges = value.ranges, !labels.isEmpty {
      return try ranges.map { (range) throws(ClassifierError) in
        try segment(labels, (range.start - 1) / rate, range.end / rate)
      }
    }
    if let labels = value.labels, let start = value.start, let end = value.end, !labels.isEmpty {
      return [try segment(labels, start, end)]
    }
    if let choices = value.choices, !choices.isEmpty {
      return [ListEntry(path: path, labels: choices, line: number)]
    }
    return []
  }

  /// The file of a task: a local path, or what an upload or an address is called.
  private static func path(
    of task: Task, _ number: Int, _ source: ListSource, _ index: VideoIndex
  ) throws(ClassifierError) -> BytePath {
    guard task.data != nil else {
      throw source.error(.labelStudio, number, "has no data, as Label Studio's tasks have")
    }
    guard let address = task.video else {
      throw source.error(.labelStudio, number, "its data names no video")
    }
    var text = BytePath(percentEncoded: address).string
    if let local = text.firstRange(of: "/data/local-files/?d=") {
      text = String(text[local.upperBound...])
      let path = source.resolve(text.utf8)
      if path.isFile { return path }
    }
    let isAddress = text.contains("://") || text.hasPrefix("/data/")
    if !isAddress { return source.resolve(text.utf8) }
    let name = BytePath(String(text.prefix { $0 != "?" })).name
    // Uploads are called after eight random digits and a hyphen.
    let stem = name.stem.string
    let upload = stem.dropFirst(9)
    let isUpload = stem.dropFirst(8).first == "-" && stem.prefix(8).allSatisfy { $0.isHexDigit }
    for wanted in [stem] + (isUpload ? [String(upload)] : []) {
      if let found = try index.video(named: wanted, in: nil) { return found }
    }
    return source.root.appending(isUpload ? BytePath(name.string.dropFirst(9).description) : name)
  }
}

extension LabelStudioExport.Task {
  /// The text in the task's data that names a video.
  var video: String? {
    let texts = (data ?? [:]).sorted { $0.key < $1.key }.compactMap { entry -> String? in
      guard case .text(let text) = entry.value else { return nil }
      return text
    }
    if case .text(let video)? = data?["video"] { return video }
    return texts.first { BytePath(String($0.prefix { $0 != "?" })).isVideoName || BytePath($0).isVideoName }
  }

  /// Frames a second, where the task's data says so for the interface.
  fileprivate var frameRate: Double? {
    for key in LabelStudioExport.frameRateNames.sorted() {
      switch data?[key] {
      case .number(let rate) where rate > 0: return rate
      case .text(let text):
        if let rate = Rational(text)?.double, rate > 0 { return rate }
      default: continue
      }
    }
    return nil
  }
}
