import Foundation
import TestSupport
import Testing

/// A file that is refused costs its row and next to nothing else: the worker that refused it takes the next
/// one.
@Suite struct ScanRefusalTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 4) }

  /// Text under the names of videos, of `bytes` bytes each.
  private func writeTexts(_ count: Int, bytes: Int = 600) throws {
    let text = Data(repeating: UInt8(ascii: "x"), count: bytes) + Data("\n".utf8)
    for number in 0..<count { try folder.folder.write("texts/\(number).mp4", text) }
  }

  /// All workers that `process` has had by its end, as far as they are met; it is looked at many times in the
  /// time that a file takes.
  private func workersMet(of process: Process) -> Set<Int32> {
    var met: Set<Int32> = []
    while process.isRunning { met.formUnion(Processes.workers(of: process)) }
    return met
  }

  @Test(arguments: [1, 2, 3]) func noMoreProcessesDecodeThanThereAreWorkers(_ workers: Int) throws {
    // So large that each takes long enough to be met.
    try writeTexts(60, bytes: 1_500_000)
    let process = try folder.program.start(
      Program.built,
      [
        "scan", "texts", "--model", "camera-motion", "--output", "l.csv", "--quiet", "--workers",
        "\(workers)",
      ],
      FileHandle.nullDevice, try folder.folder.empty("errors"))
    let met = workersMet(of: process)
    #expect(process.terminationStatus == 1)
    #expect((1...workers).contains(met.count), "\(met)")
    let rows = try folder.rows().dropFirst()
    #expect(
      rows.count == 60 && rows.allSatisfy { $0[1] == "failed" && $0.last?.contains("not a video") == true })
  }

  /// Of every kind that is refused in words, each before and after files that are labelled.
  @Test(.enabled(if: Tool.ffmpeg.isThere, Tool.ffmpeg.note))
  func whatComesAfterARefusedFileIsAsItIsWithoutIt() throws {
    let made = try folder.program.shell(
      """
      set -e
      mkdir mixed alone; cd mixed
      i=0
      for clip in ../clips/*.mp4; do
        i=$((i + 1))
        cp $clip ../alone/$i-5.mp4; cp $clip $i-5.mp4
        echo 'This is no video.' > $i-0.mp4
        : > $i-1.mp4
        ffmpeg -v error -f lavfi -i sine=d=1 -c:a aac $i-2.mp4
        head -c 2000 $clip > $i-3.mp4
        head -c 60000 /dev/urandom > $i-4.mp4
        mkfifo $i-6.mp4
        ln -s nowhere $i-7.mp4
        # The index of a video, and nothing but zeros for its packets.
        ffmpeg -v error -i $clip -c copy -movflags +faststart $i-8.mp4
        size=$(stat -c %s $i-8.mp4); head -c 12000 $i-8.mp4 > cut; head -c $((size - 12000)) /dev/zero >> cut
        mv cut $i-8.mp4
      done
      """)
    try #require(made.status == 0, "\(made.errors)")
    for workers in ["1", "2"] {
      folder.remove("l.csv", "l.csv.journal", "a.csv", "a.csv.journal")
      #expect(try folder.scan("--workers", workers, paths: ["mixed"]).status == 1)
      #expect(try folder.scan("--workers", workers, paths: ["alone"], output: "a.csv").status == 0)
      let rows = try folder.rows().dropFirst()
      #expect(rows.count == 4 * 9)
      let labelled = rows.filter { $0[0].hasSuffix("-5.mp4") }
      #expect(
        labelled.map { $0.dropFirst() } == (try folder.rows("a.csv").dropFirst().map { $0.dropFirst() }))
      for kind in ["0", "1", "2", "3", "4", "6", "7"] {
        #expect(rows.filter { $0[0].hasSuffix("-\(kind).mp4") && $0[1] == "failed" }.count == 4, "\(kind)")
      }
    }
  }

  /// The worker is still at the rest of the file when the scan has no more use for it.
  @Test(arguments: ["1", "2"]) func anAnswerThatIsNotFiniteIsItsFilesErrorAlone(_ workers: String) throws {
    let model = try folder.folder.write(
      "huge.safetensors", NarrowCheckpoint.safetensors(factors: ["fc.weight": 1e38]))
    let run = try folder.program.run(
      Program.built,
      [
        "scan", "clips", "--model", model, "--stride", "2", "--workers", workers, "--output", "l.csv",
        "--quiet",
      ])
    #expect(run.status == 1)
    let rows = try folder.rows().dropFirst()
    #expect(rows.count == 4 && rows.allSatisfy { $0.last?.contains("not finite") == true }, "\(rows)")
  }

  /// What a scan takes of the processors for each file, its workers included; a process for each took 30 ms.
  @Test(.enabled(if: !Program.isSanitized, "a sanitizer takes many times as long"))
  func aRefusedFileTakesAFewMillisecondsOfProcessorTime() throws {
    try writeTexts(400)
    let run = try folder.program.shell(
      "\"$r2p1d\" scan texts --model camera-motion --output l.csv --quiet 2>errors; times | tail -1")
    // `0m0.123s 0m0.045s`: user and system time of all that the shell has waited for.
    let parts = run.text.split { " ms\n".contains($0) }.compactMap { Double($0) }
    try #require(parts.count == 4, "\(run.text)")
    let seconds = 60 * parts[0] + parts[1] + 60 * parts[2] + parts[3]
    #expect(try folder.rows().count == 401)
    // Half a second to start, 3 ms a file.
    #expect(seconds < 0.5 + 400 * 0.003, "\(seconds) s")
  }
}
