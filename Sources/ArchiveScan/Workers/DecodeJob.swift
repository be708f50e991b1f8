import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

/// One file of a scan on its way from a worker to the network.
final class DecodeJob: Sendable {
  let path: BytePath
  let arrivals = BoundedQueue<WindowEvent>(capacity: DecodeJob.windowsAhead)
  private let firstStamp = Mutex(FileStamp.absent)

  /// All windows of a file with the usual number of them, so that a worker can go on to the next.
  private static let windowsAhead = 5 + 1

  init(_ path: BytePath) {
    self.path = path
  }

  /// The file as it was when its decoding began.
  var stamp: FileStamp {
    get { firstStamp.withLock { $0 } }
    set { firstStamp.withLock { $0 = newValue } }
  }
}

/// The windows of a video as they come in from a worker.
final class RemoteWindowSource: WindowSource {
  private let video: DecodeJob

  init(_ video: DecodeJob) {
    self.video = video
  }

  /// Whoever gives up the windows before their end gives up the file.
  deinit { video.arrivals.abandon() }

  func next() throws(ClassifierError) -> WindowEvent {
    do {
      if let event = try video.arrivals.take() { return event }
    } catch {
      throw error as? ClassifierError ?? .video(video.path, error)
    }
    throw .video(video.path, cause: "decoding aborted")
  }
}
