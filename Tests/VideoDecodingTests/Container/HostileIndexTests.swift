import TestSupport
import Testing

@testable import VideoDecoding

/// Indexes of MP4 files that point elsewhere than at their samples: all ways of reading give the same, or an
/// error, and none reads more than there is.
@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct HostileIndexTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  /// What to do to a table of offsets (`stco`), of sizes (`stsz`) or of times: the bytes behind its version and
  /// flags, in numbers of 32 bits.
  struct Attack: CustomTestStringConvertible {
    let testDescription: String
    let table: String
    let change: @Sendable (inout [UInt32], _ fileBytes: Int) -> Void
  }

  static let attacks = [
    Attack(testDescription: "the last chunk beyond the end", table: "stco") {
      $0[$0.count - 1] = UInt32($1 + 5)
    },
    Attack(testDescription: "all chunks beyond the end", table: "stco") { numbers, size in
      for place in numbers.indices.dropFirst() { numbers[place] = UInt32(size) + UInt32(place) }
    },
    Attack(testDescription: "a chunk at the largest offset", table: "stco") { numbers, _ in numbers[2] = .max
    },
    Attack(testDescription: "all chunks at the same bytes", table: "stco") { numbers, _ in
      for place in numbers.indices.dropFirst() { numbers[place] = numbers[1] }
    },
    Attack(testDescription: "chunks inside other samples", table: "stco") { numbers, _ in
      for place in numbers.indices.dropFirst(2) { numbers[place] -= 100 }
    },
    Attack(testDescription: "chunks in the file's head", table: "stco") { numbers, _ in
      for place in numbers.indices.dropFirst(3) { numbers[place] = UInt32(place) }
    },
    Attack(testDescription: "a sample that is larger than the file", table: "stsz") { numbers, size in
      numbers[40] = UInt32(size) * 2
    },
    Attack(testDescription: "samples of two gigabytes", table: "stsz") { numbers, _ in
      for place in numbers.indices.dropFirst(2) where place % 7 == 0 { numbers[place] = 0x7FFF_FFF0 }
    },
    Attack(testDescription: "samples of no bytes", table: "stsz") { numbers, _ in
      for place in numbers.indices.dropFirst(2) where place % 5 == 0 { numbers[place] = 0 }
    },
    Attack(testDescription: "samples that are too short", table: "stsz") { numbers, _ in
      for place in numbers.indices.dropFirst(2) { numbers[place] /= 2 }
    },
    Attack(testDescription: "more samples than there are", table: "stsz") { numbers, _ in
      numbers[1] = 0xFFFF_FFFF
    },
    Attack(testDescription: "key frames that are none", table: "stss") { numbers, _ in
      for place in numbers.indices.dropFirst(2) { numbers[place] += 3 }
    },
    Attack(testDescription: "key frames in descending order", table: "stss") { numbers, _ in
      numbers = [numbers[0]] + numbers.dropFirst().reversed()
    },
    Attack(testDescription: "times of presentation far apart", table: "ctts") { numbers, _ in
      for place in numbers.indices.dropFirst(2) where place % 6 == 0 { numbers[place] = 0x7000_0000 }
    },
  ]

  @Test(arguments: attacks) func everyWayOfReadingGivesTheSame(_ attack: Attack) throws {
    let path = try clips.make(
      "film.mp4", source: "96x64:30:20", "-vf noise=alls=60:allf=t -b:v 3M -c:v libx264 -g 60 -bf 2")
    var bytes = try clips.read("film.mp4")
    try change(attack, in: &bytes)
    _ = try clips.write(bytes, "film.mp4")
    let source = VideoSource.path(Array(path.utf8))
    let (whole, _) = Reading.of(source, .whole)
    for scanning in [InputRules.Scanning.sparse, .indexed] {
      let (reading, _) = Reading.of(source, scanning)
      #expect(reading.shown == whole.shown, "\(scanning)")
    }
  }

  private func change(_ attack: Attack, in bytes: inout [UInt8]) throws {
    let name = Array(attack.table.utf8)
    let place = try #require(bytes.firstPlace(of: name, from: 0))
    let length = bytes[(place - 4)..<place].reduce(0) { $0 << 8 | Int($1) }
    let start = place + 8
    let count = (length - 12) / 4
    var numbers = (0..<count).map { number in
      bytes[(start + 4 * number)..<(start + 4 * number + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    attack.change(&numbers, bytes.count)
    for (number, value) in numbers.enumerated() {
      for byte in 0..<4 { bytes[start + 4 * number + byte] = UInt8(value >> (24 - 8 * byte) & 255) }
    }
  }

  @Test("A Matroska track that is compressed is read whole") func encodings() throws {
    let path = try clips.make(
      "film.mkv", source: "96x64:30:4", "-vf noise=alls=60:allf=t -b:v 3M -c:v libx264")
    var bytes = try clips.read("film.mkv")
    #expect(Reading.of(.path(Array(path.utf8)), .sparse).way.isSparse)
    // A void element of the track, or else of its language, becomes an empty list of encodings.
    let language = try #require(bytes.firstPlace(of: [0x22, 0xB5, 0x9C], from: 0))
    let length = Int(bytes[language + 3] & 0x7F)
    bytes.replaceSubrange(
      language..<language + 4 + length,
      with: [0x6D, 0x80, 0x80 | UInt8(length + 1), 0xEC, 0x80 | UInt8(length - 1)]
        + [UInt8](repeating: 0, count: length - 1))
    _ = try clips.write(bytes, "film.mkv")
    let (whole, _) = Reading.of(.path(Array(path.utf8)), .whole)
    let (reading, way) = Reading.of(.path(Array(path.utf8)), .sparse)
    #expect(!way.isSparse && reading == whole && whole.error == nil)
  }
}

extension Reading {
  /// What a user sees: where an index contradicts the file, decoding is begun again at other places.
  fileprivate var shown: Reading {
    var shown = self
    (shown.framesDecoded, shown.framesSkipped, shown.restarts) = (0, 0, 0)
    return shown
  }
}
