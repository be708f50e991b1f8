import Foundation
import TestSupport
import Testing

/// The sound of copied clips, beside their pictures.
@Suite struct CutSoundTests {
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
