import R2P1DVideo
import Testing

@Suite struct FilePathTests {
  @Test(
    arguments: [
      ([0x61, 0xFF, 0x62], "a\\xFFb"), ([0xC3], "\\xC3"), ([0xE2, 0x82, 0xAC], "€"),
      ([0xE2, 0x82], "\\xE2\\x82"),
      ([0xC3, 0xA9, 0x80, 0x0A], "é\\x80\n"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
      ([0xF0, 0x9F, 0x8E, 0xAC, 0xFE], "🎬\\xFE"),
    ] as [([UInt8], String)])
  func bytesThatAreNoUTF8AreShownInHexadecimal(_ bytes: [UInt8], _ text: String) {
    #expect(BytePath(bytes: bytes).string == text)
    #expect(BytePath(bytes: bytes).isUTF8 == !text.contains("\\x"))
  }

  @Test func whatIsPrintedIsOneLineAndMovesNoCursor() {
    #expect(BytePath("a\nb\u{1B}[2J\u{7F}\u{85}é").printable == "a\\x0Ab\\x1B[2J\\x7F\\xC2\\x85é")
  }

  @Test(arguments: [
    ("/a/b.tar.pth", "b.tar.pth", "/a", "b.tar"), ("b.pth", "b.pth", ".", "b"), ("/b", "b", "/", "b"),
    ("a/.hidden", ".hidden", "a", ".hidden"),
  ])
  func aPathIsItsFolderAndItsName(_ path: String, _ name: String, _ folder: String, _ stem: String) {
    #expect(BytePath(path).name == BytePath(name))
    #expect(BytePath(path).folder == BytePath(folder))
    #expect(BytePath(path).stem == BytePath(stem))
  }

  @Test func aNameIsPutIntoAFolderWithOneSlash() {
    #expect(BytePath("/a").appending("b") == "/a/b")
    #expect(BytePath("/").appending("b") == "/b")
  }
}
