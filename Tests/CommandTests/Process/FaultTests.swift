import Foundation
import TestSupport
import Testing

/// Faults of the machine around the program: what the user sees, and that nothing half-done looks whole.
@Suite struct FaultTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  private func label(_ rest: String = "") -> String {
    "\"$r2p1d\" label '\(Checkout.clip)' --model '\(model)' --windows 1 --format csv \(rest)"
  }

  @Test(.enabled(if: Mounts.arePossible, Mounts.note))
  func aFullDiskIsOneLineAndLeavesNothing() throws {
    let run = try Mounts.shell(
      program,
      """
      mount -t tmpfs -o size=64k tmpfs '\(folder.url.path)/disk' || exit 99
      "$r2p1d" windows '\(Checkout.clip)' --model '\(model)' --output '\(folder.path("disk/w.npy"))'
      status=$?; ls -A '\(folder.path("disk"))'; exit $status
      """, making: folder.path("disk"))
    #expect(run.status == 2)
    #expect(
      run.errors
        == "r2p1d-video: \(folder.path("disk/w.npy")): cannot be written: no space left on device\n")
    #expect(run.text.isEmpty, "what is left on the disk")
  }

  @Test(.enabled(if: Mounts.arePossible, Mounts.note))
  func aReadOnlyFolderIsSaidBeforeAnythingRuns() throws {
    let run = try Mounts.shell(
      program,
      """
      mount -t tmpfs -o ro tmpfs '\(folder.url.path)/disk' || exit 99
      \(label("--output '\(folder.path("disk/l.csv"))'"))
      """, making: folder.path("disk"))
    #expect(run.status == 2)
    #expect(
      run.errors == "r2p1d-video: \(folder.path("disk/l.csv")): cannot be written: read-only file system\n")
  }

  @Test func aClosedStandardOutputIsAnError() throws {
    let run = try program.shell("exec \(label()) >&-")
    #expect(run.status == 2)
    #expect(run.errors == "r2p1d-video: standard output: cannot be written: bad file descriptor\n")
  }

  /// A file opened in its place would get what was meant for standard output.
  @Test func aClosedStandardOutputNeverBecomesAFile() throws {
    let (open, closed) = (folder.path("open.npy"), folder.path("closed.npy"))
    let start = "\"$r2p1d\" windows '\(Checkout.clip)' --model '\(model)' --windows 1 --output"
    #expect(try program.shell("exec \(start) '\(open)'").status == 0)
    #expect(try program.shell("exec \(start) '\(closed)' <&- >&-").status == 2)
    #expect(try folder.read("open.npy") == folder.read("closed.npy"))
  }

  @Test(arguments: ["2>&-", "2>/dev/full"])
  func wordsThatNobodyCanReadChangeNothing(_ errors: String) throws {
    let run = try program.shell("\(label("missing.mp4")) \(errors)")
    #expect(run.status == 1)
    #expect(run.text.contains(",ok,") && run.text.contains("missing.mp4,failed"))
  }

  @Test(arguments: [
    "TMPDIR=/nowhere", "HOME=/nowhere", "-u HOME -u USER -u PATH -u TMPDIR", "LC_ALL=C",
    "LC_ALL=C LANG=C TZ=",
  ])
  func anEnvironmentThatLacksMuchChangesNothing(_ variables: String) throws {
    let expected = try program.shell("exec \(label())")
    #expect(expected.status == 0)
    let run = try program.shell("exec /usr/bin/env \(variables) \(label())")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == expected.output && run.errors.isEmpty)
  }

  @Test func aNameBeyondASCIIIsPrintedAsItIsInLocaleC() throws {
    let clip = folder.path("été ☀.mp4")
    try FileManager.default.copyItem(atPath: Checkout.clip, toPath: clip)
    let run = try program.shell("LC_ALL=C \(label("'\(clip)'"))")
    #expect(run.status == 0 && run.text.contains("été ☀.mp4"))
  }

  @Test func thirtyTwoDescriptorsAreEnoughForManyFiles() throws {
    let clips = Array(repeating: "'\(Checkout.clip)'", count: 12).joined(separator: " ")
    let run = try program.shell("ulimit -n 32; exec \(label(clips))")
    #expect(run.status == 0, "\(run.errors)")
    #expect(CSVTable(run.text).rows.count == 14)
  }

  /// However little there is: a result or one line, but neither a crash without a word nor half a result.
  @Test(
    .enabled(if: !Program.isSanitized, Program.sanitizedNote),
    arguments: [100_000, 150_000, 200_000, 300_000, 400_000, 600_000, 900_000])
  func tooLittleAddressSpaceIsAnErrorOrEnough(_ kibibytes: Int) throws {
    let output = folder.path("l.csv")
    let run = try program.shell("ulimit -v \(kibibytes); exec \(label("--output '\(output)'"))")
    if [0, 1].contains(run.status) {
      // Whole: a header and the one row, which may say that the file failed.
      #expect(CSVTable(String(decoding: try folder.read("l.csv"), as: UTF8.self)).rows.count == 2)
    } else {
      #expect([2, 127].contains(run.status), "\(run.status) \(run.errors)")
      #expect(!run.errors.isEmpty && run.errors.count(where: \.isNewline) <= 2, "\(run.errors)")
      #expect(!folder.names.contains("l.csv"))
    }
  }

  @Test(arguments: [SIGHUP, SIGTERM])
  func aSignalLeavesNoHalfFile(_ signal: Int32) throws {
    let process = try started()
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
    #expect(folder.names == ["narrow.safetensors"])
  }

  @Test func aStoppedProgramGoesOnWhereItWas() throws {
    let expected = try program(
      "label", Checkout.clip, "--model", model, "--stride", "1", "--format", "json")
    let process = try started(["--stride", "1", "--format", "json"], clips: 1)
    for _ in 0..<5 {
      kill(process.processIdentifier, SIGSTOP)
      usleep(50_000)
      kill(process.processIdentifier, SIGCONT)
      usleep(10_000)
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(try folder.read("l.txt") == expected.output)
  }

  @Test func aVideoThatIsCutShortWhileItIsReadIsLabelledOrNamed() throws {
    let clip = folder.path("clip.mp4")
    try FileManager.default.copyItem(atPath: Checkout.clip, toPath: clip)
    let process = try started(["--stride", "1", "--format", "json"], clip: clip, clips: 20)
    #expect(truncate(clip, 30_000) == 0)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && [0, 1].contains(process.terminationStatus))
    let results = try JSONSerialization.jsonObject(with: folder.read("l.txt")) as? [[String: Any]]
    #expect(results?.count == 20)
    #expect(results?.allSatisfy { $0["labels"] != nil || $0["error"] is String } == true)
  }

  /// The mapped pages that are gone raise SIGBUS; it must not be what the user sees.
  @Test(.enabled(if: Tool.clang.isThere, Tool.clang.note))
  func aCheckpointThatIsCutShortWhileItIsReadIsOneLine() throws {
    let run = try label(once: "truncate(path, 64)", happenedToTheModel: "--output l.txt")
    #expect(run.status == 2)
    #expect(
      run.errors
        == "r2p1d-video: the model's file was cut short by another program while it was read: try again\n")
    #expect(folder.names == ["fault.c", "fault.so", "narrow.safetensors"])
  }

  /// The file that was opened is what labels and what is hashed, whatever has its name by then.
  @Test(.enabled(if: Tool.clang.isThere, Tool.clang.note))
  func aCheckpointThatIsReplacedWhileItIsReadIsStillTheOneThatWasOpened() throws {
    let arguments = "--windows 1 --format json --logits"
    let expected = try program.shell("\"$r2p1d\" label '\(Checkout.clip)' --model '\(model)' \(arguments)")
    try folder.write("other.safetensors", NarrowCheckpoint.safetensors(seed: 2))
    let run = try label(once: "rename(\"other.safetensors\", path)", happenedToTheModel: arguments)
    #expect(!folder.names.contains("other.safetensors"), "nothing was replaced")
    #expect(run.status == 0 && run.output == expected.output, "\(run.errors)")
  }

  /// Labels in the folder with the narrow model, to which `fault`, a call in C, happens as soon as it is
  /// mapped: a library that is loaded before all others makes it, so that no race has to be won.
  private func label(once fault: String, happenedToTheModel arguments: String) throws -> Program.Run {
    try folder.write(
      "fault.c",
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <string.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <unistd.h>
      void *mmap(void *at, size_t size, int rights, int flags, int file, off_t offset) {
        void *(*map)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");
        void *memory = map(at, size, rights, flags, file, offset);
        char link[64], path[4096] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        if (file >= 0 && readlink(link, path, sizeof path - 1) > 0 && !strcmp(path, getenv("MODEL")))
          if (\(fault) < 0) abort();
        return memory;
      }
      """)
    return try program.shell(
      """
      cd '\(folder.url.path)' && clang -shared -fPIC -o fault.so fault.c && MODEL=$(realpath '\(model)')
      MODEL=$MODEL LD_PRELOAD=./fault.so "$r2p1d" label '\(Checkout.clip)' --model '\(model)' \(arguments)
      """)
  }

  /// A run under way, with its output begun.
  private func started(_ options: [String] = [], clip: String = Checkout.clip, clips: Int = 1000) throws
    -> Process
  {
    let words = ["label"] + Array(repeating: clip, count: clips) + ["--model", model]
    let process = try program.start(
      Program.built, words + options + ["--output", folder.path("l.txt")], FileHandle.nullDevice,
      FileHandle.nullDevice)
    _ = eventually { !process.isRunning || folder.names.contains { $0.hasPrefix(".l.txt.") } }
    return process
  }
}

/// Mounts of a test's own, in a namespace that ends with it.
enum Mounts {
  static let note: Comment = "needs a superuser who may mount in a namespace"

  static let arePossible: Bool = {
    let run = try? Program().shell("unshare -m mount -t tmpfs tmpfs /mnt 2>/dev/null")
    return run?.status == 0
  }()

  static func shell(_ program: Program, _ script: String, making folder: String) throws -> Program.Run {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return try program.run(URL(filePath: "/usr/bin/env"), ["unshare", "-m", "/bin/sh", "-c", script])
  }
}
