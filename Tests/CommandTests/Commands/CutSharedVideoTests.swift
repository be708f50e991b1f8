import Foundation
import TestSupport
import Testing

/// Videos of other people, cut both ways.
@Suite(.enabled(if: SharedFolder.videos != nil, SharedFolder.note)) struct CutSharedVideoTests {
  private static var names: [String] {
    let folder = SharedFolder.videos?.path ?? ""
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  @Test(arguments: names, [[], ["--exact"]])
  func aClipShowsTheFramesThatTheTableSays(_ name: String, _ options: [String]) throws {
    let clips = try Clips()
    let video = try #require(SharedFolder.videos).appending(path: name).path
    let frames = try NumberedVideo.frames(of: video)
    let (start, length) = (frames[0].time, try #require(frames.last).time - frames[0].time)
    let parts = [(0.31, 0.62), (0, 0.2), (0.9, 9)].map { (start + $0.0 * length, start + $0.1 * length) }
    let cut = try CutRun(video, parts, in: clips.folder, options)
    #expect(cut.run.status == 0 && cut.rows.count == 3, "\(cut.run.errors)")
    for row in cut.rows {
      let shown = try NumberedVideo.frames(of: cut.path(row))
      let (said, asked) = (CutRun.said(row, of: frames), CutRun.asked(row, of: frames))
      #expect(row.frames == shown.count && shown.count == said.count, "\(row.file)")
      if options.isEmpty {
        #expect(shown.map(\.digest) == said.map(\.digest), "\(row.file)")
        #expect(Set(asked.map(\.time)).isSubset(of: said.map(\.time)), "\(row.file)")
      } else {
        #expect(said.map(\.time) == asked.map(\.time), "\(row.file)")
        try Self.compareEnds(row, cut.path(row), asked, video)
      }
    }
  }

  /// That the first and the last frame look as the ones asked for do, though they were encoded again.
  private static func compareEnds(
    _ row: CutRun.Row, _ clip: String, _ asked: [NumberedVideo.Frame], _ video: String
  ) throws {
    let (ours, all) = (try thumbnails(of: clip), try thumbnails(of: video))
    let frames = try NumberedVideo.frames(of: video)
    for (thumbnail, frame) in [(ours.first, asked.first), (ours.last, asked.last)] {
      let place = try #require(frames.firstIndex { $0.time == frame?.time })
      let distance = zip(try #require(thumbnail), all[place]).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      // CRF 18 is off by less than one in 255 in the mean of an area; a neighbour that moves, by more.
      #expect(Double(distance) / 1024 < 1, "\(row.file): frame \(place)")
    }
  }

  /// 32×32 grey pixels of each frame.
  private static func thumbnails(of path: String) throws -> [Data] {
    let clips = try Clips()
    try FileManager.default.createSymbolicLink(atPath: clips.path("in"), withDestinationPath: path)
    let pixels = try clips.run(
      "-i in -map 0:v:0 -vf scale=32:32:flags=area,format=gray -fps_mode passthrough -f rawvideo -")
    return stride(from: 0, to: pixels.count, by: 1024).map { Data(pixels.dropFirst($0).prefix(1024)) }
  }
}
