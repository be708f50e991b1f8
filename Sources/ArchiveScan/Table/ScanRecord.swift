import R2P1DVideo

/// What the journal says of one row of the output.
package struct ScanRecord: Sendable, Equatable {
  package let path: BytePath
  /// The file as it was when its decoding began.
  package let stamp: FileStamp
  package let isFailed: Bool
  /// Seconds of video; 0 for a failed file.
  package let duration: Double
  /// The best label, or why the file failed.
  package let note: String
  /// The SHA-256 of each timeline that was made of the video, in the order of the scan's formats.
  package let sidecars: [String]
  /// Where in the output the row ends: it begins where the one before ends.
  package let end: Int
  /// The row's bytes, hashed.
  let check: UInt64

  init(
    _ outcome: VideoOutcome, _ explain: (ClassifierError) -> String = { $0.cause }, stamp: FileStamp,
    sidecars: [String] = [], row: [UInt8], end: Int
  ) {
    path = outcome.file
    self.stamp = stamp
    self.sidecars = sidecars
    self.end = end
    check = StableHash(row).value
    switch outcome.result {
    case .success(let video):
      (isFailed, duration, note) = (false, video.video.duration, video.labels.first?.label ?? "uncertain")
    case .failure(let error):
      (isFailed, duration, note) = (true, 0, explain(error))
    }
  }

  /// The same row at another place.
  func moved(to end: Int) -> ScanRecord {
    ScanRecord(
      path: path, stamp: stamp, isFailed: isFailed, duration: duration, note: note, sidecars: sidecars,
      end: end, check: check)
  }

  init(
    path: BytePath, stamp: FileStamp, isFailed: Bool, duration: Double, note: String,
    sidecars: [String] = [], end: Int, check: UInt64
  ) {
    self.path = path
    self.stamp = stamp
    self.isFailed = isFailed
    self.duration = duration
    self.note = note
    self.sidecars = sidecars
    self.end = end
    self.check = check
  }
}

extension ScanRecord {
  /// The record as a line of the journal: status, size, time changed, end, check, duration, note, path, and a
  /// hash for each timeline.
  var line: [UInt8] {
    let numbers = [
      "\(stamp.size)", "\(stamp.modified)", "\(end)", String(check, radix: 16), "\(duration.roundedTime)",
    ]
    let words = [isFailed ? "failed" : "ok"] + numbers + [note]
    return JournalLine.bytes(
      words.map { Array($0.utf8) } + [path.bytes] + sidecars.map { Array($0.utf8) })
  }

  /// Reads what `line` writes; nil for anything else.
  init?(fields: [[UInt8]]) {
    guard fields.count >= 8 else { return nil }
    let words = fields.map { String(decoding: $0, as: UTF8.self) }
    guard let size = Int64(words[1]), let modified = Int64(words[2]), let end = Int(words[3]), end >= 0,
      let check = UInt64(words[4], radix: 16), let duration = Double(words[5]), duration >= 0,
      duration.isFinite,
      ["ok", "failed"].contains(words[0])
    else { return nil }
    self.init(
      path: BytePath(bytes: fields[7]), stamp: FileStamp(size: size, modified: modified),
      isFailed: words[0] == "failed", duration: duration, note: words[6],
      sidecars: Array(words[8...]), end: end, check: check)
  }
}
