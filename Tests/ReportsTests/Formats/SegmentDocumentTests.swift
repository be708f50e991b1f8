import Foundation
import Testing

@testable import R2P1DVideo
@testable import Reports

/// Files for other tools, letter by letter, of two segments that anybody can compute.
@Suite struct SegmentDocumentTests {
  /// 10.01 s at 30000/1001: 300 frames. One segment from frame 30 to 60, one from 1.5 s (frame 44.955, so 45
  /// were it not for the first) to the end.
  static let document = SegmentDocument(
    file: "clips/a & b.mp4", location: "file:///clips/a%20%26%20b.mp4",
    model: ModelSummary(name: "camera-motion", architecture: "r2plus1d_10", classes: 2),
    classes: ["pan <left>", "a|b=c"],
    video: VideoSummary(
      start: 0, duration: 10.01, width: 64, height: 48, frameRate: 29.97002997002997, codec: "h264",
      framesDecoded: 300),
    segments: [
      SegmentDocument.Segment(
        start: Rational(30 * 1001, 30000), end: Rational(60 * 1001, 30000), label: "pan <left>", index: 0,
        score: 0.93),
      SegmentDocument.Segment(
        start: Rational(5), end: Rational(1001, 100), label: "a|b=c", index: 1,
        score: 0.75),
    ])

  @Test func resolveEDL() throws {
    #expect(
      try Self.document.text(.resolveEDL) == """
        TITLE: a & b
        FCM: DROP FRAME

        001  001      V     C        01:00:01;00 01:00:01;01 01:00:01;00 01:00:01;01
        score 0.93 |C:ResolveColorBlue |M:pan <left> |D:30

        002  001      V     C        01:00:05;00 01:00:05;01 01:00:05;00 01:00:05;01
        score 0.75 |C:ResolveColorBlue |M:ab=c |D:150


        """)
  }

  /// Over the minute, where two numbers are left out.
  @Test func theStartTimecodeIsAdded() throws {
    var document = Self.document
    document.options = try #require(document.options.starting(at: "00:00:58;29"))
    let text = try document.text(.resolveEDL)
    #expect(text.contains(" 00:00:59;29 00:01:00;02 ") && text.contains(" 00:01:03;31 ") == false)
    #expect(text.contains(" 00:01:04;01 00:01:04;02 "))
  }

  @Test(arguments: [
    ("00:01:00;00", "drop-frame timecode of 30 frames, which never shows 00:01:00;00"),
    ("00:00:00:30", "drop-frame timecode of 30 frames, which never shows 00:00:00:30"),
    ("23:59:50;00", "ends beyond 23:59:59 of a timeline that begins at 23:59:50;00"),
  ])
  func anEDLThatCannotBeIsRefused(_ start: String, _ cause: String) throws {
    var document = Self.document
    document.options = try #require(document.options.starting(at: start))
    let error = #expect(throws: ClassifierError.self) { try document.text(.resolveEDL) }
    #expect(error?.cause.contains(cause) == true && error?.kind == .request)
    // Without segments, too: so it is known before anything is decoded.
    document.segments = []
    #expect(throws: ClassifierError.self) { try document.text(.resolveEDL) }
  }

  @Test func chapters() throws {
    func chapter(_ start: Int, _ end: Int, _ title: String) -> String {
      "\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=\(start)\nEND=\(end)\ntitle=\(title)\n"
    }
    let (first, second) = (chapter(1001, 2002, "pan <left> (0.93)"), chapter(5000, 10_010, "a|b\\=c (0.75)"))
    #expect(
      try Self.document.text(.chapters)
        == ";FFMETADATA1\n" + chapter(0, 1001, "–") + first + chapter(2002, 5000, "–") + second)
    var document = Self.document
    document.options.fill = .none
    #expect(try document.text(.chapters) == ";FFMETADATA1\n" + first + second)
    document.options.fill = .text("a;b")
    #expect(try document.text(.chapters).contains("title=a\\;b\n"))
    document.options.fill = .text("a\\")
    #expect(throws: ClassifierError.self) { try document.text(.chapters) }
  }

  @Test func losslessCut() throws {
    #expect(
      try Self.document.text(.losslesscut)
        == "Start,End,Name,Score\r\n1.001,2.002,pan <left>,0.93\r\n5.000,10.010,a|b=c,0.75\r\n")
  }

  @Test func elan() throws {
    let text = try Self.document.text(.eaf)
    for part in [
      "MEDIA_URL=\"file:///clips/a%20%26%20b.mp4\" MIME_TYPE=\"video/mp4\" "
        + "RELATIVE_MEDIA_URL=\"./a%20%26%20b.mp4\"/>",
      "<TIME_SLOT TIME_SLOT_ID=\"ts1\" TIME_VALUE=\"1001\"/>\n    "
        + "<TIME_SLOT TIME_SLOT_ID=\"ts2\" TIME_VALUE=\"2002\"/>",
      "TIME_SLOT_REF1=\"ts3\" TIME_SLOT_REF2=\"ts4\">\n        <ANNOTATION_VALUE>a|b=c</ANNOTATION_VALUE>",
      "<ANNOTATION_VALUE>pan &lt;left&gt;</ANNOTATION_VALUE>",
      "<TIER LINGUISTIC_TYPE_REF=\"segments\" TIER_ID=\"camera-motion\">",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  /// Of equal values, whatever their order and layout.
  private func isJSON(_ text: String, _ expected: String) throws -> Bool {
    let found = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSObject
    return found == (try JSONSerialization.jsonObject(with: Data(expected.utf8)) as? NSObject)
  }

  @Test func labelStudio() throws {
    #expect(
      try isJSON(
        Self.document.text(.labelStudio),
        """
        [{"data": {"video": "/data/local-files/?d=clips/a%20%26%20b.mp4", "fps": 29.97002997002997},
          "predictions": [{"model_version": "camera-motion", "score": 0.84, "result": [
            {"id": "segment-1", "from_name": "videoLabels", "to_name": "video", "type": "timelinelabels",
             "score": 0.93,
             "value": {"ranges": [{"start": 31, "end": 60}], "timelinelabels": ["pan <left>"]}},
            {"id": "segment-2", "from_name": "videoLabels", "to_name": "video", "type": "timelinelabels",
             "score": 0.75,
             "value": {"ranges": [{"start": 151, "end": 300}], "timelinelabels": ["a|b=c"]}}]}]}]
        """))
    #expect(
      LabelStudioConfig.text(["a", "\"<&>\"\n"], Self.document.rate) == """
        <View>
          <TimelineLabels name="videoLabels" toName="video">
            <Label value="a"/>
            <Label value="&quot;&lt;&amp;&gt;&quot;&#10;"/>
          </TimelineLabels>
          <Video name="video" value="$video" timelineHeight="120" frameRate="29.97002997002997"/>
        </View>

        """)
    var document = Self.document
    document.location = "https://example.org/a.mp4"
    #expect(try document.text(.labelStudio).contains("\"video\" : \"https://example.org/a.mp4\""))
  }

  @Test func activityNet() throws {
    #expect(
      try isJSON(
        Self.document.text(.activitynet),
        """
        {"version": "VERSION 1.3", "external_data": {}, "results": {"a & b": [
          {"label": "pan <left>", "score": 0.93, "segment": [1.001, 2.002]},
          {"label": "a|b=c", "score": 0.75, "segment": [5.0, 10.01]}]}}
        """))
    var document = Self.document
    document.file = "v_QOlSCBRmfWY.mp4"
    #expect(try document.text(.activitynet).contains("\"QOlSCBRmfWY\" : ["))
  }

  @Test func fiftyOne() throws {
    #expect(
      try isJSON(
        Self.document.text(.fiftyone),
        """
        {"classes": ["pan <left>", "a|b=c"], "labels": {"a & b": [
          {"label": 0, "confidence": 0.93, "timestamps": [1.001, 2.002]},
          {"label": 1, "confidence": 0.75, "timestamps": [5.0, 10.01]}]}}
        """))
  }

  @Test func openTimelineIO() throws {
    let timeline = try #require(
      try JSONSerialization.jsonObject(with: Data(Self.document.text(.otio).utf8)) as? [String: Any])
    let track = try #require((timeline["tracks"] as? [String: Any])?["children"] as? [[String: Any]])
    let clips = try #require(track.first?["children"] as? [[String: Any]])
    #expect(clips.map { $0["OTIO_SCHEMA"] as? String } == ["Clip.2", "Clip.2"])
    #expect(clips.map { $0["name"] as? String } == ["pan <left>", "a|b=c"])
    func range(_ start: Int, _ frames: Int) -> String {
      """
      {"OTIO_SCHEMA": "TimeRange.1",
       "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 29.97002997002997, "value": \(start).0},
       "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 29.97002997002997, "value": \(frames).0}}
      """
    }
    func json(_ value: Any?) throws -> String {
      String(decoding: try JSONSerialization.data(withJSONObject: try #require(value)), as: UTF8.self)
    }
    #expect(try isJSON(json(clips[0]["source_range"]), range(30, 30)))
    #expect(try isJSON(json(clips[1]["source_range"]), range(150, 150)))
    let media = (clips[1]["media_references"] as? [String: [String: Any]])?["DEFAULT_MEDIA"]
    #expect(media?["target_url"] as? String == "file:///clips/a%20%26%20b.mp4")
    #expect(try isJSON(json(media?["available_range"]), range(0, 300)))
    #expect(
      try isJSON(
        json(clips[0]["markers"]),
        """
        [{"OTIO_SCHEMA": "Marker.2", "name": "pan <left>", "color": "RED", "comment": "",
          "marked_range": \(range(30, 30)),
          "metadata": {"r2p1d": {"label": "pan <left>", "index": 0, "score": 0.93}}}]
        """))
  }

  /// Then the track covers the whole file, and only segments have markers.
  @Test func openTimelineIOHasClipsBetweenSegmentsIfTheyHaveAName() throws {
    var document = Self.document
    document.options.fill = .text("none")
    let text = try document.text(.otio)
    #expect(text.matches(of: /"name" : "none"/).count == 2 && text.matches(of: /"Clip.2"/).count == 4)
    #expect(text.matches(of: /"Marker.2"/).count == 2 && !text.contains("Gap"))
  }

  @Test func theSameDocumentIsTheSameText() throws {
    for format in SegmentDocument.Format.allCases {
      #expect(try Self.document.text(format) == Self.document.text(format))
      #expect(TimelineFormat(rawValue: format.rawValue)?.document == format)
    }
  }

  @Test func suffixesAreThoseThatToolsKnow() {
    #expect(
      TimelineFormat.allCases.map(\.suffix) == [
        ".txt", ".csv", ".json", ".jsonl", ".vtt", ".srt", ".html", ".label-studio.json", ".activitynet.json",
        ".chapters.txt", ".otio", ".edl", ".eaf", ".losslesscut.csv", ".fiftyone.json",
      ])
  }
}
