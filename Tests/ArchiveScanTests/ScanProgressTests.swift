import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

/// What a scan says of itself.
@Suite struct ScanProgressTests {
  private func record(_ path: BytePath, _ note: String, failed: Bool = false) -> ScanRecord {
    let outcome =
      failed
      ? VideoOutcome(file: path, result: .failure(.video(path, cause: note)))
      : VideoOutcome(file: path, result: .success(ScanTableFolder.labels(path)))
    return ScanRecord(outcome, stamp: .absent, row: [], end: 0)
  }

  @Test func theSummaryCountsCausesAndLabels() {
    let records = [
      record("a", ""), record("b", ""), record("c", "is empty", failed: true),
      record("d", "no\nstream", failed: true),
      record("e", "is empty", failed: true),
    ]
    #expect(ScanSummary(records).failures == 3)
    #expect(
      ScanSummary(records).text == """
        5 files: 2 labelled, 3 failed; 0.002 h of video
          failed: 2 × is empty
          failed: 1 × no\\x0Astream
          labels: 2 × arm wrestling, "hard"

        """)
    #expect(ScanSummary([]).text == "0 files: 0 labelled, 0 failed; 0.000 h of video\n")
  }

  @Test func thePaceIsOneLine() {
    var pace = ScanThroughput(total: 10)
    #expect(pace.text(after: 5) == "0/10 files, 0 failed")
    pace.add(record("a", ""))
    pace.add(record("b", "x", failed: true))
    #expect(
      pace.text(after: 60) == "2/10 files, 1 failed, 2.0 files/min, 0.1 h of video an hour, 4 min left")
  }

  @Test(arguments: [
    (0.0, "0 s"), (41.2, "42 s"), (99, "99 s"), (100, "2 min"), (780, "13 min"), (19_200, "5 h 20 min"),
    (187_200, "2 d 4 h"), (.infinity, "11574 d 1 h"),
  ])
  func durationsAreReadable(_ seconds: Double, _ text: String) {
    #expect(ScanThroughput.duration(seconds) == text)
  }

  @Test func recordsAreReadAsTheyWereWritten() {
    for path in [BytePath("a/b.mp4"), "100 %\t\n.mp4", BytePath(bytes: [0xFF, 0x25, 0x0A, 0x7F])] {
      for failed in [false, true] {
        let record = record(path, "a\tcause\nof % two lines", failed: failed)
        let fields = JournalLine.fields(record.line.dropLast())
        #expect(fields.flatMap(ScanRecord.init(fields:))?.path == path)
        #expect(fields.flatMap(ScanRecord.init(fields:))?.note == record.note)
        #expect(record.line.count { $0 == 10 } == 1)
      }
    }
  }
}
