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
  /// How far decoding was when each of the last windows came.
  private let decoded = Mutex<[Int: (errors: Int, frames: Int)]>([:])
  /// What an earlier run has kept of it.
  private let film: WindowJournal.Film?

  /// All windows of a file with the usual number of them, so that a worker can go on to the next.
  private static let windowsAhead = 5 + 1
  /// More than can have come before the one that is scored: those that wait, and two batches of a GPU.
  private static let windowsNoted = 256

  /// Where `film` is of this file, its windows need not come again.
  init(_ path: BytePath, after film: WindowJournal.Film? = nil) {
    self.path = path
    self.film = film?.path == path ? film : nil
  }

  /// From which window on, as the file is now.
  var request: DecodeRequest {
    DecodeRequest(path, from: film.map { $0.stamp == stamp ? $0.windows : 0 } ?? 0)
  }

  /// Errors that were concealed, and frames that were decoded, when window `number` came.
  func counts(of number: Int) -> (errors: Int, frames: Int) {
    decoded.withLock { $0[number] } ?? (0, 0)
  }

  func note(_ window: WorkerMessage.Window) {
    decoded.withLock { decoded in
      decoded[window.number] = (window.decodeErrors, window.framesDecoded)
      decoded[window.number - Self.windowsNoted] = nil
    }
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
  private let pool: WorkerPool

  init(_ video: DecodeJob, of pool: WorkerPool) {
    (self.video, self.pool) = (video, pool)
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

  /// Of this file, then of those that are to come.
  func ahead(_ count: ClosedRange<Int>) -> [Window] { pool.windows(ahead: count, from: video) }
}
