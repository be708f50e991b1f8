import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import Reports

/// Labels among the keywords of XMP sidecars.
@Suite struct XMPKeywordsTests {
  private static func merge(_ labels: [String], _ sidecar: String?) throws -> String? {
    try XMPKeywords.merge(labels, into: sidecar.map { Array($0.utf8) })
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func packet(_ descriptions: String) -> String {
    """
    <?xpacket begin='\u{FEFF}' id='W5M0MpCehiHzreSzNTczkc9d'?>
    <x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
    \(descriptions)
    </rdf:RDF></x:xmpmeta>
    <?xpacket end='w'?>
    """
  }

  private static let dublinCore = "xmlns:dc='http://purl.org/dc/elements/1.1/'"

  private static func subjects(_ items: String, _ container: String = "Bag") -> String {
    packet(
      """
      <rdf:Description rdf:about='' \(dublinCore)>
       <dc:subject><rdf:\(container)>\(items)</rdf:\(container)></dc:subject>
       <dc:title><rdf:Alt><rdf:li xml:lang='x-default'>My &amp; film</rdf:li></rdf:Alt></dc:title>
      </rdf:Description>
      """)
  }

  private static let subject = XMPPacket.Name(
    namespace: "http://purl.org/dc/elements/1.1/", name: "subject")

  private static func keywords(_ text: String?) throws -> [String] {
    let packet = try XMPPacket(Array(try #require(text).utf8), lists: [subject])
    return packet.lists[subject]?.texts ?? []
  }

  @Test func aNewSidecarHoldsTheLabels() throws {
    let labels = ["abseiling", "dunking & \"co\" <b>", "a|b", "tab\u{7}"]
    let made = try Self.merge(labels, nil)
    #expect(try Self.keywords(made) == ["abseiling", "dunking & \"co\" <b>", "a|b", "tab\\x07"])
    #expect(made?.contains("<rdf:li>a/b</rdf:li>") == true)
  }

  @Test func withoutLabelsNothingIsWritten() throws {
    #expect(try Self.merge([], nil) == nil)
    #expect(try Self.merge([], Self.subjects("<rdf:li>old</rdf:li>")) == nil)
  }

  /// Forms of a list in which a person's own keyword stands.
  @Test(arguments: [
    subjects("<rdf:li>old</rdf:li>"), subjects("\n   <rdf:li>old</rdf:li>\n  "),
    subjects("<rdf:li>old</rdf:li>", "Seq"), subjects("<rdf:li>old</rdf:li>").replacing("\n", with: "\r\n"),
    subjects("<rdf:li>old</rdf:li>").replacing("rdf:", with: "r:").replacing(":rdf", with: ":r"),
    subjects("<rdf:li>old</rdf:li>").replacing("dc:", with: "d:").replacing(":dc", with: ":d"),
  ])
  func labelsComeBesideAPersonsOwnKeywords(_ sidecar: String) throws {
    let once = try Self.merge(["run", "old"], sidecar)
    #expect(try Self.keywords(once) == ["old", "run"])
    // Merged again, nothing is to change: so a scan that was killed in between ends with the same bytes.
    #expect(try Self.merge(["run", "old"], once) == nil)
    let later = try Self.merge(["jump"], once)
    #expect(try Self.keywords(later) == ["old", "jump"])
    // A person's own keyword stays, though it was a label once.
    let last = try Self.merge([], later)
    #expect(try Self.keywords(last) == ["old"])
    for text in [once, later, last] {
      #expect(text?.contains("<\(sidecar.contains("d:title") ? "d" : "dc"):title>") == true)
      #expect(text?.contains("My &amp; film") == true)
    }
  }

  @Test func digiKamsOwnListGetsThemTooWhereItIs() throws {
    let sidecar = Self.packet(
      """
      <rdf:Description rdf:about='uuid:1' xmlns:digiKam='http://www.digikam.org/ns/1.0/' digiKam:Pick='2'>
       <digiKam:TagsList><rdf:Seq><rdf:li>Places/Rome</rdf:li></rdf:Seq></digiKam:TagsList>
      </rdf:Description>
      """)
    let tags = XMPPacket.Name(namespace: "http://www.digikam.org/ns/1.0/", name: "TagsList")
    let made = try #require(try Self.merge(["run"], sidecar))
    #expect(try XMPPacket(Array(made.utf8), lists: [tags]).lists[tags]?.texts == ["Places/Rome", "run"])
    #expect(made.contains("digiKam:Pick='2'"))
    // All descriptions of a packet are about the same.
    #expect(made.contains("rdf:about=\"uuid:1\""))
    let gone = try #require(try Self.merge([], made))
    #expect(try XMPPacket(Array(gone.utf8), lists: [tags]).lists[tags]?.texts == ["Places/Rome"])
    #expect(try Self.keywords(gone) == [])
  }

  @Test func aListOfOneTagIsFilled() throws {
    let sidecar = Self.packet(
      "<rdf:Description rdf:about='' \(Self.dublinCore)><dc:subject><rdf:Bag/></dc:subject></rdf:Description>"
    )
    #expect(try Self.keywords(try Self.merge(["run"], sidecar)) == ["run"])
  }

  /// What is refused, and stays as it is.
  @Test(arguments: [
    ("", "it has no rdf:RDF"), ("a diary", "it has no rdf:RDF"), ("<a></a>", "it has no rdf:RDF"),
    ("<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF", "the file ends"),
    ("<!DOCTYPE x><x/>", "document type"),
    (subjects("<rdf:li>a</rdf:li>") + "<", "a name is missing"),
    (
      packet("<rdf:Description rdf:about='' \(dublinCore) dc:subject='a'/>"),
      "dc:subject is no list"
    ),
    (
      packet("<rdf:Description rdf:about='' \(dublinCore)><dc:subject>a</dc:subject></rdf:Description>"),
      "subject is no list"
    ),
    (
      packet(
        """
        <rdf:Description rdf:about='' \(dublinCore)><dc:subject><rdf:Bag/></dc:subject>\
        <dc:subject><rdf:Bag/></dc:subject></rdf:Description>
        """), "dc:subject is there twice"
    ),
  ])
  func otherFilesAreRefused(_ sidecar: String, _ cause: String) {
    let damage = #expect(throws: XMPKeywords.Damage.self) { try Self.merge(["run"], sidecar) }
    #expect(damage?.cause.contains(cause) == true, "\(damage?.cause ?? "")")
  }

  @Test func textInUTF16IsRefused() {
    let bytes: [UInt8] = [0xFE, 0xFF] + Array("<x/>".utf8).flatMap { [0, $0] }
    #expect(throws: XMPKeywords.Damage.self) { try XMPKeywords.merge(["run"], into: bytes) }
  }

  /// Every part of a file that ends too early, or in which a byte has changed, is merged or refused, not
  /// more.
  @Test func damagedFilesNeverTrap() throws {
    let whole = Array(Self.subjects("<rdf:li>old</rdf:li>").utf8)
    for length in 0..<whole.count { _ = try? XMPKeywords.merge(["run"], into: Array(whole[..<length])) }
    var random = SplitMix64(seed: 11)
    for _ in 0..<3000 {
      var bytes = whole
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = Array("<>/='\": ".utf8).randomElement(
        using: &random)!
      if let merged = try? XMPKeywords.merge(["run"], into: bytes) {
        #expect(throws: Never.self) { _ = try XMPPacket(merged, lists: []) }
      }
    }
  }
}

/// The same by the programs that read such files.
@Suite struct XMPReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func merge(_ labels: [String], into name: String = "m.xmp") throws {
    let former = try? Array(folder.read(name))
    if let merged = try XMPKeywords.merge(labels, into: former) { try folder.write(name, merged) }
  }

  private func exiftool(_ arguments: String...) throws -> FinishedProcess {
    let process = Process()
    process.executableURL = Tool.exiftool.url
    process.arguments = arguments + ["m.xmp"]
    process.currentDirectoryURL = folder.url
    return try FinishedProcess(running: process)
  }

  /// Tags and values, those of lists with commas between, without what is about the file itself.
  private func fields() throws -> [String: String] {
    let lines = try exiftool("-s", "-XMP:all", "-sep", ",").text.split(separator: "\n")
    return lines.reduce(into: [:]) { fields, line in
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2, parts[0] != "XMPToolkit" { fields[parts[0]] = parts[1] }
    }
  }

  @Test(.enabled(if: Tool.exiftool.isThere, Tool.exiftool.note))
  func exiftoolReadsTheKeywordsOfANewSidecar() throws {
    try merge(["abseiling", "tai chi"])
    let fields = try fields()
    #expect(fields["Subject"] == "abseiling,tai chi")
    #expect(fields["HierarchicalSubject"] == "abseiling,tai chi")
    #expect(try exiftool("-validate", "-warning", "-a").text.contains("Warning") == false)
  }

  @Test(.enabled(if: Tool.exiftool.isThere, Tool.exiftool.note))
  func aSidecarThatExiftoolWroteKeepsAllOthers() throws {
    _ = try exiftool(
      "-XMP-dc:Subject=old", "-XMP-xmp:Rating=4", "-XMP-dc:Title=My & film",
      "-XMP-digiKam:TagsList=Places/Rome",
      "-XMP-exif:GPSLatitude=41.9", "-XMP-photoshop:City=Rome")
    let before = try fields()
    try #require(before.count >= 6)
    try merge(["tai chi", "old"])
    var expected = before
    expected["Subject"] = "old,tai chi"
    expected["TagsList"] = "Places/Rome,tai chi"
    expected["HierarchicalSubject"] = "tai chi"
    expected["Labels"] = "tai chi"
    #expect(try fields() == expected)
    // And what exiftool then writes is merged into again.
    _ = try exiftool("-overwrite_original", "-XMP-xmp:Rating=5")
    try merge(["jump"])
    expected["Subject"] = "old,jump"
    expected["TagsList"] = "Places/Rome,jump"
    expected["HierarchicalSubject"] = "jump"
    expected["Labels"] = "jump"
    expected["Rating"] = "5"
    #expect(try fields() == expected)
  }
}
