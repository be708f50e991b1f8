import Download
import FoundationEssentials
import Glibc

import struct SystemPackage.Errno

/// A checkpoint's way from the network into the cache: it appears there only if its SHA-256 is the expected
/// one.
///
/// Several processes may fetch the same file at once: one does, the others wait and find it.
public struct ModelDownload: Sendable {
  /// What errors and progress call it.
  public let name: String
  public let address: String
  /// Where it belongs.
  public let target: BytePath
  /// The SHA-256, or at least the first 8 digits of it, in hexadecimal.
  public let sha256: String
  public var options = DownloadOptions()
  /// Where it may be already.
  private let places: [BytePath]

  /// The download of a published checkpoint.
  public init(_ entry: PublishedModel, folders: ModelStore = ModelStore()) {
    name = entry.name
    address = folders.address(of: entry)
    target = folders.cache.appending(BytePath(entry.file))
    places = folders.folders.map { $0.appending(BytePath(entry.file)) }
    sha256 = entry.sha256
  }

  /// The download of the published checkpoint called `name`.
  public init(named name: String, folders: ModelStore = ModelStore()) throws(ClassifierError) {
    if BuiltInModel.names.contains(name) {
      throw .download(name, cause: "is built into the program and needs no download")
    }
    guard let entry = PublishedModel.named(name) else {
      throw .unknownModel(name, known: PublishedModel.all.map(\.name))
    }
    self.init(entry, folders: folders)
  }

  /// The download of any checkpoint, by its address. Without `sha256` the file's name has to carry the start
  /// of it, as torch's own do: `NAME-91a641e6.pth`.
  public init(
    address: String, sha256: String? = nil, folders: ModelStore = ModelStore()
  ) throws(ClassifierError) {
    guard let file = Self.file(of: address) else {
      throw .download(address, cause: "expected http:// or https://, a host and a file's name")
    }
    let stem = BytePath(file).stem.string
    let carried = stem.lastIndex(of: "-").map { String(stem[stem.index(after: $0)...]) }
    guard let expected = sha256 ?? carried.flatMap({ Self.isHash($0) ? $0 : nil }) else {
      throw .download(
        address, cause: "its name carries no SHA-256 (NAME-91a641e6.pth)", remedy: .giveHash)
    }
    guard Self.isHash(expected) else {
      throw .download(
        address, cause: "'\(expected)' is no SHA-256: expected 64 hexadecimal digits, or the first 8 or more")
    }
    name = file
    self.address = address
    target = folders.cache.appending(BytePath(file))
    places = folders.folders.map { $0.appending(BytePath(file)) }
    self.sha256 = expected.lowercased()
  }

  /// Fetches the file unless it is there, whole and right, and returns where it is. A cancelled task ends it
  /// with the next bytes and leaves nothing behind.
  ///
  /// - Parameter report: called as it goes, on a thread of its own.
  public func run(
    _ report: @escaping @Sendable (DownloadEvent) -> Void = { _ in }
  ) async throws(ClassifierError) -> BytePath {
    try await StreamThread.value(model: name) { (control) throws(ClassifierError) in
      try fetch(isCancelled: { control.isCancelled }, report)
    }
  }

  /// The same on the caller's thread.
  func fetch(
    isCancelled: () -> Bool = { false }, _ report: (DownloadEvent) -> Void
  ) throws(ClassifierError) -> BytePath {
    try options.certificates?.checkCertificates()
    for place in places where try isRight(place) { return place }
    try target.folder.makeFolders()
    do {
      let draft = try PartialFile(of: target) { report(.waiting) }
      report(.began(draft: draft.path))
      defer { report(.ended(draft: draft.path)) }
      // Another process may just have finished it.
      if try isRight(target) { return target }
      try fill(draft) { (event) throws(ClassifierError) in
        if isCancelled() { throw .network(name, cause: "interrupted", kind: .cancelled) }
        report(event)
      }
      try draft.finish()
      return target
    } catch let error as ClassifierError {
      throw error
    } catch {
      throw .output(target, cause: "cannot be written: \((error as? Errno)?.reason ?? "\(error)")")
    }
  }

  private func isRight(_ file: BytePath) throws(ClassifierError) -> Bool {
    guard file.isFile else { return false }
    return try file.sha256().hasPrefix(sha256)
  }

  /// Brings the file into `draft` and compares its hash.
  private func fill(
    _ draft: PartialFile, _ report: (DownloadEvent) throws(ClassifierError) -> Void
  ) throws {
    var isPatchwork = draft.count > 0
    if isPatchwork && draft.sha256.hasPrefix(sha256) { return }
    isPatchwork = try transfer(draft, report) || isPatchwork
    if !draft.sha256.hasPrefix(sha256) && isPatchwork {
      // The parts need not be of the same file.
      try draft.empty()
      _ = try transfer(draft, report)
    }
    let found = draft.sha256
    guard found.hasPrefix(sha256) else { throw mismatch(found, draft.start(64)) }
  }

  /// Fetches what is missing, with so many tries as the options allow; returns whether it came in several
  /// parts.
  private func transfer(
    _ draft: PartialFile, _ report: (DownloadEvent) throws(ClassifierError) -> Void
  ) throws -> Bool {
    var failures = 0
    var isPatchwork = draft.count > 0
    while true {
      var transfer = Transfer(address)
      transfer.offset = draft.count
      transfer.patience = options.patience
      transfer.certificates = options.certificates?.bytes
      transfer.agent = "r2p1d-video/\(LibraryVersions.tool)"
      do {
        try transfer.run { bytes, total in
          guard draft.count + Int64(bytes.count) <= Self.sizeLimit else { throw tooLarge }
          try draft.append(bytes)
          try report(.received(bytes: draft.count, of: total))
        }
        return isPatchwork
      } catch TransferError.cannotResume where draft.count > 0 {
        try draft.empty()
      } catch TransferError.interrupted(let cause) {
        failures += 1
        guard failures <= options.retries else { throw unreachable(cause, tries: failures) }
        let pause = options.pause(after: failures)
        try report(.retrying(cause: cause, attempt: failures + 1, of: options.retries + 1, seconds: pause))
        DetachedThread.sleep(seconds: pause)
      } catch let error as TransferError {
        throw failure(error)
      }
      isPatchwork = draft.count > 0
    }
  }

  /// Far beyond any checkpoint of the family, below what hurts a disk.
  private static let sizeLimit: Int64 = 8 << 30
}

extension ModelDownload {
  private var tooLarge: ClassifierError {
    .download(name, cause: "\(shownAddress): more than \(Self.sizeLimit >> 30) GiB, which is no checkpoint")
  }

  private func failure(_ error: TransferError) -> ClassifierError {
    guard case .failed(let cause) = error else {
      return .download(name, cause: "\(shownAddress): the server goes on at a place that was not asked for")
    }
    return .download(name, cause: "\(shownAddress): \(cause)")
  }

  private func unreachable(_ cause: String, tries: Int) -> ClassifierError {
    .download(
      name,
      cause: "\(shownAddress): \(cause) (\(tries.counted("try", "tries")))",
      remedy: .downloadAgain(remote))
  }

  private func mismatch(_ found: String, _ start: [UInt8]) -> ClassifierError {
    let text = String(decoding: start, as: UTF8.self).lowercased().drop { $0.isWhitespace }
    let isPage = ["<!doctype", "<html", "<?xml"].contains { text.hasPrefix($0) }
    return .download(
      name,
      cause: isPage
        ? "\(shownAddress): a web page came instead of the file; does a proxy or a login stand in between?"
        : "\(shownAddress): the file's SHA-256 is \(found), expected "
          + "\(sha256)\(sha256.count < 64 ? "…" : "");"
          + " nothing was kept")
  }

  /// What is fetched, for who fetches it later, or from a machine with a network.
  var remote: FailureRemedy.RemoteCheckpoint {
    FailureRemedy.RemoteCheckpoint(
      name: name == target.name.string ? shownAddress : name, file: target, address: shownAddress)
  }

  /// The address without a password in it, to be printed.
  public var shownAddress: String {
    guard var parts = URLComponents(string: address), parts.user != nil else { return address }
    (parts.user, parts.password) = (nil, nil)
    return parts.string ?? address
  }

  /// The last part of an address, as a file's name.
  private static func file(of address: String) -> String? {
    guard let parts = URLComponents(string: address), ["http", "https"].contains(parts.scheme?.lowercased()),
      parts.host?.isEmpty == false, let name = parts.path.split(separator: "/").last, !name.hasPrefix("."),
      name.utf8.count <= 200, !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    else { return nil }
    return String(name)
  }

  private static func isHash(_ text: String) -> Bool {
    (8...64).contains(text.utf8.count) && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }
}
