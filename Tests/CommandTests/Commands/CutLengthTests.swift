import Foundation
import TestSupport
import Testing

/// How long what is in clips lasts, and how far sound is from its pictures.
@Suite struct CutLengthTests {
  private let clips: Clips

  init() throws { clips = try Clips() }

  @Test(
    "A copied packet of sound is as far from its picture as it was in the film",
    .enabled(if: Clips.canEncode("libvpx", "libx264", "libopus", "aac", "libmp3lame"), Clips.note),
    arguments: [
      ("webm", "-c:v libvpx -deadline realtime -c:a libopus"), ("mkv", "-c:v libx264 -c:a libopus"),
      ("mkv", "-c:v libx264 -c:a aac"), ("mkv", "-c:v libx264 -c:a libmp3lame"),
      ("mp4", "-c:v libx264 -c:a libopus"), ("mp4", "-c:v libx264 -c:a aac"),
      ("mov", "-c:v libx264 -c:a pcm_s16le"),
    ])
  func soundStaysWithItsPicture(_ container: String, _ options: String) throws {
    let sources = "-f lavfi -i testsrc2=s=160x96:r=25:d=5 -f lavfi -i anoisesrc=r=48000:d=5:seed=1"
    try clips.run("\(sources) -g 25 \(options) film.\(container)")
    let film = try times(of: clips.path("film.\(container)"))
    let cut = try CutRun(clips.path("film.\(container)"), [(1.5, 2.5), (3.2, 4.8)], in: clips.folder)
    #expect(cut.rows.count == 2, "\(cut.run.errors)")
    for row in cut.rows {
      let clip = try times(of: cut.path(row))
      let (pictures, sounds) = (offsets(clip.pictures, film.pictures), offsets(clip.sounds, film.sounds))
      #expect(pictures.count > 20 && sounds.count > 20, "\(row.file)")
      let all = (pictures + sounds).sorted()
      // Times are in milliseconds in Matroska, and rounded twice.
      #expect(all.last.map { $0 - all[0] } ?? 1 < 0.0025, "\(row.file)")
    }
  }

  @Test(
    "Each frame of an exact clip lasts as long as in the film, the last one too",
    .enabled(if: Clips.canEncode("libvpx", "libvpx-vp9", "libx264", "mjpeg", "libtheora", "gif"), Clips.note),
    arguments: [
      ("webm", 30, "-c:v libvpx-vp9 -cpu-used 8"), ("webm", 1, "-c:v libvpx"), ("avi", 10, "-c:v mjpeg"),
      ("avi", 25, "-c:v libx264"), ("gif", 10, "-c:v gif"), ("ogv", 25, "-c:v libtheora"),
      ("mp4", 25, "-c:v libx264"), ("mkv", 25, "-c:v libx264"), ("ts", 25, "-c:v libx264"),
      ("mov", 24, "-r 24000/1001 -c:v mjpeg"),
    ])
  func exactClipsLastAsLongAsTheirFrames(_ container: String, _ rate: Int, _ options: String) throws {
    try clips.run("-f lavfi -i testsrc2=s=160x96:r=\(rate):d=6 \(options) film.\(container)")
    let cut = try CutRun(clips.path("film.\(container)"), [(2, 4)], in: clips.folder, ["--exact"])
    let row = try #require(cut.rows.first, "\(cut.run.errors)")
    // Of Matroska, which has no streams' own, the container's.
    let stored = try clips.run(
      "-select_streams v -show_entries stream=duration:format=duration -of csv=p=0 '\(cut.path(row))'",
      program: "ffprobe")
    let length =
      String(decoding: stored, as: UTF8.self).split(whereSeparator: { ",\n".contains($0) })
      .compactMap { Double($0) }.first ?? 0
    #expect(abs(length - (row.end - row.start)) < 0.003, "\(length) instead of \(row.end - row.start)")
  }

  /// By how much the packets of a clip come earlier than in the film.
  private func offsets(_ clip: [String: Double], _ film: [String: Double]) -> [Double] {
    clip.compactMap { hash, time in film[hash].map { $0 - time } }
  }

  /// When the packets of a file, which are known by what they hold, are presented.
  private func times(of path: String) throws -> (pictures: [String: Double], sounds: [String: Double]) {
    let entries = "-show_data_hash md5 -show_entries packet=pts_time,data_hash -of csv=p=0"
    let found = try ["v", "a"].map { kind in
      let text = try clips.run("-select_streams \(kind) \(entries) '\(path)'", program: "ffprobe")
      let words = String(decoding: text, as: UTF8.self).split(separator: "\n").map {
        $0.split(separator: ",")
      }
      let times = words.compactMap { line in
        line.count > 1 ? Double(line[0]).map { (String(line[1]), $0) } : nil
      }
      return Dictionary(times) { first, _ in first }
    }
    return (found[0], found[1])
  }
}
