import VideoDecoding

/// Where the windows of one video come from, one by one as they are asked for.
package protocol WindowSource: AnyObject {
  /// The next event; `ended` is the last.
  func next() throws(ClassifierError) -> WindowEvent
  /// Windows that `next` will give sometime, of this video or of one behind it, and that this gives but once:
  /// at least and at most so many, or none.
  func ahead(_ count: ClosedRange<Int>) -> [Window]
}

extension WindowSource {
  package func ahead(_ count: ClosedRange<Int>) -> [Window] { [] }
}

/// Windows that this process decodes itself, on a thread of their own while others are scored.
package final class LocalWindowSource: WindowSource {
  private let path: BytePath
  private let prefetcher: Prefetcher<WindowEvent>

  /// With one thread in all, decoding goes on only while the next event is waited for. `batch` windows are
  /// computed at once.
  package init(_ reader: WindowReader, of path: BytePath, threads: Int, batch: Int = 1) {
    self.path = path
    // Used by the decoding thread alone from the first `next` to the last.
    nonisolated(unsafe) let reader = reader
    prefetcher = Prefetcher(capacity: threads > 1 ? max(Self.windowsAhead, batch) : 0) { try reader.read($0) }
  }

  package func ahead(_ count: ClosedRange<Int>) -> [Window] { prefetcher.windows(ahead: count) }

  /// Enough to keep the network busy over a seek, few enough to be small beside it.
  private static var windowsAhead: Int { 3 }

  package func next() throws(ClassifierError) -> WindowEvent {
    do {
      if let event = try prefetcher.next() { return event }
    } catch {
      throw .video(path, error)
    }
    throw .video(path, cause: "its reading has ended")
  }
}

extension Classifier {
  /// The labels of the video at `path`, whose windows somebody else reads: a scan's workers. Each window is
  /// shown to `observe` once it is scored.
  package func classify(
    _ path: BytePath, _ source: some WindowSource,
    progress: @escaping (_ done: Int, _ of: Int) -> Void,
    observe: (ScoredWindow) throws(ClassifierError) -> Void = { _ in }
  ) throws(ClassifierError) -> VideoLabels {
    try classify(path, ScoredWindows(source, of: path, self, progress: progress), observe: observe)
  }
}

extension VideoSummary {
  /// What `reader` found out; complete once it has handed over its windows.
  package init(_ reader: WindowReader) {
    start = reader.start
    duration = reader.duration
    width = reader.info.width
    height = reader.info.height
    frameRate = reader.info.frameRate
    codec = reader.info.codec
    decodeErrors = reader.decodeErrors
    framesDecoded = reader.framesDecoded
    track = reader.info.track
    timecode = reader.info.timecodes.first { TimecodeReading($0) != nil }
    bytesRead = reader.bytesRead
    fileBytes = reader.fileBytes
    warnings = reader.info.dolbyVisionProfile.map { [.dolbyVision(profile: $0)] } ?? []
    if reader.info.isGivenWhole { warnings.append(.givenWhole) }
  }
}

extension WindowSource {
  /// The first window, once all have been read: an earlier one may be taken back. Nil if there is none.
  package func firstWindow() throws(ClassifierError) -> Window? {
    var first: Window?
    while true {
      switch try next() {
      case .window(let window): first = first ?? window
      case .restarted: first = nil
      case .ended: return first
      }
    }
  }
}
