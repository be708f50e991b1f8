import Foundation
import TestSupport
import Testing

/// `--track`, and motion photos, in every command that samples.
@Suite(.enabled(if: Clips.canEncode("mpeg4", "aac", "mjpeg"), Clips.note))
struct TrackTests {
  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(folder: folder.url)
    try folder.ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=15:d=1 -f lavfi -i testsrc=s=160x120:r=15:d=1 -f lavfi -i sine=d=1 "
        + "-map 0 -map 1 -map 2 -c:v mpeg4 -c:a aac -disposition:v:0 default -disposition:v:1 0 two.mp4")
    try folder.ffmpeg("-i two.mp4 -map 0:1 -c copy only.mp4")
  }

  private func run(_ arguments: String) throws -> Program.Run {
    try program(line: arguments)
  }

  private static let model = "--model camera-motion"

  @Test(arguments: [(nil, 0, 64), (0, 0, 64), (1, 1, 160)] as [(Int?, Int, Int)])
  func labelTakesItAndSaysWhich(_ asked: Int?, _ track: Int, _ width: Int) throws {
    let option = asked.map { "--track \($0)" } ?? ""
    let result = try run("label two.mp4 \(Self.model) --format json \(option)").object()
    let video = try #require(result["video"] as? [String: Any])
    #expect(video["track"] as? Int == track && video["width"] as? Int == width)
    let sampling = try #require(result["sampling"] as? [String: Any])
    #expect(sampling["track"] as? Int == asked)
    let receipt = try #require(result["receipt"] as? [String: Any])
    #expect((receipt["sampling"] as? [String: Any])?["track"] as? Int == asked)
  }

  @Test func timelineWindowsAndEmbedTakeIt() throws {
    let timeline = try run("timeline two.mp4 \(Self.model) --format json --track 1").object()
    #expect((timeline["video"] as? [String: Any])?["track"] as? Int == 1)
    for (command, file, sidecar) in [("windows", "w.npy", ""), ("embed", "e.npy", "e.json")] {
      #expect(try run("\(command) two.mp4 \(Self.model) --track 1 --output \(file)").status == 0)
      #expect(try run("\(command) only.mp4 \(Self.model) --output only-\(file)").status == 0)
      #expect(try folder.read(file) == folder.read("only-\(file)"))
      #expect(try run("\(command) two.mp4 \(Self.model) --output best-\(file)").status == 0)
      #expect(try folder.read(file) != folder.read("best-\(file)"))
      if !sidecar.isEmpty {
        let index = try JSONSerialization.jsonObject(with: folder.read(sidecar)) as? [String: Any]
        #expect((index?["sampling"] as? [String: Any])?["track"] as? Int == 1)
      }
    }
  }

  @Test func benchDecodesItAndAsksForAVideo() throws {
    let bench = try run(
      "bench --network r2plus1d_18 --frames 1 --runs 1 --video two.mp4 --track 1 --format json")
    #expect(bench.status == 0, "\(bench.errors)")
    #expect(try run("bench --video two.mp4 --track 2").status == 1)
    #expect(try run("bench --track 1").status == 64)
  }

  @Test func scanTakesItInItsWorkersAndKeepsTracksApart() throws {
    let scan = "scan two.mp4 \(Self.model) --windows 1 --format jsonl --output s.jsonl"
    #expect(try run("\(scan) --track 1").status == 0)
    let row = try JSONSerialization.jsonObject(with: folder.read("s.jsonl")) as? [String: Any]
    #expect((row?["video"] as? [String: Any])?["track"] as? Int == 1)
    #expect(try run("\(scan) --track 1").errors.contains("1 file is done already"))
    for (option, words) in [("", "track 1 there, not set here"), ("--track 0", "track 1 there, 0 here")] {
      let other = try run("\(scan) \(option)")
      #expect(other.status == 2 && other.errors.contains(words), "\(other.errors)")
    }
  }

  @Test(arguments: [
    "label two.mp4", "timeline two.mp4", "windows two.mp4 --output w.npy", "scan two.mp4 -o s.csv",
  ])
  func aWrongTrackIsOneLineThatListsThem(_ command: String) throws {
    let streams = "0 (mpeg4 video, 64x48), 1 (mpeg4 video, 160x120), 2 (aac audio)"
    for track in [2, 7] {
      folder.remove("s.csv", "s.csv.journal")
      let run = try run("\(command) \(Self.model) --track \(track) --quiet")
      #expect(run.status == 1)
      #expect(
        run.errors
          == "r2p1d-video: two.mp4: no video track \(track); its streams are \(streams); --track takes "
          + "another\n"
      )
    }
    #expect(try run("\(command) \(Self.model) --track -1").status == 64)
  }

  @Test func aPhotoIsRefusedAndTheFilmInAMotionPhotoRead() throws {
    try folder.ffmpeg("-i two.mp4 -frames:v 1 photo.jpg")
    let photo = try folder.read("photo.jpg")
    try folder.write("motion.jpg", photo + folder.read("only.mp4"))
    let still = try run("label photo.jpg \(Self.model)")
    #expect(still.status == 1)
    #expect(still.errors == "r2p1d-video: photo.jpg: a still picture (JPEG), not a video\n")
    for name in ["motion.jpg", "only.mp4"] {
      #expect(try run("windows \(name) \(Self.model) --output \(name).npy").status == 0)
    }
    #expect(try folder.read("motion.jpg.npy") == folder.read("only.mp4.npy"))
    // A photo that is named is tried, those in folders are not.
    let scan = try run("scan photo.jpg motion.jpg \(Self.model) --output s.csv --quiet")
    #expect(scan.status == 1 && scan.errors == still.errors)
    let rows = CSVTable(String(decoding: try folder.read("s.csv"), as: UTF8.self)).rows
    #expect(rows.dropFirst().map { $0[1] } == ["failed", "ok"])
    #expect(try run("scan . \(Self.model) --output all.csv --quiet").status == 0)
    let walked = CSVTable(String(decoding: try folder.read("all.csv"), as: UTF8.self)).rows
    #expect(walked.dropFirst().map { $0[0] } == ["./only.mp4", "./two.mp4"])
  }
}
