import FoundationEssentials
import Glibc
import Synchronization

/// One file of a scan on its way from a worker to the network.
final class DecodeJob: Sendable {
  enum Arrival: Sendable {
    case window(Window)
    case end(VideoSummary)
  }

  let path: FilePath
  let arrivals = BoundedQueue<Arrival>(capacity: DecodeJob.windowsAhead)
  private let firstStamp = Mutex(FileStamp.absent)

  /// All windows of a file with the usual number of them, so that a worker can go on to the next.
  private static let windowsAhead = 5 + 1

  init(_ path: FilePath) {
    self.path = path
  }

  /// The file as it was when its decoding began.
  var stamp: FileStamp {
    get { firstStamp.withLock { $0 } }
    set { firstStamp.withLock { $0 = newValue } }
  }
}

/// The windows of a video as they come in.
final class RemoteWindows: WindowSource {
  private let video: DecodeJob

  init(_ video: DecodeJob) {
    self.video = video
  }

  func handOver(_ body: (Window) throws(ClassifierError) -> Void) throws(ClassifierError) -> VideoSummary {
    var summary: VideoSummary?
    do {
      while let arrival = try video.arrivals.take() {
        switch arrival {
        case .end(let video): summary = video
        case .window(let window): try body(window)
        }
      }
    } catch {
      // Of the lane, which is over, or of `body`.
      video.arrivals.abandon()
      throw error as? ClassifierError ?? .video(video.path, error)
    }
    guard let summary else { throw .video(video.path, cause: "its decoding was given up") }
    return summary
  }
}
