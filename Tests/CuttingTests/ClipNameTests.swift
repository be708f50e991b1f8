import R2P1DVideo
import Testing

@testable import Cutting

@Suite struct ClipNameTests {
  private func name(
    _ label: String, of file: BytePath = "v/movie.mp4", at start: Rational = Rational(62345, 1000),
    count: Int = 5
  ) -> BytePath {
    ClipName(of: file, ending: ".mp4", count: count, last: start).name(1, at: start, label: label)
  }

  @Test(arguments: [
    ("jump", "jump"), ("arm wrestling", "arm_wrestling"), ("a/b", "a_b"), ("../../x", "___.._x"),
    (".hidden", "_hidden"), ("-rf", "_rf"), ("a\nb\0c", "a_b_c"), ("", "_"),
    ("\"q\": <1>|*?\\", "_q____1_____"),
    ("跳ぶ", "跳ぶ"), ("\u{202E}abc", "_abc"),
  ])
  func aLabelBecomesAPartOfANameThatEveryFileSystemTakes(_ label: String, _ part: String) {
    #expect(name(label).string == "movie.0001.00-01-02.345.\(part).mp4")
  }

  @Test func namesSortByTimeHoweverManyAndHoweverLong() {
    let names = ClipName(of: "m.mp4", ending: ".mp4", count: 12_345, last: 360_001)
    let made = [(9, 5), (10, 3_599), (99, 3_600), (10_000, 360_000)].map {
      names.name($0, at: Rational($1), label: "x")
    }
    #expect(made.map(\.string).sorted() == made.map(\.string))
    #expect(made[3].string == "m.10000.100-00-00.000.x.mp4")
  }

  @Test(arguments: [
    (String(repeating: "x", count: 400), "movie.mp4"), (String(repeating: "跳", count: 200), "movie.mp4"),
    ("jump", String(repeating: "m", count: 251) + ".mp4"),
    (String(repeating: "🎉", count: 100), String(repeating: "é", count: 120) + ".mp4"),
  ])
  func aLongNameKeepsItsTimeAndEndsWithAWholeCharacter(_ label: String, _ file: String) {
    let made = name(label, of: BytePath(file))
    #expect(made.bytes.count <= 255 && made.bytes.count > 200 && made.isUTF8)
    #expect(made.string.contains(".0001.00-01-02.345.") && made.string.hasSuffix(".mp4"))
  }

  @Test func bytesThatAreNoTextStayInTheVideosName() {
    let made = name("x", of: BytePath(bytes: [0x66, 0xFF, 0x2E, 0x6D, 0x70, 0x34]))
    #expect(made.bytes.starts(with: [0x66, 0xFF, 0x2E]))
  }

  @Test func anAddressLosesWhatIsAskedOfTheServer() {
    let file: BytePath = "https://host/path/movie.mp4?token=a/b#t=3"
    #expect(name("x", of: file).string == "movie.0001.00-01-02.345.x.mp4")
    #expect(ClipTable.name(for: file).string == "movie.mp4.clips.csv")
  }
}
