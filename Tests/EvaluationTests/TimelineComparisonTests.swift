import Foundation
import TestSupport
import Testing

@testable import Evaluation
@testable import R2P1DVideo

/// Segments of people, read for one video, and frames on which they agree with those found.
@Suite struct TimelineComparisonTests {
  typealias Stretch = SegmentFigures.Stretch

  @Test(
    arguments: [
      // The same; nothing in both; something where nothing is to be; half of it.
      ([Stretch(label: 0, start: 0, end: 4)], [Stretch(label: 0, start: 0, end: 4)], 100),
      ([], [], 100), ([], [Stretch(label: 0, start: 1, end: 2)], 75),
      ([Stretch(label: 0, start: 0, end: 4)], [Stretch(label: 0, start: 0, end: 2)], 50),
      // Another class; two classes at one time are right with each; beyond the video's ends.
      ([Stretch(label: 0, start: 0, end: 4)], [Stretch(label: 1, start: 0, end: 4)], 0),
      (
        [Stretch(label: 0, start: 0, end: 4), Stretch(label: 1, start: 2, end: 4)],
        [Stretch(label: 0, start: 0, end: 3), Stretch(label: 1, start: 3, end: 4)], 100
      ),
      ([Stretch(label: 0, start: -9, end: 90)], [Stretch(label: 0, start: 0, end: 3)], 75),
      // Two overlapping ones of one class are one.
      (
        [Stretch(label: 0, start: 0, end: 3), Stretch(label: 0, start: 1, end: 2)],
        [Stretch(label: 0, start: 0, end: 4)], 75
      ),
    ] as [([Stretch], [Stretch], Int)])
  func framesAgree(_ truth: [Stretch], _ found: [Stretch], _ right: Int) {
    let agreement = FrameAgreement(truth, found, from: 0, to: 4, rate: 25)
    #expect(agreement.right == right && agreement.count == 100)
  }

  /// Frames 0 to 89 at 29.97: those of a segment begin with the first that is shown within it.
  @Test func framesAreThoseShownWithin() {
    let truth = [Stretch(label: 0, start: 1.001, end: 2.002)]
    let found = [Stretch(label: 0, start: 1.0011, end: 2.0021)]
    let agreement = FrameAgreement(truth, found, from: 0, to: 3.003, rate: 30000 / 1001.0)
    #expect(agreement.count == 90 && agreement.right == 88)
  }

  @Test(arguments: [(4.0, 4.0, 25.0), (0, 4, 0), (0, 1e300, 25), (0, 4, .infinity)])
  func noFramesAreNoneThatAgree(_ start: Double, _ end: Double, _ rate: Double) {
    let agreement = FrameAgreement([], [], from: start, to: end, rate: rate)
    #expect(agreement.count == 0 && agreement.right == 0)
  }

  @Test(
    arguments: [
      ("film.mp4", "{\"film\":{\"annotations\":[A]},\"other\":{\"annotations\":[A,A2]}}", 1, []),
      ("v_film.mp4", "{\"film\":{\"annotations\":[A,A2]},\"other\":{\"annotations\":[A]}}", 2, []),
      // The only one is meant, whatever it is called.
      (
        "copy of film.mp4", "{\"film\":{\"annotations\":[A]}}", 1,
        ["names v_film.mp4, which is taken for copy of film.mp4"]
      ),
    ] as [(String, String, Int, [String])])
  func aListIsReadForOneVideo(_ video: String, _ database: String, _ count: Int, _ notes: [String]) throws {
    let folder = try TemporaryFolder()
    let annotation = "{\"label\":\"x\",\"segment\":[1,2]}"
    let text = database.replacing("A2", with: annotation.replacing("1,2", with: "3,4"))
      .replacing("[A", with: "[" + annotation)
    let list = try folder.write("truth.json", "{\"database\":\(text)}")
    let found = try LabelledList.segments(
      of: BytePath(folder.path(video)), in: BytePath(list), options: LabelledList.Options())
    #expect(found.videos.count == count && found.notes == notes)
  }

  @Test func aTimelineIsOfTheVideoThatIsAskedAboutWhateverItNames() throws {
    let folder = try TemporaryFolder()
    let text =
      "{\"file\":\"elsewhere/x.mp4\",\"windows\":[],\"segments\":[{\"label\":\"x\",\"start\":1,\"end\":2}]}"
    let list = try folder.write("t.json", text)
    let video = BytePath(folder.path("film.mp4"))
    let found = try LabelledList.segments(of: video, in: BytePath(list), options: LabelledList.Options())
    #expect(found.form == .timeline && found.videos.map(\.path) == [video])
    #expect(found.videos.map(\.start) == [1] && found.videos.map(\.end) == [2])
  }

  /// Clips of one length around events, some of which overlap; and too few rows to tell.
  @Test(
    arguments: [
      "1,11,x\n5,15,y\n40,50,x\n", "1,11,x\n5,15,y\n", "1,11,x\n5,14,y\n7,17,x\n",
    ])
  func segmentsMayOverlap(_ rows: String) throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("t.csv", "start,end,label\n" + rows)
    let found = try LabelledList.segments(
      of: BytePath(folder.path("film.mp4")), in: BytePath(list), options: LabelledList.Options())
    #expect(found.videos.count == rows.count { $0 == "\n" })
  }

  @Test(
    arguments: [
      (
        "t.json", "{\"database\":{\"a\":{\"annotations\":[A]},\"b\":{\"annotations\":[A]}}}",
        "has 2 videos, none of which"
      ),
      ("t.csv", "file,label\nfilm.mp4,x\n", "has labels of whole videos"),
      (
        "t.csv",
        "start,end,label,score\n0.0,0.533333,x,1.0\n0.266667,0.8,x,1.0\n0.533333,1.066667,y,1.0\n",
        "is a timeline of windows, which overlap, expected one of segments"
      ),
      ("t.losslesscut.csv", "Start,End,Name\nfoo,2,x\n", "line 2: 'foo' is no time"),
      ("t.losslesscut.csv", "Start,End,Name\n5,2,x\n", "line 2: ends at 2.0 s, and starts at 5.0 s"),
      ("t.losslesscut.csv", "Start,End,Name\n1,2\n", "line 2: has 2 columns, expected Start, End and Name"),
    ])
  func whatSaysNothingOfTheVideoIsRefused(_ name: String, _ text: String, _ cause: String) throws {
    let folder = try TemporaryFolder()
    let list = try folder.write(
      name, text.replacing("[A]", with: "[{\"label\":\"x\",\"segment\":[1,2]}]"))
    let error = #expect(throws: ClassifierError.self) {
      try LabelledList.segments(
        of: BytePath(folder.path("film.mp4")), in: BytePath(list), options: LabelledList.Options())
    }
    #expect(error?.description.contains(cause) == true, "\(String(describing: error))")
  }

  @Test(arguments: [("any.csv", true), ("film.mp4.losslesscut.csv", false)])
  func losslessCutWithoutAHeaderIsKnownByItsNameOrOfOneVideo(_ name: String, _ isAsked: Bool) throws {
    let folder = try TemporaryFolder()
    let list = BytePath(try folder.write(name, ",2,a\n3,4.5,b\n5,,c\n"))
    let video = BytePath(folder.path("film.mp4"))
    let options = LabelledList.Options()
    let found =
      try isAsked
      ? LabelledList.segments(of: video, in: list, options: options)
      : LabelledList.read(list, options: options)
    #expect(found.form == .losslessCut && found.videos.map(\.path) == [video, video])
    #expect(found.videos.map(\.start) == [0, 3] && found.notes.count == 1)
  }

  /// As older versions of LosslessCut write it.
  @Test func losslessCutWithoutAHeaderIsReadIfItIsSaidToBeThat() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("film.csv", "1,2,a\n3,4,b\n")
    var options = LabelledList.Options()
    options.form = .losslessCut
    let found = try LabelledList.read(BytePath(list), options: options)
    #expect(found.videos.map(\.start) == [1, 3] && found.videos[0].path.name == "film")
    try folder.write("film.mkv", "")
    #expect(try LabelledList.read(BytePath(list), options: options).videos[0].path.name == "film.mkv")
  }
}
