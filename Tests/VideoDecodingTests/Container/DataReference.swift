import TestSupport

/// The data references of QuickTime movies (`dref`), which say where the samples lie.
enum DataReference {
  /// An alias record, as the Finder wrote it: volume, folder and name of the file.
  static func alias(to path: String) -> [UInt8] {
    let name = Array(path.split(separator: "/").last.map(String.init)!.utf8)
    var record = [UInt8](repeating: 0, count: 150)
    func place(_ bytes: [UInt8], at offset: Int, limit: Int) {
      record[offset] = UInt8(min(bytes.count, limit))
      for (index, byte) in bytes.prefix(limit).enumerated() { record[offset + 1 + index] = byte }
    }
    place(Array("volume".utf8), at: 10, limit: 27)
    place(name, at: 50, limit: 63)
    let whole = Array(path.utf8)
    // Tag 2: the path with colons. Tag 18: from the volume's root. -1: the end.
    var tags: [UInt8] = []
    for (tag, text) in [(2, whole.map { $0 == 0x2F ? 0x3A : $0 }), (18, whole)] {
      tags += [0, UInt8(tag)] + Boxes.big(text.count, 2) + text + (text.count % 2 == 1 ? [0] : [])
    }
    tags += [0xFF, 0xFF, 0, 0]
    return Boxes.box("alis", [0, 0, 0, 0] + record + tags)
  }

  static func address(_ path: String) -> [UInt8] {
    Boxes.box("url ", [0, 0, 0, 0] + Array("file://\(path)".utf8) + [0])
  }

  /// The movie with every data reference replaced. Its `moov` box has to come after the samples.
  static func replaced(in movie: [UInt8], by reference: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at + 8 <= movie.count {
      let size = movie[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard size >= 8, at + size <= movie.count else { return result + movie[at...] }
      let kind = String(decoding: movie[at + 4..<at + 8], as: UTF8.self)
      let body = Array(movie[at + 8..<at + size])
      switch kind {
      case "moov", "trak", "mdia", "minf", "dinf":
        result += Boxes.box(kind, replaced(in: body, by: reference))
      case "dref": result += Boxes.box(kind, [0, 0, 0, 0, 0, 0, 0, 1] + reference)
      default: result += movie[at..<at + size]
      }
      at += size
    }
    return result
  }
}
