import Foundation
import Testing

@testable import R2P1DVideo

@Suite struct JSONValueTests {
  private struct Everything: Encodable {
    var double = 3.0
    var float: Float = 2
    var count = 3
    var small: UInt8 = 255
    var large = UInt64.max
    var negative: Int16 = -7
    var flag = true
    var text = "a/b"
    var none: Double?
    var some: Double? = 0
    var reals = [1.0, 0.5, -0.0]
    var whole = [[1, 2], []]
    var names = ["z": 1.0, "a": 2]
  }

  @Test func realsHaveAFractionWholeNumbersHaveNone() throws {
    #expect(
      try JSONValue(encoding: Everything()).text(pretty: false)
        == "{\"count\":3,\"double\":3.0,\"flag\":true,\"float\":2.0,\"large\":18446744073709551615,"
        + "\"names\":{\"a\":2.0,\"z\":1.0},\"negative\":-7,\"reals\":[1.0,0.5,-0.0],\"small\":255,"
        + "\"some\":0.0,\"text\":\"a/b\",\"whole\":[[1,2],[]]}")
  }

  @Test(
    arguments: [
      (0, "0.0"), (30, "30.0"), (29.97, "29.97"), (-15, "-15.0"), (1.066667, "1.066667"),
      (1e15, "1000000000000000.0"),
      (1e16, "1.0e+16"), (1e300, "1.0e+300"), (1e-5, "1.0e-05"), (1.25e-9, "1.25e-09"),
      (.leastNonzeroMagnitude, "5.0e-324"),
      (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.nan, "null"), (.infinity, "null"),
      (-.infinity, "null"),
    ] as [(Double, String)])
  func aRealIsTheFewestDigitsThatMeanIt(_ value: Double, _ text: String) throws {
    #expect(JSONValue.real(value).text(pretty: false) == text)
    guard value.isFinite else { return }
    #expect(Double(text) == value && (text.contains(".")))
    let read = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    #expect(read as? Double == value)
  }

  /// Shorter than the double of the same value: 0.1 and not 0.10000000149011612.
  @Test func aFloatHasItsOwnDigits() {
    #expect(JSONValue.real(Float(0.1)).text(pretty: false) == "0.1")
    #expect(JSONValue.real(Float(-4)).text(pretty: false) == "-4.0")
    #expect(JSONValue.real(Float(1e-8)).text(pretty: false) == "1.0e-08")
  }

  @Test func anyTextComesBackAsItWas() throws {
    let text = (0..<0x2100).compactMap(UnicodeScalar.init).map(String.init).joined() + "\u{1F3AC}e\u{301}\r\n"
    for pretty in [false, true] {
      let json = JSONValue.object([text: .string(text)]).text(pretty: pretty)
      let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
      #expect(read == [text: text])
      #expect(!json.dropFirst(2).dropLast(2).contains { $0.isASCII && $0.isNewline } || pretty)
    }
  }

  @Test func prettyTextHasALineForEachElement() throws {
    let value = JSONValue.object([
      "b": .array([.integer(1), .real(2.0)]), "a": .object(["c": .null]), "e": .array([]), "f": .object([:]),
    ])
    #expect(
      value.text(pretty: true) == """
        {
          "a" : {
            "c" : null
          },
          "b" : [
            1,
            2.0
          ],
          "e" : [],
          "f" : {}
        }
        """)
  }

  /// What a type does with its encoder in several steps is one object, as it is with Foundation's.
  @Test func aTypeMayAskForItsContainerMoreThanOnce() throws {
    struct Twice: Encodable {
      enum Key: CodingKey { case a, b, inner, list }

      func encode(to encoder: any Encoder) throws {
        var first = encoder.container(keyedBy: Key.self)
        try first.encode(1, forKey: .a)
        var second = encoder.container(keyedBy: Key.self)
        try second.encodeNil(forKey: .b)
        var inner = second.nestedContainer(keyedBy: Key.self, forKey: .inner)
        try inner.encode(1.0, forKey: .a)
        var list = second.nestedUnkeyedContainer(forKey: .list)
        try list.encode("x")
        try list.encodeNil()
        try list.encode(["y": 1.0])
        #expect(list.count == 3)
      }
    }
    #expect(
      try JSONValue(encoding: [Twice()]).text(pretty: false)
        == "[{\"a\":1,\"b\":null,\"inner\":{\"a\":1.0},\"list\":[\"x\",null,{\"y\":1.0}]}]")
  }
}
