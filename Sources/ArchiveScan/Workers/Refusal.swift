import R2P1DVideo

/// Why a worker gives no windows of a file: one line, what a program can act on, and the way out.
struct Refusal: Error, Equatable {
  let cause: String
  let kind: FailureKind
  let remedy: FailureRemedy?

  init(cause: String, kind: FailureKind = .other, remedy: FailureRemedy? = nil) {
    (self.cause, self.kind, self.remedy) = (cause, kind, remedy)
  }

  init(_ error: any Error) {
    self.init(cause: "\(error)", kind: FailureKind(of: error), remedy: FailureRemedy(of: error))
  }

  /// That of the file at `path`.
  func error(_ path: BytePath) -> ClassifierError {
    .video(path, cause: cause, kind: kind, remedy: remedy)
  }
}

extension Refusal {
  /// What may keep a video from being read; its place is its code.
  static let kinds: [FailureKind] =
    [
      .other, .missing, .unreadable, .refused, .unsupported, .damaged, .request, .outOfMemory, .cancelled,
    ] + limits.map { .limit($0) }
  static let remedies: [FailureRemedy?] =
    [nil, .allowNetwork, .trustServer, .otherCertificates, .otherTrack] + limits.map { .raise($0) }
  private static let limits: [FailureKind.Limit] = [.pixels, .streams, .frames, .samples, .windows, .memory]

  /// The codes of kind and remedy, then the cause.
  func bytes(longestText: Int) -> [UInt8] {
    let codes = [Self.kinds.firstIndex(of: kind), Self.remedies.firstIndex(of: remedy)]
    return codes.map { UInt8($0 ?? 0) } + cause.utf8.prefix(longestText)
  }

  /// Nil for a code that there is not.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 2, bytes[0] < Self.kinds.count, bytes[1] < Self.remedies.count else { return nil }
    cause = String(decoding: bytes[2...], as: UTF8.self)
    (kind, remedy) = (Self.kinds[Int(bytes[0])], Self.remedies[Int(bytes[1])])
  }
}
