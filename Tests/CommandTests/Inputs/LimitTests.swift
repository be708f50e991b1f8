import Foundation
import TestSupport
import Testing

/// What a video may take, and the option that raises it.
@Suite struct LimitTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  @Test(arguments: [
    (["--max-pixels", "1000"], "over the limit of 1000 pixels (--max-pixels)"),
    (["--max-pictures", "10"], "it has over 10 frames (--max-pictures)"),
    (["--max-samples", "3", "--stride", "1"], "over the limit of 3: damaged times, or raise --max-samples"),
  ])
  func whatIsOverALimitIsOneLineThatNamesTheOption(_ options: [String], _ words: String) throws {
    let given = options.joined(separator: " ")
    for command in [
      "label '\(Checkout.clip)'", "windows '\(Checkout.clip)' --output '\(folder.path("w.npy"))'",
    ] {
      let run = try program.shell("exec \"$r2p1d\" \(command) --model '\(model)' \(given)")
      #expect(run.status == 1)
      #expect(
        run.errors.hasPrefix("r2p1d-video: \(Checkout.clip): ") && run.errors.hasSuffix("\(words)\n"),
        "\(run.errors)")
      #expect(run.errors.count(where: \.isNewline) == 1)
    }
  }

  @Test func aLimitHoldsInTheWorkersOfAScanToo() throws {
    let run = try program(
      "scan", Checkout.clip, "--model", model, "--output", folder.path("l.csv"), "--max-pixels", "1000")
    #expect(run.status == 1)
    #expect(
      String(decoding: try folder.read("l.csv"), as: UTF8.self).contains("over the limit of 1000 pixels"))
  }

  @Test(.enabled(if: Tool.ffmpeg.isThere, Tool.ffmpeg.note))
  func manyStreamsAndLargePicturesAreRefusedUntilTheLimitIsRaised() throws {
    let streams = String(repeating: "-map 0 ", count: 6)
    // Of its own choice FFmpeg 9 makes more slices of so large a frame than it decodes.
    let made = try program.shell(
      """
      cd '\(folder.url.path)'
      ffmpeg -v error -f lavfi -i testsrc=s=64x64:d=1:r=5 \(streams) -c:v mpeg4 many.mkv &&
      ffmpeg -v error -f lavfi -i color=red:s=16384x8192:d=1:r=1 -frames:v 1 -c:v ffv1 -slices 24 -pix_fmt \
      gray large.mkv
      """)
    try #require(made.status == 0, "\(made.errors)")
    func label(_ name: String, _ options: String...) throws -> Program.Run {
      try program.shell(
        "exec \"$r2p1d\" label '\(folder.path(name))' --model '\(model)' --windows 1 "
          + "\(options.joined(separator: " "))"
      )
    }
    #expect(try label("many.mkv").status == 0)
    #expect(
      try label("many.mkv", "--max-streams 5").errors.contains(
        "it has 6 streams, over the limit of 5 (--max-streams)"))
    let large = try label("large.mkv")
    #expect(large.status == 1 && large.errors.contains("its frames are 16384x8192"), "\(large.errors)")
    #expect(try label("large.mkv", "--max-pixels 134217728").status == 0)
  }

  @Test(arguments: [
    "--max-pixels 0", "--max-streams 0", "--max-pictures 0", "--max-samples 0", "--probe-size 1",
    "--max-memory 0",
  ])
  func aLimitThatIsNoneIsWrongUsage(_ option: String) throws {
    let run = try program.shell("exec \"$r2p1d\" label a.mp4 \(option)")
    #expect(run.status == 64 && run.errors.count(where: \.isNewline) == 1)
  }
}
