import FoundationEssentials
import R2P1DVideo

import struct SystemPackage.Errno

/// ELAN's annotations (`.eaf`), of one video or, in a folder, of one each: what is aligned with the time of
/// any tier is a segment.
enum ELANAnnotations {
  static func isFolder(_ path: BytePath) -> Bool {
    ((try? path.entries()) ?? []).contains(where: isAnnotations)
  }

  private static func isAnnotations(_ name: BytePath) -> Bool { name.lowercasedExtension == "eaf" }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    var contents = ListContents()
    guard source.isFolder else {
      try read(source.path, source.bytes, source, into: &contents)
      return contents
    }
    let names: [BytePath]
    do throws(Errno) {
      names = try source.path.entries().filter(isAnnotations)
    } catch {
      throw .list(source.path, cause: "cannot be read: \(error.reason)")
    }
    for name in names {
      let path = source.path.appending(name)
      try read(path, ListSource.read(path), source, into: &contents)
    }
    return contents
  }

  private static func read(
    _ path: BytePath, _ bytes: [UInt8], _ source: ListSource, into contents: inout ListContents
  ) throws(ClassifierError) {
    var document = Document()
    do throws(XMLScanner.Damage) {
      var scanner = XMLScanner(bytes)
      while let event = try scanner.next() { document.add(event) }
    } catch {
      throw .list(path, cause: "is no file of ELAN's: \(error.cause)")
    }
    guard document.isELAN else {
      throw .list(path, cause: "is XML without an ANNOTATION_DOCUMENT: no file of ELAN's")
    }
    guard let video = document.video(from: path, source) else {
      throw .list(path, cause: "names no video in its MEDIA_DESCRIPTOR")
    }
    let tiers = document.tiers
    if tiers.count > 1 {
      let names = tiers.map { "\(BytePath($0.name).printable) (\($0.annotations))" }.joined(separator: ", ")
      contents.notes.append("\(path.printable): all tiers are read: \(names)")
    }
    var unusable = 0
    for annotation in document.annotations {
      let label = annotation.value.trimmed()
      guard !label.isEmpty, let start = document.seconds(annotation.from),
        let end = document.seconds(annotation.to), start < end
      else {
        unusable += 1
        continue
      }
      contents.entries.append(
        ListEntry(
          path: video, labels: [label], start: start, end: end, line: contents.entries.count + 1))
    }
    if unusable > 0 {
      contents.notes.append(
        "\(path.printable): skipped \(unusable.counted("annotation")) without a label or without times")
    }
  }

  private struct Annotation {
    let from, to: String
    var value = ""
  }

  /// What matters of a file.
  private struct Document {
    private(set) var isELAN = false
    private(set) var annotations: [Annotation] = []
    private var media: [[String: String]] = []
    /// Milliseconds.
    private var slots: [String: Int] = [:]
    private var current: Annotation?
    private var isInValue = false
    /// Those with annotations that are aligned with the time.
    private(set) var tiers: [(name: String, annotations: Int)] = []
    private var tier = ""

    mutating func add(_ event: XMLScanner.Event) {
      switch event {
      case .open("ANNOTATION_DOCUMENT", _): isELAN = true
      case .open("TIER", let attributes): tier = attributes["TIER_ID"] ?? ""
      case .open("MEDIA_DESCRIPTOR", let attributes): media.append(attributes)
      case .open("TIME_SLOT", let attributes):
        if let id = attributes["TIME_SLOT_ID"], let time = attributes["TIME_VALUE"].flatMap({ Int($0) }) {
          slots[id] = time
        }
      case .open("ALIGNABLE_ANNOTATION", let attributes):
        current = Annotation(
          from: attributes["TIME_SLOT_REF1"] ?? "", to: attributes["TIME_SLOT_REF2"] ?? "")
      case .open("ANNOTATION_VALUE", _): isInValue = true
      case .text(let text): if isInValue { current?.value += text }
      case .close("ANNOTATION_VALUE"): isInValue = false
      case .close("ALIGNABLE_ANNOTATION"):
        if let current { annotations.append(current) }
        current = nil
        if tiers.last?.name != tier { tiers.append((tier, 0)) }
        tiers[tiers.count - 1].annotations += 1
      default: break
      }
    }

    /// The time of a slot in the video, which may have begun before the annotations' time.
    func seconds(_ slot: String) -> Rational? {
      guard let time = slots[slot], (0..<1_000_000_000_000).contains(time) else { return nil }
      let origin = video.flatMap { $0["TIME_ORIGIN"] }.flatMap { Int($0) } ?? 0
      guard (-1_000_000_000_000..<1_000_000_000_000).contains(origin), time + origin >= 0 else { return nil }
      return Rational(time + origin, 1000)
    }

    private var video: [String: String]? {
      media.first { $0["MIME_TYPE"]?.hasPrefix("video/") ?? false }
        ?? media.first { !($0["MIME_TYPE"]?.hasPrefix("audio/") ?? false) }
    }

    /// The video's file: beside the annotations, where they say it is, or of its name in the root.
    func video(from file: BytePath, _ source: ListSource) -> BytePath? {
      guard let video else { return nil }
      func path(_ url: String) -> BytePath {
        let text = url.hasPrefix("file://") ? String(url.dropFirst(7)) : url
        return BytePath(percentEncoded: text)
      }
      let relative = video["RELATIVE_MEDIA_URL"].flatMap { $0.isEmpty ? nil : path($0) }
      let absolute = video["MEDIA_URL"].flatMap { $0.isEmpty ? nil : path($0) }
      guard let name = (relative ?? absolute)?.name else { return nil }
      let beside = relative?.resolved(from: source.options.root ?? file.folder)
      let named = source.root.appending(name)
      return [beside, absolute, named].compactMap { $0 }.first(where: \.isFile) ?? named
    }
  }
}
