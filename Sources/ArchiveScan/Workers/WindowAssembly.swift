import FoundationEssentials
import Glibc
import Inference
import R2P1DVideo

/// Makes windows of the samples that come before them, and believes nothing else.
struct WindowAssembly {
  let frames: Int
  /// The window that was asked for first; the worker may begin at 0 all the same.
  private let first: Int
  private var samples: [UInt32: Sample] = [:]
  private var nextSample: UInt32 = 0
  private var newSamples = 0
  /// Nil before the first.
  private var nextWindow: Int?
  /// How many windows, from the first on, are final.
  private var finalWindows = 0
  private var restarts = 0

  /// How often windows may be taken back.
  private static let mostRestarts = 8

  init(frames: Int, from first: Int = 0) {
    (self.frames, self.first) = (frames, first)
  }

  var isComplete: Bool { nextWindow.map { $0 > 0 } ?? false }

  /// False for more samples than a window can show.
  mutating func add(_ sample: Sample) -> Bool {
    guard newSamples < frames, nextSample < .max else { return false }
    samples[nextSample] = sample
    nextSample += 1
    newSamples += 1
    return true
  }

  /// False for windows that are taken back too often.
  mutating func restart() -> Bool {
    restarts += 1
    nextWindow = finalWindows
    newSamples = 0
    return restarts <= Self.mostRestarts
  }

  /// Nil for a window out of turn, for one that is final behind one that is not, and for one of samples that
  /// are neither in the last window nor came since.
  mutating func window(_ message: WorkerMessage.Window) -> Window? {
    let shown = message.samples.compactMap { samples[$0] }
    let begins = nextWindow == nil && message.number == first
    if begins { finalWindows = first }
    let number = begins ? first : nextWindow ?? 0
    guard message.number == number, !message.isFinal || finalWindows == number,
      message.samples.count == frames, shown.count == frames
    else { return nil }
    nextWindow = number + 1
    if message.isFinal { finalWindows = number + 1 }
    newSamples = 0
    let inThisWindow = Set(message.samples)
    samples = samples.filter { inThisWindow.contains($0.key) }
    return Window(
      number: message.number, count: message.total, exactStart: message.start, exactEnd: message.end,
      videoEnd: message.videoEnd, samples: shown, padded: message.padded, isFinal: message.isFinal)
  }
}
