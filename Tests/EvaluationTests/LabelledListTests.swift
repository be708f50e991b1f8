import Evaluation
import Foundation
import R2P1DVideo
import TestSupport
import Testing

/// Lists as each project writes them lie in Goldens/lists; the videos that they name are empty files here.
@Suite struct LabelledListTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let list: String
    /// Files of Goldens/lists beside it.
    var beside: [String] = []
    /// Videos that are there, in the list's folder.
    var videos: [String] = []
    var split: String?
    let summary: String
    let classes: [String]
    /// `path|labels|group|split|start|end|line` of each entry, the path from the folder on.
    let entries: [String]
    var notes: [String] = []

    var testDescription: String { list }
  }

  static let cases = [
    Case(
      list: "csv/labels.csv", split: "training", summary: "CSV with a header, 2 videos, 2 classes",
      classes: ["hand wave", "jump, high"],
      entries: ["clips/a, first.mp4|0|site-1|train|||2", "clips/c.mp4|1|site-1|train|||4"]),
    Case(
      list: "csv/segments.tsv", summary: "CSV with a header, 2 segments of 1 video, 2 classes",
      classes: ["hand wave", "jump"],
      entries: ["long.mp4|1|||0|5/2|2", "long.mp4|0|||60|249/4|3"]),
    Case(
      list: "csv/comma_decimals.csv", summary: "CSV with a header, 1 segment of 1 video, 1 class",
      classes: ["jump"], entries: ["long.mp4|0|||0|5/2|2"]),
    Case(
      list: "mmaction2/val_list_videos.txt", summary: "mmaction2 video list, 3 videos, 3 classes",
      classes: (0...5).map { "class \($0)" },
      entries: [
        "some/path/000.mp4|1|||||1", "some/path/my holiday 2019.mp4|1|||||2", "some/path/002.mp4|2,5|||||3",
      ]),
    Case(
      list: "pyslowfast/train.csv", summary: "mmaction2 video list, 2 videos, 2 classes",
      classes: (0...399).map { "class \($0)" },
      entries: [
        "/data/k400/abseiling/x_000001_000011.mp4|0|||||1", "/data/k400/zumba/y_000005_000015.mp4|399|||||2",
      ]),
    Case(
      list: "kinetics/validate.csv",
      videos: [
        "massaging_persons_head/-0IErS_cisg_000012_000022.mp4",
        "skiing_not_slalom_or_crosscountry/6S2YH8S5ehI_000000_000010.mkv",
        "skiing_crosscountry/ZwkT-Z_a8AM_000105_000115.mp4", "zumba/ZwkT-Z_a8AM_000105_000115.mp4",
      ],
      summary: "Kinetics CSV, 4 videos, 3 classes",
      classes: ["massaging person's head", "skiing (not slalom or crosscountry)", "skiing crosscountry"],
      entries: [
        "massaging_persons_head/-0IErS_cisg_000012_000022.mp4|0|-0IErS_cisg|validate|||2",
        "skiing_not_slalom_or_crosscountry/6S2YH8S5ehI_000000_000010.mkv|1|6S2YH8S5ehI|validate|||3",
        "skiing_crosscountry/ZwkT-Z_a8AM_000105_000115.mp4|2|ZwkT-Z_a8AM|validate|||4",
        "gone0000000_000003_000013.mp4|2|gone0000000|validate|||5",
      ], notes: ["1 of 4 videos are not in FOLDER/kinetics"]),
    Case(
      list: "ucf101/trainlist01.txt", beside: ["ucf101/classInd.txt"],
      summary: "UCF101 split, 3 videos, 3 classes", classes: ["ApplyEyeMakeup", "HandstandPushups", "YoYo"],
      entries: [
        "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi|0|v_ApplyEyeMakeup_g08|train|||1",
        "HandstandPushups/v_HandStandPushups_g09_c02.avi|1|v_HandStandPushups_g09|train|||2",
        "YoYo/v_YoYo_g25_c05.avi|2|v_YoYo_g25|train|||3",
      ]),
    Case(
      list: "ucf101/testlist01.txt", beside: ["ucf101/classInd.txt"],
      summary: "UCF101 split, 2 videos, 2 classes", classes: ["ApplyEyeMakeup", "HandstandPushups", "YoYo"],
      entries: [
        "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi|0|v_ApplyEyeMakeup_g01|test|||1",
        "YoYo/v_YoYo_g01_c01.avi|2|v_YoYo_g01|test|||2",
      ]),
    Case(
      list: "hmdb51/brush_hair_test_split1.txt", beside: ["hmdb51/cartwheel_test_split1.txt"],
      videos: ["brush_hair/brushing_hair_2_brush_hair_h_nm_np1_ba_med_2.avi"], split: "test",
      summary: "HMDB51 split, 2 videos, 2 classes", classes: ["brush_hair", "cartwheel"],
      entries: [
        "brush_hair/brushing_hair_2_brush_hair_h_nm_np1_ba_med_2.avi|0||test|||2",
        "cartwheel/Turnk_r_Pippi_Michel_cartwheel_f_cm_np2_le_med_6.avi|1||test|||2",
      ], notes: ["1 video is in neither split, and skipped"]),
    Case(
      list: "activitynet/activity_net.v1-3.min.json", videos: ["v_bbbbbbbbbbb.mp4"], split: "val",
      summary: "ActivityNet JSON, 2 segments of 1 video, 2 classes",
      classes: ["Long jump", "Playing harmonica"],
      entries: [
        "v_bbbbbbbbbbb.mp4|1|bbbbbbbbbbb|validation|1/100|9/2|2",
        "v_bbbbbbbbbbb.mp4|0|bbbbbbbbbbb|validation|5|21/2|3",
      ], notes: ["skipped 1 video without annotations"]),
    Case(
      list: "activitynet/anet_anno_val.json", videos: ["v_bbbbbbbbbbb.mp4"],
      summary: "ActivityNet JSON, 1 segment of 1 video, 1 class", classes: ["Playing harmonica"],
      entries: ["v_bbbbbbbbbbb.mp4|0|bbbbbbbbbbb||1/100|9/2|1"]),
    Case(
      list: "label-studio/segments.json", videos: ["clip_one.mp4"],
      summary: "Label Studio export, 2 segments of 1 video, 2 classes", classes: ["Hand wave", "Jump"],
      entries: ["clip_one.mp4|0|||0|2|1", "clip_one.mp4|1|||3|4|1"],
      notes: ["skipped 1 task without labels"]),
    Case(
      list: "label-studio/choices.json", videos: ["clip_one.mp4", "sub folder/clip two.mp4"],
      summary: "Label Studio export, 2 videos, 2 classes", classes: ["Hand wave", "Jump"],
      entries: ["clip_one.mp4|1|||||1", "sub folder/clip two.mp4|0|||||2"]),
    Case(
      list: "label-studio/min-choices.json", videos: ["clip_one.mp4", "sub folder/clip two.mp4"],
      summary: "Label Studio export, 2 videos, 2 classes", classes: ["Hand wave", "Jump"],
      entries: ["clip_one.mp4|1|||||1", "sub folder/clip two.mp4|0|||||2"]),
    Case(
      list: "label-studio/min-segments.json", videos: ["clip_one.mp4"],
      summary: "Label Studio export, 2 segments of 1 video, 2 classes", classes: ["Hand wave", "Jump"],
      entries: ["clip_one.mp4|0|||0|2|1", "clip_one.mp4|1|||3|4|1"]),
    Case(
      list: "elan/interview.eaf", videos: ["interview 1.mp4"],
      summary: "ELAN annotations, 2 segments of 1 video, 2 classes", classes: ["hand wave & nod", "jump"],
      entries: ["interview 1.mp4|0|||3/2|15/4|1", "interview 1.mp4|1|||9/2|13/2|2"],
      notes: ["FOLDER/elan/interview.eaf: skipped 1 annotation without a label or without times"]),
    Case(
      list: "losslesscut/film.mp4.losslesscut.csv",
      summary: "LosslessCut CSV, 3 segments of 1 video, 3 classes",
      classes: ["hand wave", "jump, \"high\"", "start"],
      entries: ["film.mp4|0|||3/2|15/4|2", "film.mp4|1|||129/2|133/2|3", "film.mp4|2|||0|2|4"],
      notes: ["skipped 2 segments without a name or without an end"]),
    Case(
      list: "timeline/film.json", summary: "timeline JSON, 2 segments of 1 video, 2 classes",
      classes: ["pan right", "tilt up"],
      entries: ["film.mp4|0|||0|2133333/1000000|1", "film.mp4|1|||2133333/1000000|4|2"]),
  ]

  /// `scan archive --timelines json` lays them beside the videos, whose paths count from where it ran.
  @Test(arguments: [
    (#""file": "archive/a b.mp4""#, "a b.mp4"), (#""file": "a b.mp4""#, "a b.mp4"),
    (#""file": "/elsewhere/archive/a b.mp4""#, "a b.mp4"),
    (#""file": "archive/\\xFF.mp4", "fileBytes": "YXJjaGl2ZS//Lm1wNA==""#, "\\xFF.mp4"),
  ])
  func aTimelineBesideItsVideoIsOfThat(_ file: String, _ name: String) throws {
    let folder = try TemporaryFolder()
    let video = BytePath(folder.path("archive")).appending(
      name == "a b.mp4" ? BytePath(name) : BytePath(bytes: [0xFF] + Array(".mp4".utf8)))
    let list = try folder.write(
      "archive/t.json",
      "{\(file), \"windows\": [], \"segments\": [{\"label\": \"x\", \"start\": 0, \"end\": 1}]}")
    let made = video.withCString { creat($0, 0o644) }
    try #require(made >= 0 && close(made) == 0)
    #expect(try LabelledList.read(BytePath(list)).videos.map(\.path) == [video])
  }

  @Test(arguments: cases)
  func everyFormIsReadAsItsProjectWritesIt(_ form: Case) throws {
    let (folder, path) = try Self.place(form)
    var options = LabelledList.Options()
    options.split = form.split
    let list = try LabelledList.read(BytePath(path), options: options)
    #expect(list.summary == form.summary)
    #expect(list.classes == form.classes)
    let root = BytePath(path).folder.string + "/"
    let entries = list.videos.map { video in
      let path = String(video.path.string.trimmingPrefix(root))
      return [
        path, video.labels.map { "\($0)" }.joined(separator: ","), video.group ?? "", video.split ?? "",
        video.start?.description ?? "", video.end?.description ?? "", "\(video.line)",
      ].joined(separator: "|")
    }
    #expect(entries == form.entries)
    #expect(list.notes == form.notes.map { $0.replacing("FOLDER", with: folder.url.path) })
  }

  /// The same list, said to be of that form.
  @Test(arguments: cases)
  func aFormThatIsForcedReadsTheSame(_ form: Case) throws {
    let (folder, path) = try Self.place(form)
    defer { withExtendedLifetime(folder) {} }
    var options = LabelledList.Options()
    options.split = form.split
    let list = try LabelledList.read(BytePath(path), options: options)
    options.form = list.form
    #expect(try LabelledList.read(BytePath(path), options: options) == list)
  }

  /// The list of a case in a folder of its own, with its videos.
  static func place(_ form: Case) throws -> (folder: TemporaryFolder, list: String) {
    let folder = try TemporaryFolder()
    for name in [form.list] + form.beside {
      let bytes = try Data(contentsOf: Checkout.root.appending(path: goldens + name))
      try folder.write(name, bytes)
    }
    let home = String(form.list.prefix { $0 != "/" })
    for video in form.videos { try folder.write("\(home)/\(video)", "") }
    return (folder, folder.path(form.list))
  }

  static let goldens = "Tests/EvaluationTests/Goldens/lists/"
}
