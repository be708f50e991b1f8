import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

/// The scored windows of the film that a scan is at, in `OUTPUT.windows`: the next run resumes behind them.
///
/// A help and no more: what cannot be read is as if it were not there, and what cannot be written is not
/// kept. Of one film at a time, and only where windows are final as they come.
final class WindowJournal {
  /// A film of which windows are kept.
  struct Film: Sendable, Equatable {
    let path: BytePath
    let stamp: FileStamp
    var windows: Int
  }

  /// That of which the file has windows.
  private(set) var film: Film?

  private let place: BytePath
  private let settings: String
  private let classes: Int
  private var file: OpenFile?
  private var end = 0
  /// Of the passes of earlier runs.
  private var decodeErrors = 0
  private var framesDecoded = 0
  /// Windows of the film at hand that are not in the file yet.
  private var pending: [UInt8] = []
  private var pendingWindows = 0
  /// Whether they are the first ones of their film, so that the file begins with them.
  private var isFresh = false
  private var saved = ContinuousClock.now
  private let interval: Duration

  static func place(beside output: BytePath) -> BytePath {
    BytePath(bytes: output.bytes + Array(".windows".utf8))
  }

  /// Opens what an earlier run with the same `settings` has left beside `output`; windows have so many
  /// classes.
  init(beside output: BytePath, settings: String, classes: Int, interval: Duration = .seconds(10)) {
    place = Self.place(beside: output)
    (self.settings, self.classes, self.interval) = (settings, classes, interval)
    guard place.status.map({ $0.st_mode & S_IFMT == S_IFREG }) == true,
      let file = try? OpenFile(place), let film = try? load(file)
    else { return }
    (self.file, self.film) = (file, film)
  }

  /// What is kept of the file at `path`.
  func kept(of path: BytePath) -> (any KeptWindows)? {
    guard let film, let file, film.path == path else { return nil }
    return Replay(
      file, from: end - film.windows * recordSize, classes: classes, count: film.windows,
      decodeErrors: decodeErrors, framesDecoded: framesDecoded)
  }

  /// Keeps a window of `video`, the one behind the last; number 0 is the first of a film.
  func add(_ window: ScoredWindow, of video: DecodeJob) {
    if window.number == 0 { (pending, pendingWindows, isFresh, saved) = ([], 0, true, ContinuousClock.now) }
    // A pass counts from where it begins.
    if window.number == 0 { (decodeErrors, framesDecoded) = (0, 0) }
    let pass = video.counts(of: window.number)
    let counts = (decodeErrors + pass.errors, framesDecoded + pass.frames)
    pending += record(KeptWindow(window), counts)
    pendingWindows += 1
    if ContinuousClock.now - saved > interval { save(video) }
  }

  /// Writes down what is kept of the film at hand.
  func save(_ video: DecodeJob) {
    defer { saved = ContinuousClock.now }
    guard pendingWindows > 0 else { return }
    do throws(Errno) {
      if isFresh {
        let file = try OpenFile(place, options: [.create, .truncate])
        let head = head(video.path, video.stamp)
        try file.append(head, at: 0)
        (self.file, end) = (file, head.count)
        film = Film(path: video.path, stamp: video.stamp, windows: 0)
        isFresh = false
      }
      try file?.append(pending, at: end)
      try file?.sync()
      end += pending.count
      film?.windows += pendingWindows
    } catch {
      // Nothing is lost but time: the film begins at its first window again.
      remove()
    }
    (pending, pendingWindows) = ([], 0)
  }

  /// The film at `path` has its row. What is kept of another one stays.
  func finish(_ path: BytePath) {
    (pending, pendingWindows) = ([], 0)
    if film?.path == path { remove() }
  }

  private func remove() {
    (film, file) = (nil, nil)
    _ = place.withCString { unlink($0) }
  }

  // MARK: the file

  private static let format = Array("r2p1d-video windows 1".utf8)
  private var recordSize: Int { Self.recordSize(classes) }
  fileprivate static func recordSize(_ classes: Int) -> Int { 76 + 4 * classes }

  private func head(_ path: BytePath, _ stamp: FileStamp) -> [UInt8] {
    let words = [settings, "\(classes)", "\(stamp.size)", "\(stamp.modified)"]
    return JournalLine.bytes([Self.format] + words.map { Array($0.utf8) } + [path.bytes])
  }

  private func record(_ window: KeptWindow, _ counts: (errors: Int, frames: Int)) -> [UInt8] {
    var record = MessageWriter()
    record.add(UInt32(clamping: window.number))
    record.add(UInt32(clamping: window.count))
    record.add(window.start)
    record.add(window.end)
    record.add(window.videoEnd.bitPattern)
    record.add(UInt32(window.padded ? 1 : 0))
    record.add(UInt64(clamping: counts.errors))
    record.add(UInt64(clamping: counts.frames))
    for logit in window.logits { record.add(logit.bitPattern) }
    record.add(StableHash(record.bytes).value)
    return record.bytes
  }

  /// The film in a file, and as many of its windows, from the first on, as are whole; nil for another's.
  private func load(_ file: OpenFile) throws(Errno) -> Film? {
    let line = try file.read(from: 0, count: min(file.size, 1 << 16)).prefix { $0 != JournalLine.lineFeed }
    let words = [settings, "\(classes)"].map { Array($0.utf8) }
    guard let fields = JournalLine.fields(line), fields.count == 6, fields[0] == Self.format,
      fields[1] == words[0], fields[2] == words[1],
      let size = Int64(String(decoding: fields[3], as: UTF8.self)),
      let modified = Int64(String(decoding: fields[4], as: UTF8.self))
    else { return nil }
    var film = Film(
      path: BytePath(bytes: fields[5]), stamp: FileStamp(size: size, modified: modified), windows: 0)
    end = line.count + 1
    while let (window, errors, frames) = try Self.window(file, at: end, classes),
      window.number == film.windows
    {
      film.windows += 1
      (decodeErrors, framesDecoded) = (errors, frames)
      end += recordSize
    }
    return film.windows > 0 ? film : nil
  }

  /// Nil for what is torn, damaged or impossible.
  fileprivate static func window(
    _ file: OpenFile, at place: Int, _ classes: Int
  ) throws(Errno) -> (window: KeptWindow, errors: Int, frames: Int)? {
    let size = recordSize(classes)
    let bytes = try file.read(from: place, count: size)
    guard bytes.count == size else { return nil }
    var rest = MessageReader(bytes: bytes[...])
    let (number, count) = (Int(rest.next(UInt32.self)), Int(rest.next(UInt32.self)))
    let (start, end) = (rest.nextTime(), rest.nextTime())
    let videoEnd = Double(bitPattern: rest.next(UInt64.self))
    let padded = rest.next(UInt32.self)
    let errors = Int(clamping: rest.next(UInt64.self))
    let frames = Int(clamping: rest.next(UInt64.self))
    let logits = (0..<classes).map { _ in Float(bitPattern: rest.next(UInt32.self)) }
    guard rest.next(UInt64.self) == StableHash(bytes.dropLast(8)).value, let start, let end, padded <= 1,
      number < count, count <= WorkerMessage.mostWindows, videoEnd.isTime, logits.allSatisfy(\.isFinite)
    else { return nil }
    let window = KeptWindow(
      number: number, count: count, start: start, end: end, videoEnd: videoEnd, padded: padded == 1,
      logits: logits)
    return (window, errors, frames)
  }

  /// The windows in the file, once more.
  private final class Replay: KeptWindows {
    let count: Int
    let decodeErrors: Int
    let framesDecoded: Int
    private let file: OpenFile
    private let classes: Int
    private var place: Int
    private var given = 0

    init(
      _ file: OpenFile, from place: Int, classes: Int, count: Int, decodeErrors: Int, framesDecoded: Int
    ) {
      (self.file, self.place, self.classes, self.count) = (file, place, classes, count)
      (self.decodeErrors, self.framesDecoded) = (decodeErrors, framesDecoded)
    }

    func next() throws(ClassifierError) -> KeptWindow? {
      guard given < count else { return nil }
      let found = try mapErrno(file.path, "read") { () throws(Errno) in
        try WindowJournal.window(file, at: place, classes)
      }
      guard let window = found?.window else {
        throw .output(file.path, cause: "was changed while it was read", remedy: .otherOutput(.remove))
      }
      place += WindowJournal.recordSize(classes)
      given += 1
      return window
    }
  }
}
