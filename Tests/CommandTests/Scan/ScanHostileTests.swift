import Foundation
import TestSupport
import Testing

/// Files that are none, that never end, or whose names are traps: a row each, and the rest is done.
@Suite(.enabled(if: Tool.ffmpeg.isThere, Tool.ffmpeg.note))
struct ScanHostileTests {
  let folder: ScanFolder

  /// What must come of each file: its labels, or an error with these words. Names as `printf` takes them.
  static let expected: [(name: String, error: String?)] = [
    ("dangling.mp4", "no such file"), ("endless.gif", nil), ("fifo.mp4", "is a pipe"), ("long.mp4", nil),
    ("odd,\\n\"x\\351\".mp4", nil), ("one.mkv", nil), ("text.mp4", "not a video"), ("truncated.mp4", nil),
    ("zero.mp4", "is empty"),
  ]

  init() throws {
    folder = try ScanFolder(clips: 1)
    let made = try folder.program.shell(
      """
      set -e
      clip=clips/pan_left.mp4; mkdir zoo; cd zoo
      head -c 60000 ../$clip > truncated.mp4
      : > zero.mp4
      echo 'This is no video.' > text.mp4
      ffmpeg -v error -f lavfi -i color=red:s=16x16:d=1:r=10 -vf scale=1:1 -c:v ffv1 one.mkv
      ffmpeg -v error -f lavfi -i testsrc=s=64x64:d=7200:r=1 -c:v mpeg4 -g 100 long.mp4
      ffmpeg -v error -f lavfi -i testsrc=s=32x32:d=1:r=5 -loop 0 endless.gif
      mkfifo fifo.mp4
      ln -s nowhere dangling.mp4
      cp ../$clip "$(printf 'odd,\\n"x\\351".mp4')"
      mkdir -p loop; ln -s .. loop/up
      """)
    try #require(made.status == 0, "\(made.errors)")
  }

  @Test func eachFileIsOneRow() throws {
    let run = try folder.scan(paths: ["zoo"])
    #expect(run.status == 1, "\(run.errors)")
    let rows = try folder.rows().dropFirst()
    let columns = try folder.rows()[0].count
    #expect(rows.allSatisfy { $0.count == columns })
    let names = Self.expected.map {
      "zoo/" + $0.name.replacing("\\n", with: "\n").replacing("\\351", with: "\\xE9")
    }
    #expect(rows.map { $0[0] } == names)
    for (row, file) in zip(rows, Self.expected) {
      #expect(row[1] == (file.error == nil ? "ok" : "failed"), "\(row)")
      #expect(
        row[columns - 1].localizedCaseInsensitiveContains(file.error ?? "") || file.error == nil, "\(row)")
    }
    let again = try folder.scan(paths: ["zoo"])
    #expect(
      again.status == 1 && again.errors.contains("9 files are done already, 0 to do"), "\(again.errors)")
  }

  @Test(.enabled(if: Tool.python3.isThere, Tool.python3.note))
  func pythonReadsOneRowAFileAndTheSameNames() throws {
    _ = try folder.scan(paths: ["zoo"])
    let python = try folder.program.shell(
      """
      exec python3 - <<'END'
      import csv, os
      def shown(name):
          return ''.join('\\\\x%02X' % (ord(c) - 0xDC00) if 0xDC80 <= ord(c) <= 0xDCFF else c for c in name)
      with open('l.csv', newline='', encoding='utf-8') as file:
          rows = list(csv.DictReader(file))
      there = sorted(shown(name) for name in os.listdir('zoo') if name != 'loop')
      assert sorted(row['file'] for row in rows) == ['zoo/' + name for name in there], rows
      assert all(None not in row and None not in row.values() for row in rows)
      END
      """)
    #expect(python.status == 0, "\(python.errors)")
  }

  @Test(.enabled(if: getuid() != 0, "needs a user other than root, who may read everything"))
  func aFileAndAFolderWithoutReadPermissionAreNamed() throws {
    #expect(
      try folder.program.shell(
        "mkdir -p shut/in; cp clips/*.mp4 shut/a.mp4; cp clips/*.mp4 shut/b.mp4; chmod 0 shut/a.mp4 shut/in"
      ).status == 0)
    let run = try folder.scan(paths: ["shut"])
    #expect(run.status == 1)
    #expect(run.errors.contains("shut/in: cannot be read: permission denied"), "\(run.errors)")
    #expect(try folder.rows().dropFirst().map { $0[1] } == ["failed", "ok"])
    #expect(try folder.program.shell("chmod -R u+rwx shut").status == 0)
  }
}
