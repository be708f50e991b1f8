import R2P1DVideo
import Reports
import TestSupport
import Testing

@testable import ArchiveScan

/// Where the timelines of videos lie.
@Suite struct SidecarPathTests {
  private func path(_ video: BytePath, into folder: BytePath?) -> String {
    var sidecars = Sidecars()
    sidecars.timelines = [.vtt]
    sidecars.folder = folder
    return sidecars.paths(of: video)[0].string
  }

  @Test(arguments: [
    ("a.mp4", "a.mp4.vtt"), ("/films/a.mp4", "/films/a.mp4.vtt"), ("../a.mp4", "../a.mp4.vtt"),
  ])
  func theyLieBesideTheVideos(_ video: String, _ timeline: String) {
    #expect(path(BytePath(video), into: nil) == timeline)
  }

  @Test(arguments: [
    ("a.mp4", "out/a.mp4.vtt"), ("./a.mp4", "out/a.mp4.vtt"), ("films//x/./a.mp4", "out/films/x/a.mp4.vtt"),
    ("/films/x/a.mp4", "out/films/x/a.mp4.vtt"), ("/films/../a.mp4", "out/a.mp4.vtt"),
    ("/../../a.mp4", "out/a.mp4.vtt"),
  ])
  func aMirrorHasTheWayToTheVideo(_ video: String, _ timeline: String) {
    #expect(path(BytePath(video), into: "out") == timeline)
  }

  @Test func aWayThatClimbsNeverLeavesTheMirror() {
    let climbing = path("../../a.mp4", into: "out")
    #expect(climbing.hasPrefix("out/") && !climbing.contains(".."))
    #expect(climbing == path("x/../../../a.mp4", into: "out"))
  }

  @Test func aScanOfEveryFileLeavesWhatItMadeAlone() throws {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "a.mp4.vtt", "a.mp4.xmp", "b.vtt", "c.mp4.srt"] { try folder.write(name, "") }
    var sidecars = Sidecars()
    sidecars.timelines = [.vtt]
    sidecars.writesTags = true
    var finder = FileFinder()
    finder.walk.takesAll = true
    finder.walk.isSidecar = sidecars.isSidecar
    finder.find([BytePath(folder.url.path)])
    #expect(finder.files.map(\.name.string) == ["a.mp4", "b.vtt", "c.mp4.srt"])
  }
}
