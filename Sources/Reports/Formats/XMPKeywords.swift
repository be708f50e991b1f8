import R2P1DVideo

/// Keywords in an XMP sidecar (ISO 16684-1), merged into what is there.
///
/// Labels are added to `dc:subject` and `lr:hierarchicalSubject`, and to `digiKam:TagsList`, which digiKam
/// believes first, where there is one. Which of them were added stands in `r2p1d:labels`, so that they can go
/// again while a person's own keywords stay. Every other byte of the file is kept.
package struct XMPKeywords {
  /// Why a file is not merged into.
  package typealias Damage = XMLScanner.Damage

  /// A property of XMP that is a list of texts.
  private struct Property: Hashable {
    let namespace: String
    let prefix: String
    let name: String
    /// The list's own element.
    var container = "Bag"

    var element: XMPPacket.Name { XMPPacket.Name(namespace: namespace, name: name) }
  }

  private static let subject = Property(
    namespace: "http://purl.org/dc/elements/1.1/", prefix: "dc", name: "subject")
  private static let hierarchy = Property(
    namespace: "http://ns.adobe.com/lightroom/1.0/", prefix: "lr", name: "hierarchicalSubject")
  private static let digiKamTags = Property(
    namespace: "http://www.digikam.org/ns/1.0/", prefix: "digiKam", name: "TagsList", container: "Seq")
  private static let own = Property(namespace: "urn:r2p1d-video:xmp/1.0/", prefix: "r2p1d", name: "labels")

  static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

  /// The content of a sidecar with `labels`; nil if there is nothing to change. `sidecar`: what is there, nil
  /// for no file.
  package static func merge(_ labels: [String], into sidecar: [UInt8]?) throws(Damage) -> [UInt8]? {
    let labels = labels.map { XMLText.holdable($0) }
    guard let sidecar else { return labels.isEmpty ? nil : Array(newSidecar(labels).utf8) }
    let packet = try XMPPacket(sidecar, lists: [subject, hierarchy, digiKamTags, own].map(\.element))
    var edits = XMPEdits(packet)
    let former = Set(packet.lists[own.element]?.texts ?? [])
    // What a person had put there before is not ours, neither now nor to take away.
    let theirs = Set(packet.lists[subject.element]?.texts ?? []).subtracting(former)
    let ours = labels.filter { !theirs.contains($0) }
    var added: [(Property, [String])] = []
    for property in [subject, hierarchy, digiKamTags, own] {
      let text = property == hierarchy || property == digiKamTags ? asPath : { $0 }
      let wanted = ours.map(text)
      if let list = packet.lists[property.element] {
        edits.replace(Set(former.map(text)).subtracting(wanted), with: wanted, in: list)
      } else if property != digiKamTags, !wanted.isEmpty {
        added.append((property, wanted))
      }
    }
    if !added.isEmpty { edits.append(description(added, about: packet.about, rdf: packet.rdfPrefix)) }
    return edits.result
  }

  /// A keyword as the only step of a path: what separates steps is no part of a name.
  private static func asPath(_ label: String) -> String {
    label.replacing("|", with: "/")
  }

  private static func newSidecar(_ labels: [String]) -> String {
    let lists = [(subject, labels), (hierarchy, labels.map(asPath)), (own, labels)]
    return """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="r2p1d-video \(LibraryVersions.tool)">
       <rdf:RDF xmlns:rdf="\(rdf)">
      \(description(lists, about: "", rdf: "rdf"))
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="w"?>

      """
  }

  private static func description(_ lists: [(Property, [String])], about: String, rdf: String) -> String {
    let names = lists.map { property, _ in "\n    xmlns:\(property.prefix)=\"\(property.namespace)\"" }
    let properties = lists.map { property, texts in
      let items = texts.map { "     <\(rdf):li>\(XMLText.escape($0))</\(rdf):li>\n" }.joined()
      return """
           <\(property.prefix):\(property.name)>
            <\(rdf):\(property.container)>
        \(items)    </\(rdf):\(property.container)>
           </\(property.prefix):\(property.name)>

        """
    }
    return """
        <\(rdf):Description \(rdf):about="\(XMLText.escape(about))"\(names.joined())>
      \(properties.joined())  </\(rdf):Description>
      """
  }
}

/// Changes to a packet, made all at once.
private struct XMPEdits {
  private let packet: XMPPacket
  private var edits: [(range: Range<Int>, text: String)] = []

  init(_ packet: XMPPacket) { self.packet = packet }

  /// Takes the items `gone` out of the list, and adds those of `texts` that it lacks. A list of which nothing
  /// is left goes as a whole.
  mutating func replace(_ gone: Set<String>, with texts: [String], in list: XMPPacket.List) {
    let missing = texts.filter { !list.texts.contains($0) }
    let removed = list.items.filter { gone.contains($0.text) }
    if missing.isEmpty, !removed.isEmpty, removed.count == list.items.count {
      remove(list.element)
      return
    }
    for item in removed { remove(item.range) }
    guard !missing.isEmpty else { return }
    let prefix = packet.rdfPrefix
    // On lines of their own, and as far in, where the list's items are.
    let space = blanks(before: list.items.last?.range.lowerBound ?? list.range.upperBound)
    let items = missing.map { "\(space)<\(prefix):li>\(XMLText.escape($0))</\(prefix):li>" }.joined()
    if let tag = list.emptyTag {
      edits.append((list.range, "<\(tag)>\(items)</\(tag)>"))
    } else {
      let place = list.items.last?.range.upperBound ?? list.range.lowerBound
      edits.append((place..<place, items))
    }
  }

  private mutating func remove(_ range: Range<Int>) {
    edits.append(((range.lowerBound - blanks(before: range.lowerBound).utf8.count)..<range.upperBound, ""))
  }

  /// The spaces and line breaks before a place.
  private func blanks(before place: Int) -> String {
    let blank = packet.bytes[..<place].reversed().prefix { $0.isBlank || $0 == 0x0A }
    return String(decoding: blank.reversed(), as: UTF8.self)
  }

  /// Adds `text`, lines of their own, at the end of `rdf:RDF`.
  mutating func append(_ text: String) {
    let place = packet.end - blanks(before: packet.end).utf8.count
    edits.append((place..<place, "\n" + text))
  }

  /// The packet with the changes; nil where there are none.
  var result: [UInt8]? {
    guard !edits.isEmpty else { return nil }
    // From the back, so that places stay; an insertion at the end of what is taken out comes behind it.
    let ordered = edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) > ($1.element.range.lowerBound, $1.offset)
    }
    var bytes = packet.bytes
    for edit in ordered.map(\.element) { bytes.replaceSubrange(edit.range, with: edit.text.utf8) }
    return bytes
  }
}
