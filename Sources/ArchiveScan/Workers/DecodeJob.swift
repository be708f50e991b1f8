import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

/// What a file did to the process that decoded it.
package enum DecoderFault: Sendable {
  /// It crashed, was killed, or sent what it should not.
  case ended
  /// It was given up without progress.
  case timeout
  /// It met its limit of memory.
  case memory
}

/// One file of a scan on its way from a worker to the network.
final class DecodeJob: Sendable {
  let path: BytePath
  let arrivals = BoundedQueue<WindowEvent>(capacity: DecodeJob.windowsAhead)
  private let firstStamp = Mutex(FileStamp.absent)
  private let endOfDecoder = Mutex<DecoderFault?>(nil)
  private let messages = Atomic(0)

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

  /// What ended the decoder at this file; said before the windows end.
  var fault: DecoderFault? {
    get { endOfDecoder.withLock { $0 } }
    set { endOfDecoder.withLock { $0 = newValue } }
  }

  /// How many messages have come of it: more of them are a sign of life.
  var signsOfLife: Int { messages.load(ordering: .relaxed) }

  func giveSignOfLife() { messages.add(1, ordering: .relaxed) }
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
