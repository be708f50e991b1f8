import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

/// Features that were computed before, a file for each video: by what is in the video, how it was sampled and
/// which network saw it.
///
/// Each entry appears whole or not at all, so that a run that was killed resumes. What cannot be read is
/// computed again.
struct FeatureCache: Sendable {
  let folder: BytePath

  /// A folder for features of one network; made where there is none.
  init(_ folder: BytePath, model: Model) throws(ClassifierError) {
    self.folder = folder
    try folder.makeFolders()
    guard folder.isFolder else { throw .output(folder, cause: "is not a folder, expected one for features") }
    let head = folder.appending("model.json")
    if let found = Self.decode(Model.self, from: head) {
      guard found == model else {
        throw .output(
          folder,
          cause: "holds features of \(BytePath(found.name).printable) (SHA-256 "
            + "\(found.sha256.prefix(8))…), not of \(BytePath(model.name).printable) "
            + "(\(model.sha256.prefix(8))…)",
          remedy: .otherCache)
      }
    } else {
      try Self.write(Array(JSON.text(model, pretty: true).utf8), to: head)
    }
  }

  /// The network whose features they are.
  struct Model: Codable, Equatable {
    let name: String
    let sha256: String
    let features: Int

    static func == (a: Model, b: Model) -> Bool { a.sha256 == b.sha256 && a.features == b.features }
  }

  /// Whatever a video's features depend on besides the network.
  struct Key: Codable, Equatable {
    let version: Int
    /// Of the file's bytes.
    let content: String
    let sampling: ResolvedSampling
    let precision: String
    let mirrored: Bool

    init(content: String, sampling: ResolvedSampling, precision: String, mirrored: Bool) {
      version = 1
      self.content = content
      self.sampling = sampling
      self.precision = precision
      self.mirrored = mirrored
    }

    var name: BytePath {
      var hash = SHA256()
      Array(JSON.text(self, pretty: false).utf8).withUnsafeBytes { hash.update($0) }
      return BytePath("\(hash.digits.prefix(40)).json")
    }
  }

  /// What is kept of a video; rows of float32, little-endian, in base64.
  private struct Entry: Codable {
    let key: Key
    let starts: [Double]
    let ends: [Double]
    let padded: [Bool]
    let features: Data
    let mirrored: Data?
  }

  /// The windows that were kept under `key`, each of `width` features.
  func windows(_ key: Key, width: Int) -> [WindowFeatures]? {
    guard let entry = Self.decode(Entry.self, from: folder.appending(key.name)), entry.key == key else {
      return nil
    }
    let count = entry.starts.count
    let bytes = count * width * 4
    guard count > 0, entry.ends.count == count, entry.padded.count == count, entry.features.count == bytes,
      (entry.mirrored?.count ?? 0) == (key.mirrored ? bytes : 0)
    else { return nil }
    let features = Self.floats(entry.features)
    let mirrored = entry.mirrored.map(Self.floats)
    guard features.allSatisfy(\.isFinite), mirrored?.allSatisfy(\.isFinite) ?? true else { return nil }
    return (0..<count).map { row in
      let range = (row * width)..<((row + 1) * width)
      return WindowFeatures(
        start: entry.starts[row], end: entry.ends[row], padded: entry.padded[row],
        values: Array(features[range]), mirrored: mirrored.map { Array($0[range]) })
    }
  }

  func keep(_ windows: [WindowFeatures], _ key: Key) throws(ClassifierError) {
    let mirrored = windows.compactMap(\.mirrored)
    let entry = Entry(
      key: key, starts: windows.map(\.start), ends: windows.map(\.end), padded: windows.map(\.padded),
      features: Self.data(windows.flatMap(\.values)),
      mirrored: key.mirrored ? Self.data(mirrored.flatMap { $0 }) : nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let text = try? encoder.encode(entry) else { return }
    try Self.write(Array(text), to: folder.appending(key.name))
  }

  private static func data(_ values: [Float]) -> Data {
    Data(values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
  }

  private static func floats(_ data: Data) -> [Float] {
    let bytes = [UInt8](data)
    return stride(from: 0, to: bytes.count - 3, by: 4).map { at in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) })
    }
  }

  /// 256 MiB: a day of windows, a thousand bytes each, far below what hurts.
  private static let sizeLimit = 256 << 20

  private static func decode<Value: Decodable>(_ type: Value.Type, from path: BytePath) -> Value? {
    guard let bytes = try? path.read(limit: sizeLimit) else { return nil }
    return try? JSONDecoder().decode(type, from: Data(bytes))
  }

  /// What a process left that was killed while it wrote is taken over.
  private static func write(_ bytes: [UInt8], to path: BytePath) throws(ClassifierError) {
    do throws(Errno) {
      let file = try PartialFile(of: path) {}
      try file.empty()
      try file.append(bytes)
      try file.finish()
    } catch {
      throw .output(path, cause: "cannot be written: \(error.reason)")
    }
  }
}
