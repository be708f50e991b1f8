import Evaluation
import Foundation
import R2P1DVideo
import TestSupport
import Testing

/// Lists that cannot be read, or that say two things: one line with the place and the reason.
@Suite struct ListRefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name, text, cause: String

    var testDescription: String { "\(name): \(cause)" }
  }

  static let cases = lists.map { Case(name: $0.0, text: $0.1, cause: $0.2) }

  private static let lists: [(String, String, String)] = [
    ("empty.csv", "", "is empty"),
    ("prose.txt", "These are my videos.\n", "is none of the forms read"),
    ("utf16.csv", "\u{FF}", "is none of the forms"),
    ("a.csv", "file,label\na.mp4,x\na.mp4,y\n", "line 3: "),
    ("a.csv", "file,label\na.mp4,x\n./a.mp4,y\n", "is 'y', but in line 2 'x'"),
    ("a.csv", "file,label\na.mp4\n", "line 2: has 1 column, the header 2"),
    ("a.csv", "file,label\na.mp4,\n", "line 2: has no label"),
    ("a.csv", "file,label\n,x\n", "line 2: has no file"),
    ("a.csv", "file,labels\na.mp4,x\nb.mp4, | \n", "line 3: has no label"),
    ("a.csv", "file,labels\na.mp4,|\n", "line 2: has no label"),
    ("a.csv", "file,label\n", "names no video"),
    ("a.csv", "file,label\na.mp4,\"two\nlines\"\n", "line 2: the label 'two\\x0Alines' holds a line break"),
    ("a.csv", "file,label\na.mp4,\"never ends\n", "line 2 begins a quote that does not end"),
    ("a.csv", "file,label,start\na.mp4,x,1\n", "line 1 has a start or an end, expected both"),
    ("a.csv", "file,label,start,end\na.mp4,x,soon,2\n", "line 2: 'soon' is no time"),
    ("a.csv", "file,label,start,end\na.mp4,x,2,2\n", "line 2: ends at 2.0 s, and starts at 2.0 s"),
    (
      "a.csv", "file,label,start,end\na.mp4,x,1,2\nb.mp4,x,,\n",
      "line 3: has no start and end, as 1 other has"
    ),
    ("a.csv", "file,label,start,end\na.mp4,x,nan,2\n", "line 2: 'nan' is no time"),
    ("a.csv", "file,label,split\na.mp4,x,train\nb.mp4,x,test\n", "has the splits test (1), train (1)"),
    ("a.txt", "a.mp4 0\nb.mp4\n", "line 2: 'b.mp4' does not end in a class's number"),
    ("a.txt", "a.mp4 0\nb.mp4 99999999999999999999\n", "line 2: its class's number is too large"),
    ("a.txt", "a.mp4 0\nb.mp4 4000000\n", "line 2: its class's number is too large"),
    ("testlist01.txt", "A/v_A_g01_c01.avi\n", "classInd.txt, which counts classes from 1, is not beside it"),
    ("a_test_split1.txt", "a.avi 3\n", "line 1: expected a file and 1 (train), 2 (test) or 0"),
    ("k.csv", "youtube_id,time_start,time_end,split\nabc,1,2,test\n", "a list of test videos has no labels"),
    (
      "k.csv", "label,youtube_id,time_start,time_end\nx,abc,1.5,2\n", "line 2: expected an id without a slash"
    ),
    (
      "k.csv", "label,youtube_id,time_start,time_end\nx,../../abc,1,2\n",
      "line 2: expected an id without a slash"
    ),
    ("a.json", "{\"version\": 1}", "is JSON of another kind"),
    (
      "a.json", "{\"file\": \"a\", \"windows\": []}",
      "is a timeline of windows alone, expected one with segments"
    ),
    (
      "a.json", "{\"file\": \"a\", \"windows\": [], \"segments\": []}",
      "is a timeline without a segment"
    ),
    ("a.json", "{\"segments\": [{\"label\": \"x\", \"start\": 1, \"end\": 2}]}", "does not name its file"),
    (
      "a.json", "{\"file\": \"a\", \"segments\": [{\"label\": \"x\", \"start\": 1, \"end\": \"2\"}]}",
      ".segments[0].end is of another type than expected; expected a timeline as JSON"
    ),
    (
      "a.json", "{\"file\": \"a\", \"segments\": [{\"label\": \"x\", \"start\": 1}]}",
      ".segments[0] lacks 'end'; expected a timeline as JSON"
    ),
    (
      "a.json", "{\"file\": \"a\", \"windows\": [], \"segments\": {}}",
      ".segments is of another type than expected; expected a timeline as JSON"
    ),
    (
      "a.json",
      "{\"file\": \"a\", \"windows\": [], \"segments\": [{\"label\": \"x\", \"start\": -1, \"end\": 2}]}",
      "segment 1: its start and end are no seconds from 0"
    ),
    (
      "a.json",
      "{\"file\": \"a\", \"windows\": [], \"segments\": [{\"label\": \"x\", \"start\": 2, \"end\": 1}]}",
      "segment 1: ends at 1.0 s, and starts at 2.0 s"
    ),
    (
      "film.mp4.losslesscut.csv", "Start,End,Name\n1,,x\n",
      "names no video (read as: LosslessCut CSV); skipped 1 segment without a name or without an end"
    ),
    ("a.json", "{\"version\": 1, \"results\": {}}", "holds what a model has found"),
    (
      "a.json", "{\"database\": {\"v\": {\"annotations\": [{\"label\": \"x\", \"segment\": [3]}]}}}",
      "annotation 1: "
    ),
    (
      "a.json", "{\"database\": {\"v\": {\"annotations\": [{\"label\": \"x\", \"segment\": [-1, 3]}]}}}",
      "annotation 1: "
    ),
    (
      "a.json", "[{\"video\": \"a.mp4\", \"mood\": \"calm\", \"site\": \"north\", \"id\": 1}]",
      "task 1: is JSON-MIN, in which 'mood', 'site' could each be the label"
    ),
    ("a.json", "[{\"video\": \"a.mp4\", \"id\": 1}]", "names no video"),
    ("a.json", "{\"database\": 3}", ".database is of another type than expected"),
    ("a.json", "{", "is no JSON"),
    ("a.json", "[{\"data\": {}}]", "task 1: its data names no video"),
    ("a.json", "[{\"annotations\": []}]", "task 1: has no data"),
    (
      "a.json", "[{\"data\": {\"video\": \"a.mp4\"}, \"annotations\": [{\"result\": []}, {\"result\": []}]}]",
      "task 1: has 2 annotations: keep one"
    ),
    ("a.json", String(repeating: "[", count: 100_000), "is no JSON"),
    ("a.json", "{\"database\":" + String(repeating: "{\"a\":", count: 100_000), "is no JSON"),
    ("a.eaf", "<html></html>", "is XML without an ANNOTATION_DOCUMENT"),
    ("a.eaf", "<ANNOTATION_DOCUMENT>", "the file ends within an element"),
    ("a.eaf", "<!DOCTYPE a [<!ENTITY b \"c\">]><ANNOTATION_DOCUMENT/>", "a document type, which is not read"),
    ("a.eaf", "<ANNOTATION_DOCUMENT/>", "names no video in its MEDIA_DESCRIPTOR"),
    ("a.eaf", "<ANNOTATION_DOCUMENT x=\"&lol;\"/>", "an entity that XML does not have"),
    ("a.eaf", String(repeating: "<a>", count: 100_000), "is nested too deep"),
    ("a.csv", "file,label\n" + String(repeating: "a", count: 70_000) + ",x\n", "line 2 is too long"),
    ("a.txt", "a.mp4 0\n" + String(repeating: "a", count: 70_000) + " 0\n", "line 2 has 70002 bytes"),
    ("a.txt", "a.mp4 0\nb\0.mp4 0\n", "line 2 holds a zero byte"),
  ]

  @Test(arguments: cases)
  func whatIsWrongWithAListIsSaidInOneLine(_ list: Case) throws {
    let folder = try TemporaryFolder()
    let path = BytePath(try folder.write(list.name, list.text))
    let error = #expect(throws: ClassifierError.self) { try LabelledList.read(path) }
    let text = try #require(error).description
    #expect(text.contains(list.cause), "\(text)")
    #expect(!text.contains("\n") && text.utf8.count < 1000)
    #expect(error?.scope == .setup)
  }

  @Test func bytesThatAreNoTextAreRefused() throws {
    let folder = try TemporaryFolder()
    for (bytes, cause) in [
      ([0xFF, 0xFE, 0x61, 0], "is in UTF-16"), ([0x66, 0x69, 0x6C, 0x65, 0x2C, 0xFF], "forms"),
    ] {
      let path = BytePath(try folder.write("a.csv", bytes.map(UInt8.init)))
      let error = #expect(throws: ClassifierError.self) { try LabelledList.read(path) }
      #expect(error?.cause.contains(cause) == true)
    }
  }

  /// A path with blanks and digits, of which both readings are there.
  @Test func aLineThatNamesTwoFilesIsRefused() throws {
    let folder = try TemporaryFolder()
    for file in ["clip", "clip 3"] { try folder.write(file, "") }
    let path = BytePath(try folder.write("list.txt", "clip 3 5\n"))
    let error = #expect(throws: ClassifierError.self) { try LabelledList.read(path) }
    #expect(error?.cause.contains("line 1") == true && error?.cause.contains("are both there") == true)
    folder.remove("clip")
    #expect(try LabelledList.read(path).videos.map(\.labels) == [[5]])
  }

  @Test func severalSplitsOfOneDataSetAreRefused() throws {
    let folder = try TemporaryFolder()
    for split in 1...2 { try folder.write("jump_test_split\(split).txt", "a.avi 1\n") }
    let error = #expect(throws: ClassifierError.self) { try LabelledList.read(BytePath(folder.url.path)) }
    #expect(error?.cause.contains("holds the splits 1, 2: name one of its files") == true)
  }

  @Test func aVideoListedAgainWithAnotherClassHasBothWhereThatIsAsked() throws {
    let folder = try TemporaryFolder()
    let path = BytePath(try folder.write("a.csv", "file,label\na.mp4,x\na.mp4,y\na.mp4,y\n"))
    var options = LabelledList.Options()
    options.isMultiLabel = true
    let list = try LabelledList.read(path, options: options)
    #expect(list.videos.map(\.labels) == [[0, 1]])
    #expect(
      list.notes == [
        "1 entry repeats another, taken once",
        "1 entry names another class of what is listed before, which has them all",
      ])
    #expect(list.contradiction == #expect(throws: ClassifierError.self) { try LabelledList.read(path) })
  }

  @Test(arguments: [
    "a.mp4,x\nb.mp4, \"x\"\n", "a.mp4,x\n\"b.mp4\" ,\t\"x\" \n", "a.mp4,x\n,\n \t, \nb.mp4,x\n,\n",
  ])
  func blanksAroundQuotesAndRowsOfBlanksAreNothing(_ rows: String) throws {
    let folder = try TemporaryFolder()
    let list = try LabelledList.read(BytePath(try folder.write("a.csv", "file,label\n" + rows)))
    #expect(list.classes == ["x"] && list.videos.map(\.path.name) == ["a.mp4", "b.mp4"])
  }

  @Test func aLabelThatIsNamedTwiceIsOne() throws {
    let folder = try TemporaryFolder()
    let path = BytePath(try folder.write("a.csv", "file,labels\na.mp4,x|y| x\nb.mp4,y|y\n"))
    let list = try LabelledList.read(path)
    #expect(list.videos.map(\.labels) == [[0, 1], [1]] && list.contradiction == nil)
  }

  /// As Excel saves a table on many a machine: a group or a split of such bytes was taken for none.
  @Test(arguments: [
    ("a.csv", "file,label,group\na.mp4,x,K?ln\n"), ("a.csv", "file,label,split\na.mp4,x,?bung\n"),
    ("a.csv", "file,label,start,end\na.mp4,x,?,2\n"), ("a.csv", "file,label,start,end\na.mp4,x,1,?\n"),
    ("a.csv", "file,label\na.mp4,K?ln\n"), ("a.csv", "file,labels\na.mp4,x|K?ln\n"),
    ("k.csv", "label,youtube_id,time_start,time_end,split\nx,abc,1,2,?\n"),
    ("k.csv", "label,youtube_id,time_start,time_end\nK?ln,abc,1,2\n"),
    ("a.mp4.losslesscut.csv", "Start,End,Name\n?,2,x\n"), ("a.csv", "Start,End,Name\n1,2,K?ln\n"),
    ("a.csv", "Start,End,Name\n1,?,x\n"),
  ])
  func whatIsNotUTF8IsRefusedWhateverItSays(_ name: String, _ text: String) throws {
    let folder = try TemporaryFolder()
    // 0xF6 is an ö in Latin-1.
    let bytes = text.utf8.map { $0 == UInt8(ascii: "?") ? 0xF6 : $0 }
    let path = BytePath(try folder.write(name, Data(bytes)))
    let error = #expect(throws: ClassifierError.self) { try LabelledList.read(path) }
    let cause = error?.cause ?? ""
    #expect(cause.hasPrefix("line 2: '") && cause.contains("\\xF6"), "\(cause)")
    #expect(cause.hasSuffix("' is not UTF-8; save the list as UTF-8"))
  }
}
