import Foundation
import TestSupport
import Testing

@Suite struct InspectTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    "", "--frames 8 --windows 3", "--stride 20 --resize squash", "--fps source --windows 2",
    "--start 1 --end 1.5", "--frames 32",
  ])
  func theTableSaysOfEachSampleWhatWindowsSays(_ options: String) throws {
    let words = options.split(separator: " ").map(String.init)
    let run = try program.run(Program.built, ["inspect", Checkout.clip, "--format", "json"] + words)
    try #require(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let windows = try #require(try run.object()["windows"] as? [[String: Any]])
    let layout = try program.run(
      Program.built, ["windows", Checkout.clip, "--output", folder.path("w.npy")] + words
    ).object()
    let samples = try windows.map { try #require($0["samples"] as? [[String: Any]]) }
    #expect(samples.map { $0[0]["sample"] as? Int } == (try #require(layout["starts"] as? [Int])))
    let shown = samples.map { $0.filter { $0["held"] as? Bool == false }.compactMap { $0["frame"] as? Int } }
    #expect(shown == (try #require(layout["frames"] as? [[Int]])))
    #expect(windows.map { $0["number"] as? Int } == Array(0..<windows.count))
    #expect(windows.allSatisfy { $0["labels"] == nil })
    #expect(samples.joined().allSatisfy { $0["damage"] as? String == "none" })
  }

  /// The sheet's pixels, the array's values and the rule between them: (value ÷ 255 − mean) ÷ deviation.
  @Test(.enabled(if: Clips.canEncode("png"), Clips.note))
  func thePNGHasThePixelsThatTheArrayOfWindowsIsMadeOf() throws {
    let options = ["--frames", "8", "--windows", "2"]
    for (command, name) in [("inspect", "s.png"), ("windows", "w.npy")] {
      let run = try program.run(
        Program.built, [command, Checkout.clip, "--output", folder.path(name)] + options)
      #expect(run.status == 0, "\(run.errors)")
    }
    let values = try folder.read("w.npy").dropFirst(128).withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self) }
    }
    let (mean, deviation) = ([0.43216, 0.394666, 0.37645], [0.22803, 0.22145, 0.216989])
    var expected: [[UInt8]] = []
    for window in 0..<2 {
      for time in 0..<8 {
        expected.append(
          (0..<3 * 112 * 112).map { place in
            let (pixel, colour) = place.quotientAndRemainder(dividingBy: 3)
            let value = values[((window * 3 + colour) * 8 + time) * 112 * 112 + pixel]
            return UInt8((255 * (Double(value) * deviation[colour] + mean[colour])).rounded())
          })
      }
    }
    let size = String(
      decoding: try folder.ffmpeg(
        "-show_entries stream=width,height -of csv=p=0 s.png", program: "ffprobe"), as: UTF8.self)
    let width = try #require(size.split(separator: ",").first.flatMap { Int($0) })
    let sheet = [UInt8](try folder.ffmpeg("-i s.png -f rawvideo -pix_fmt rgb24 -"))
    let found = Self.squares(expected, in: sheet, width: width)
    #expect(found.count == 16, "a sample is not in the sheet")
    // Eight in a row, the rows one below the other.
    #expect(Set(found.prefix(8).map(\.y)).count == 1 && found[0].y < found[8].y)
    #expect(
      found.prefix(8).map(\.x) == found.suffix(8).map(\.x)
        && found.prefix(8).map(\.x) == found.prefix(8).map(\.x).sorted())
  }

  /// Where each image of 112 by 112 lies in a sheet, exactly; those that are not in it are left out.
  private static func squares(_ images: [[UInt8]], in sheet: [UInt8], width: Int) -> [(x: Int, y: Int)] {
    let height = sheet.count / (3 * width)
    var taken = Set<Int>()
    return images.compactMap { image in
      for y in 0...(height - 112) {
        for x in 0...(width - 112) where !taken.contains(y * width + x) {
          let isHere = (0..<112).allSatisfy { row in
            let place = 3 * ((y + row) * width + x)
            return sheet[place..<place + 336].elementsEqual(image[336 * row..<336 * row + 336])
          }
          if isHere {
            taken.insert(y * width + x)
            return (x, y)
          }
        }
      }
      return nil
    }
  }

  @Test func aModelSaysWhatEachWindowIs() throws {
    let options = ["--model", "camera-motion", "--windows", "2"]
    let run = try program.run(
      Program.built, ["inspect", Checkout.clip, "--format", "json", "--top", "2"] + options)
    let object = try run.object()
    let labels = try program.run(
      Program.built, ["label", Checkout.clip, "--format", "json", "--top", "2"] + options
    ).object()
    let inspected = try #require(object["windows"] as? [[String: Any]])
    let labelled = try #require(labels["windows"] as? [[String: Any]])
    for (one, other) in zip(inspected, labelled) {
      #expect(one["labels"] as? NSArray == other["labels"] as? NSArray)
      #expect((one["labels"] as? [Any])?.count == 2)
    }
    #expect(object["receipt"] as? NSDictionary == labels["receipt"] as? NSDictionary)
    #expect(object["video"] as? NSDictionary == labels["video"] as? NSDictionary)
  }

  @Test(
    arguments: [
      ("s.jpg", [0xFF, 0xD8, 0xFF]), ("s.JPEG", [0xFF, 0xD8, 0xFF]), ("s.png", [0x89, 0x50, 0x4E]),
      ("s.html", [0x3C, 0x21, 0x64]), ("s.json", [0x7B, 0x0A, 0x20]),
    ] as [(String, [UInt8])])
  func theNameSaysTheFormat(_ name: String, _ start: [UInt8]) throws {
    let run = try program("inspect", Checkout.clip, "--windows", "1", "--output", folder.path(name))
    #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty, "\(run.errors)")
    #expect(folder.names == [name])
    #expect(try folder.read(name).starts(with: start))
  }

  @Test func theFormatThatIsAskedForGoesBeforeTheName() throws {
    let run = try program(
      "inspect", Checkout.clip, "--windows", "1", "--format", "png", "--output", folder.path("s.jpg"))
    #expect(run.status == 0)
    #expect(try folder.read("s.jpg").starts(with: [0x89, 0x50]))
    let piped = try program("inspect", Checkout.clip, "--windows", "1", "--format", "jpg", "--output", "-")
    #expect(piped.output.starts(with: [0xFF, 0xD8]))
  }

  @Test(arguments: [
    ("", 64, "--output"), ("--output s.gif", 64, "'s.gif' ends in none of"),
    ("--output -", 64, "--format json"),
    ("--format json --top 3", 64, "--top is about a --model"),
    ("--format json --offline", 64, "--offline is about a --model"),
    ("--format json --labels l.txt", 64, "--labels is about a --model"),
    ("--format json --precision int8", 64, "--precision is about a --model"),
    ("--format json --weights ema", 64, "--weights is about a --model"),
    ("--format json --windows 2 --stride 3", 64, "not both"),
    ("--output s.png --stride 1 --fps 1000", 1, "--start and --end"),
    ("--format json --stride 1 --fps 1000 --windows 3", 64, "not both"),
    ("--output s.jpg --model nobody", 2, "no such file, and no model of that name"),
    ("--output s.jpg --start 99", 1, "nothing to sample"),
  ])
  func whatCannotBeShownIsOneLineWithItsWayOut(_ options: String, _ status: Int32, _ words: String) throws {
    let run = try program.shell("cd '\(folder.url.path)' && \"$r2p1d\" inspect '\(Checkout.clip)' \(options)")
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.count(where: \.isNewline) == 1 && run.errors.contains(words), "\(run.errors)")
    #expect(run.output.isEmpty && folder.names.isEmpty)
  }

  @Test func manyWindowsOfALongVideoAreRefusedAtOnce() throws {
    let run = try program(
      "inspect", Checkout.clip, "--stride", "1", "--output", folder.path("s.png"), "--frames", "32", "--fps",
      "30")
    #expect(run.status == 1 && folder.names.isEmpty)
    #expect(
      run.errors
        == "r2p1d-video: \(Checkout.clip): 59 windows of 32 samples are more than can be shown at once "
        + "(32 windows): show a part with --start and --end, or give fewer --windows or a larger --stride\n",
      "\(run.errors)")
    let table = try program("inspect", Checkout.clip, "--stride", "1", "--format", "json", "--fps", "30")
    #expect(table.status == 0)
    #expect(try #require(table.object()["windows"] as? [Any]).count == 75)
  }
}
