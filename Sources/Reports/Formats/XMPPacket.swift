import R2P1DVideo

/// Where in an XMP sidecar its lists of texts lie.
struct XMPPacket {
  /// An element's or an attribute's name, whatever prefix it has in a file.
  struct Name: Hashable {
    let namespace: String
    let name: String
  }

  struct Item {
    let text: String
    /// The whole element.
    let range: Range<Int>
  }

  struct List {
    var items: [Item] = []
    /// Between the tags of the list's `rdf:Bag` or `rdf:Seq`; all of it where that is one tag.
    var range: Range<Int>
    /// The container's name, where it is one tag that opens and closes it.
    var emptyTag: String?
    /// The property with all that is in it.
    var element: Range<Int>

    var texts: [String] { items.map(\.text) }
  }

  let bytes: [UInt8]
  private(set) var lists: [Name: List] = [:]
  /// What the packet says it is about: all descriptions say the same.
  private(set) var about = ""
  private(set) var rdfPrefix = "rdf"
  /// Where the end of `rdf:RDF` begins.
  private(set) var end = 0

  /// Reads what is to be known of the lists of these names. Damage: what is no XMP, and what holds these
  /// names in another form.
  init(_ bytes: [UInt8], lists names: [Name]) throws(XMLScanner.Damage) {
    self.bytes = bytes
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw XMLScanner.Damage(cause: "the file is not UTF-8")
    }
    var scanner = XMLScanner(bytes)
    var reader = Reader(names: Set(names))
    var place = 0
    while let event = try scanner.next() {
      try reader.add(event, from: place, to: scanner.place, of: bytes)
      place = scanner.place
    }
    guard let end = reader.end else { throw XMLScanner.Damage(cause: "it has no rdf:RDF to add to") }
    (self.lists, about, rdfPrefix, self.end) = (reader.lists, reader.about, reader.rdfPrefix, end)
  }

  /// The way through a file.
  private struct Reader {
    let names: Set<Name>
    private(set) var lists: [Name: List] = [:]
    private(set) var about = ""
    private(set) var rdfPrefix = "rdf"
    private(set) var end: Int?

    private var open: [Name] = []
    /// The prefixes that hold within each open element.
    private var prefixes: [[String: String]] = [[:]]
    /// The list that is being read, and its property.
    private var list: (property: Name, list: List?, start: Int)?
    private var item: (text: String, start: Int, isPlain: Bool)?

    init(names: Set<Name>) { self.names = names }

    private static func rdf(_ name: String) -> Name { Name(namespace: XMPKeywords.rdf, name: name) }
    private static let containers = [rdf("Bag"), rdf("Seq"), rdf("Alt")]

    mutating func add(
      _ event: XMLScanner.Event, from start: Int, to end: Int, of bytes: [UInt8]
    ) throws(XMLScanner.Damage) {
      switch event {
      case .open(let name, let attributes):
        let tag = bytes[start..<end].firstIndex(of: UInt8(ascii: "<")) ?? start
        try enter(name, attributes, tag: tag, end: end, closes: bytes[..<end].suffix(2).first)
      case .text(let text):
        item?.text += text
      case .close:
        try leave(start: bytes[start..<end].lastIndex(of: UInt8(ascii: "<")) ?? end, end: end)
      }
    }

    private mutating func enter(
      _ name: String, _ attributes: [String: String], tag: Int, end: Int, closes: UInt8?
    ) throws(XMLScanner.Damage) {
      var names = prefixes.last ?? [:]
      for (key, value) in attributes where key.hasPrefix("xmlns:") { names[String(key.dropFirst(6))] = value }
      if let value = attributes["xmlns"] { names[""] = value }
      prefixes.append(names)
      let element = resolved(name, names)
      let isEmpty = closes == UInt8(ascii: "/")
      if element == Self.rdf("RDF") {
        guard self.end == nil, !isEmpty else { throw damage("an rdf:RDF that cannot be added to") }
        rdfPrefix = String(name.prefix { $0 != ":" })
        guard name.contains(":") else { throw damage("an rdf:RDF without a prefix") }
      } else if element == Self.rdf("Description"), open.last == Self.rdf("RDF") {
        for (key, value) in attributes where resolved(key, names) == Self.rdf("about") { about = value }
        if let other = attributes.keys.first(where: { self.names.contains(resolved($0, names)) }) {
          throw damage("\(other) is no list")
        }
      } else if self.names.contains(element) {
        guard lists[element] == nil, list == nil else { throw damage("\(name) is there twice") }
        guard !isEmpty else { throw damage("\(name) is no list") }
        list = (element, nil, tag)
      } else if let current = list, open.last == current.property {
        guard Self.containers.contains(element), current.list == nil else {
          throw damage("\(current.property.name) is no list")
        }
        list?.list = List(
          range: isEmpty ? tag..<end : end..<end, emptyTag: isEmpty ? name : nil, element: tag..<end)
      } else if list != nil, element == Self.rdf("li"), item == nil {
        item = ("", tag, true)
      } else if item != nil {
        item?.isPlain = false
      }
      open.append(element)
    }

    private mutating func leave(start: Int, end: Int) throws(XMLScanner.Damage) {
      guard let element = open.popLast() else { return }
      prefixes.removeLast()
      if element == Self.rdf("RDF") {
        self.end = start
      } else if let current = list, element == current.property {
        guard var found = current.list else { throw damage("\(element.name) is no list") }
        found.element = current.start..<end
        lists[element] = found
        list = nil
      } else if list?.list != nil, element == Self.rdf("li"), open.last.map(Self.containers.contains) == true,
        let item
      {
        list?.list?.items.append(Item(text: item.isPlain ? item.text : "", range: item.start..<end))
        self.item = nil
      } else if Self.containers.contains(element), open.last == list?.property, let found = list?.list,
        found.emptyTag == nil
      {
        list?.list?.range = found.range.lowerBound..<start
      }
    }

    private func damage(_ cause: String) -> XMLScanner.Damage { XMLScanner.Damage(cause: cause) }

    private func resolved(_ name: String, _ prefixes: [String: String]) -> Name {
      guard let colon = name.firstIndex(of: ":") else {
        return Name(namespace: prefixes[""] ?? "", name: name)
      }
      return Name(
        namespace: prefixes[String(name[..<colon])] ?? "", name: String(name[name.index(after: colon)...]))
    }
  }
}
