import R2P1DVideo

/// The segments of one video and what is known of it: all that a file for another tool is written from.
///
/// Each format's writer is a function of it in a file of its own. The same document gives the same text.
package struct SegmentDocument: Sendable {
  package var file: BytePath
  /// Where other tools find the video, a URL.
  package var location: String
  package var model: ModelSummary
  /// The names of the model's classes.
  package var classes: [String]
  package var video: VideoSummary
  /// Where the part of the video ends that was asked for, in seconds; nil: with the video.
  package var partEnd: Rational?
  /// In time order, none before the other's end.
  package var segments: [Segment]
  package var options: SegmentDocumentOptions

  package init(
    file: BytePath, location: String, model: ModelSummary, classes: [String], video: VideoSummary,
    segments: [Segment], options: SegmentDocumentOptions = SegmentDocumentOptions()
  ) {
    self.file = file
    self.location = location
    self.model = model
    self.classes = classes
    self.video = video
    self.segments = segments
    self.options = options
  }
}

/// What a person may choose of such files.
public struct SegmentDocumentOptions: Sendable, Equatable {
  /// What becomes of stretches without a label, in formats of which each moment may have a name.
  public enum Fill: Sendable, Equatable {
    /// What the format wants: chapters, which MP4 holds only without gaps, have an en dash there.
    case ofFormat
    case text(String)
    case none
  }

  public var fill = Fill.ofFormat
  /// Whether the file will be in the video's folder: ELAN then finds the video when both have moved.
  public var isBeside = true
  /// Where an editor's timeline begins, as `01:00:00:00` or, in drop-frame counting, `01:00:00;00`.
  public private(set) var startTimecode = "01:00:00:00"
  var start: TimecodeReading? { TimecodeReading(startTimecode) }

  public init() {}

  /// Nil for what is no timecode.
  public func starting(at timecode: String) -> SegmentDocumentOptions? {
    guard TimecodeReading(timecode) != nil else { return nil }
    var options = self
    options.startTimecode = timecode
    return options
  }
}

extension SegmentDocument {
  /// Where the last frame ends, in seconds of a player's clock.
  var videoEnd: Double { video.start + video.duration }
  /// No segment ends later.
  var lastTime: Double { min(videoEnd, partEnd?.double ?? .infinity) }
  var rate: FrameRate { FrameRate(average: video.frameRate) }

  /// The marks that lie a frame apart.
  var frameGrid: SegmentGrid { SegmentGrid(rate.perSecond, rate: rate, videoEnd: videoEnd) }
  var millisecondGrid: SegmentGrid { SegmentGrid(1000, rate: rate, videoEnd: videoEnd) }
  var microsecondGrid: SegmentGrid { SegmentGrid(1_000_000, rate: rate, videoEnd: videoEnd) }

  /// The segments on a format's marks.
  func placed(_ grid: SegmentGrid) throws(ClassifierError) -> [PlacedSegment] {
    if let placed = grid.place(segments) { return placed }
    throw .video(
      file, cause: "has \(segments.count.counted("segment")), more than frames to hold them", kind: .request,
      remedy: .fewerSegments)
  }

  /// The video's name without its ending, as text.
  var stem: String { file.stem.string }
}

/// What a document's writer needs of the segments' times: pairs of a place and what stands there.
extension PlacedSegment {
  var label: String? { segment?.label }

  /// Microseconds as seconds.
  var seconds: (start: JSONValue, end: JSONValue) {
    (.real(Double(start) / 1e6), .real(Double(end) / 1e6))
  }
}

extension SegmentDocument {
  /// What is kept of a segment: a long video of many classes has no room for all their scores.
  package struct Segment: Sendable, Equatable {
    package let start, end: Rational
    package let label: String
    /// The class's place among the model's.
    package let index: Int
    /// From 0 to 1.
    package let score: Double

    package init(start: Rational, end: Rational, label: String, index: Int, score: Double) {
      (self.start, self.end, self.label, self.index, self.score) = (start, end, label, index, score)
    }

    package init(_ segment: VideoSegment) {
      self.init(
        start: segment.start, end: segment.end, label: segment.label, index: segment.index,
        score: segment.score)
    }
  }
}

extension SegmentDocument.Segment {
  /// `0.93`, for people.
  var shortScore: String {
    let hundredths = Int((min(1, max(0, score)) * 100).rounded())
    return "\(hundredths / 100)." + "\(100 + hundredths % 100)".dropFirst()
  }
}
