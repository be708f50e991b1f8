import Foundation
import R2P1DVideo
import TestSupport
import Testing

@Suite struct LabelSetTests {
  @Test func theLabelsInTheBinaryAreThoseOfTheFile() throws {
    let names = try Checkout.text("labels/kinetics-400.txt").split(separator: "\n").map(String.init)
    #expect(LabelSet.kinetics400.names == names)
    #expect(names.count == 400 && names.first == "abseiling" && names.last == "zumba")
  }

  private func read(_ bytes: [UInt8]) throws -> [String] {
    let folder = try TemporaryFolder()
    return try LabelSet(contentsOf: BytePath(folder.write("labels.txt", bytes))).names
  }

  @Test(arguments: [
    ("a\nb\n", ["a", "b"]), ("a\r\nb", ["a", "b"]), ("a b \n\n c\n\n\n", ["a b", "", "c"]),
    ("\u{FEFF}a\n", ["a"]), ("", []), ("a\u{2028}b\nc\u{85}d\n", ["a\u{2028}b", "c\u{85}d"]),
  ])
  func aLineIsAClass(_ text: String, _ names: [String]) throws {
    #expect(try read(Array(text.utf8)) == names)
  }

  @Test func whatIsNoTextIsRefused() {
    #expect(throws: ClassifierError.self) { try read([0xFF, 0xFE, 0x00]) }
  }
}
