import Foundation
import TestSupport
import Testing

/// Where the system has no memory for one more sample, the file fails, or the command, but nothing traps.
@Suite(
  .enabled(if: Tool.clang.isThere, Tool.clang.note),
  .enabled(if: !Program.isSanitized, Program.sanitizedNote))
struct SampleMemoryTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  /// Runs in the folder, with a library loaded before all others that refuses memory of a sample's size, from
  /// the one after `spared` on; `process` is a condition in C, given the command line's first two words.
  private func run(_ words: String, sparing spared: Int, where process: String = "1") throws -> Program.Run {
    try folder.write(
      "fault.c",
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <unistd.h>
      static int isChosen;
      __attribute__((constructor)) static void choose(int count, char **words) {
        const char *command = count > 1 ? words[1] : "";
        isChosen = \(process);
      }
      void *mmap(void *at, size_t size, int rights, int flags, int file, off_t offset) {
        static void *(*map)(void *, size_t, int, int, int, off_t);
        static int samples;
        if (!map) map = dlsym(RTLD_NEXT, "mmap");
        if (isChosen && size == 3 * 112 * 112 && __sync_fetch_and_add(&samples, 1) >= \(spared)) {
          errno = ENOMEM;
          return MAP_FAILED;
        }
        return map(at, size, rights, flags, file, offset);
      }
      """)
    return try program.shell(
      """
      cd '\(folder.url.path)' && clang -shared -fPIC -o fault.so fault.c || exit 99
      LD_PRELOAD=./fault.so "$r2p1d" \(words)
      """)
  }

  @Test(
    arguments: ["label --windows 2 --format csv", "timeline --format csv", "embed --output e.npy"], [0, 20])
  func aFileWhoseSamplesFindNoMemoryFails(_ command: String, _ spared: Int) throws {
    let words = command.split(separator: " ", maxSplits: 1)
    let run = try run("\(words[0]) '\(Checkout.clip)' --model '\(model)' \(words[1])", sparing: spared)
    #expect([1, 2].contains(run.status), "\(run.status)")
    #expect(run.errors == "r2p1d-video: \(Checkout.clip): not enough memory\n")
  }

  /// In the process that decodes, and in the one that takes the samples from it.
  @Test(arguments: ["strcmp(command, \"scan\") != 0", "strcmp(command, \"scan\") == 0"])
  func scanGivesTheFileAFailedRow(_ process: String) throws {
    let run = try run(
      "scan '\(Checkout.clip)' --model '\(model)' --output l.csv", sparing: 3, where: process)
    #expect(run.status == 1, "\(run.errors)")
    let rows = CSVTable(String(decoding: try folder.read("l.csv"), as: UTF8.self)).rows
    #expect(rows.count == 2 && rows[1][1] == "failed" && rows[1].last?.hasPrefix("not enough memory") == true)
  }

  @Test func benchSaysSo() throws {
    let run = try run("bench --network r2plus1d_18 --frames 8 --runs 1", sparing: 2)
    #expect(run.status == 2)
    #expect(run.errors.hasSuffix(": not enough memory: the system refuses 36 KiB\n"), "\(run.errors)")
    #expect(run.errors.count(where: \.isNewline) == 1)
  }
}
