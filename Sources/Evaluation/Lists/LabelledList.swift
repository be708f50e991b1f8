import R2P1DVideo

/// Videos, or parts of them, and what they show: a list in any of the forms that the field's own tools write.
public struct LabelledList: Sendable, Equatable {
  /// Who writes such lists; the raw value is what forces one.
  public enum Form: String, Sendable, CaseIterable {
    /// A folder of class folders, as torchvision's and Hugging Face's VideoFolder read it.
    case folders
    /// With a header: `file`, `label` and perhaps `split`, `group`, `start`, `end`.
    case csv
    /// `path number`, one a line, as mmaction2, PySlowFast and PyTorchVideo read it.
    case mmaction2
    /// Kinetics' own CSV: `label,youtube_id,time_start,time_end,split`.
    case kinetics
    case ucf101
    case hmdb51
    case activitynet
    case labelStudio = "label-studio"
    /// ELAN's `.eaf`.
    case elan
    /// LosslessCut's CSV: `Start,End,Name`.
    case losslessCut = "losslesscut"
    /// A timeline as JSON, as `timeline` writes it.
    case timeline
  }

  public let file: BytePath
  public let form: Form
  /// The names of the classes: in the list's own order where it has one, else in that of their characters.
  public let classes: [String]
  /// Whether the list numbers its classes and names none: `classes` are `class 0`, `class 1` … then.
  public let isNumbered: Bool
  /// In the list's order. Each is a whole video, or all are segments.
  public let videos: [LabelledVideo]
  /// What was skipped, and what was assumed: a line each.
  public let notes: [String]
  /// Where the list first says another class of a video than before: an error, unless a video may have
  /// several.
  public internal(set) var contradiction: ClassifierError?

  public init(
    file: BytePath, form: Form, classes: [String], isNumbered: Bool, videos: [LabelledVideo],
    notes: [String] = []
  ) {
    self.file = file
    self.form = form
    self.classes = classes
    self.isNumbered = isNumbered
    self.videos = videos
    self.notes = notes
  }

  /// Whether its entries are segments of videos, with a start and an end.
  public var hasSegments: Bool { videos.first?.end != nil }

  /// What was understood: `mmaction2 video list, 512 videos, 10 classes`.
  public var summary: String {
    let files = Set(videos.map(\.path)).count
    let present = Set(videos.flatMap(\.labels)).count
    let parts =
      hasSegments
      ? [videos.count.counted("segment") + " of " + files.counted("video")]
      : [files.counted("video")]
    return ([form.title] + parts + [present.counted("class", "classes")]).joined(separator: ", ")
  }

  /// Where the list has `video`: `line 12`.
  public func place(of video: LabelledVideo) -> String { "\(form.unit) \(video.line)" }
}

extension LabelledList {
  /// How a list is to be read.
  public struct Options: Sendable, Equatable {
    /// Nil is what the list itself shows.
    public var form: LabelledList.Form?
    /// The folder that relative paths count from; nil is the list's own.
    public var root: BytePath?
    /// The split to take, where the list has several: `train`, `val`, `test` …, or `all` of them.
    public var split: String?
    /// Whether a video that is listed again with another class has both; else it is an error.
    public var isMultiLabel = false
    /// Frames a second that a Label Studio export counts in; nil is the task's own `fps`, else Label
    /// Studio's 24.
    public var frameRate: Rational?
    /// The only video that is asked about; nil: all, which are looked for below `root`.
    public var video: BytePath?

    public init() {}
  }
}

extension LabelledList.Form {
  /// What the form is called in a sentence.
  public var title: String {
    switch self {
    case .folders: "folder of class folders"
    case .csv: "CSV with a header"
    case .mmaction2: "mmaction2 video list"
    case .kinetics: "Kinetics CSV"
    case .ucf101: "UCF101 split"
    case .hmdb51: "HMDB51 split"
    case .activitynet: "ActivityNet JSON"
    case .labelStudio: "Label Studio export"
    case .elan: "ELAN annotations"
    case .losslessCut: "LosslessCut CSV"
    case .timeline: "timeline JSON"
    }
  }

  /// What one of its entries is counted in.
  var unit: String {
    switch self {
    case .csv, .mmaction2, .kinetics, .ucf101, .hmdb51, .losslessCut: "line"
    case .folders: "file"
    case .activitynet: "annotation"
    case .labelStudio: "task"
    case .elan: "annotation"
    case .timeline: "segment"
    }
  }
}
