import Foundation
import TestSupport
import Testing

@Suite struct WindowsCommandTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func theFileIsANumpyArrayOfTheWindowsAndTheLinePrintedIsItsSampling() throws {
    let run = try program(
      "windows", Checkout.clip, "--output", folder.path("w.npy"), "--frames", "8", "--windows", "3")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text.count(where: \.isNewline) == 1)
    let layout = try run.object()
    let starts = try #require(layout["starts"] as? [Int])
    let frames = try #require(layout["frames"] as? [[Int]])
    let samples = try #require(layout["samples"] as? Int)
    #expect(Set(layout.keys) == ["samples", "starts", "frames"])
    #expect(starts == [0, (samples - 8) / 2, samples - 8])
    #expect(frames.count == 3 && frames.allSatisfy { $0.count == 8 && $0 == $0.sorted() })
    #expect(frames[0][0] == 0)

    let data = try folder.read("w.npy")
    #expect(data.prefix(8) == Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]))
    let length = Int(data[8]) + Int(data[9]) << 8
    #expect((10 + length) % 64 == 0)
    let header = String(decoding: data[10..<(10 + length)], as: UTF8.self)
    #expect(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"))
    #expect(header.contains("'shape': (3, 3, 8, 112, 112") && header.hasSuffix("\n"))
    #expect(data.count == 10 + length + 3 * 3 * 8 * 112 * 112 * 4)

    // Values of normalised pictures: from (0 - 0.43216) ÷ 0.22803 to (1 - 0.37645) ÷ 0.216989.
    let values = data.dropFirst(10 + length).withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self) }
    }
    #expect(values.allSatisfy { (-1.9...2.9).contains($0) })
    #expect(Set(values.prefix(112 * 112)).count > 20)
  }

  @Test func theArrayIsTheSameWithoutSeekingAndWithOneThread() throws {
    var arrays: [Data] = []
    for options in [[], ["--no-seek"], ["--threads", "1"]] {
      let words = ([Checkout.clip, "--output", folder.path("w.npy")] + options).map { "'\($0)'" }
      #expect(try program.shell("exec \"$r2p1d\" windows " + words.joined(separator: " ")).status == 0)
      arrays.append(try folder.read("w.npy"))
    }
    #expect(Set(arrays).count == 1)
  }

  @Test func everyFrameIsASampleAtTheSourcesOwnRate() throws {
    let run = try program("windows", Checkout.clip, "--fps", "source", "--output", folder.path("w.npy"))
    let layout = try run.object()
    let samples = try #require(layout["samples"] as? Int)
    let last = try #require((layout["frames"] as? [[Int]])?.last?.last)
    #expect(last == samples - 1)
  }

  @Test(arguments: [("30", "30/1"), ("29.97", "2997/100"), ("7.5", "15/2")])
  func aRateIsTheSameAsADecimalAndAsAFraction(_ decimal: String, _ fraction: String) throws {
    let layouts = try [decimal, fraction].map {
      try program("windows", Checkout.clip, "--fps", $0, "--output", folder.path("w.npy")).text
    }
    #expect(layouts[0] == layouts[1] && !layouts[0].isEmpty)
  }
}
