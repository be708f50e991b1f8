import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct CheckpointErrorTests {
  @Test("What is no checkpoint is told by what it begins with, and the way out by what it looks like")
  func notCheckpoints() throws {
    let cases: [(String, String)] = [
      (
        "<!DOCTYPE html><html>",
        "is not a checkpoint (starts with '<!DO'); it looks like a web page, download it again"
      ),
      (
        "\n <html>",
        "is not a checkpoint (starts with bytes 0x0A 0x20 0x3C 0x68); it looks like a web page, download "
          + "it again"
      ),
      ("version https://git-lfs.github.com/spec/v1", "fetch the file itself with git lfs pull"),
      ("hello world", "(starts with 'hell'); expected a .pth of torch.save or a .safetensors file"),
      ("checkpoint of\ntoday\n", "(starts with 'chec')"), ("(a) first\n", "(starts with '(a) ')"),
      ("Ladies and gentlemen\n", "(starts with 'Ladi')"), ("I am\n", "(starts with 'I am')"),
      ("a", "(starts with 'a')"), ("\u{1F}\u{8B}", "bytes 0x1F"), ("[1, 2]", "(starts with '[1, ')"),
      ("{\"a\": 1}", "(starts with '{\"a\"')"),
    ]
    for (contents, text) in cases {
      let reason = try #require(refusal(Array(contents.utf8)))
      #expect("\(reason)".contains(text), "\(reason)")
    }
  }

  @Test("Missing, unreadable, empty files, directories and pipes are said to be that")
  func files() throws {
    let folder = try TemporaryFolder()
    func text(_ path: String) -> String {
      do {
        _ = try Checkpoint(contentsOf: path)
        return "read"
      } catch {
        return "\(error)"
      }
    }
    let missing = folder.path("missing.pth")
    #expect(text(missing) == "\(missing): cannot be opened: No such file or directory")
    let empty = folder.path("empty.pth")
    try Data().write(to: URL(filePath: empty))
    #expect(text(empty) == "\(empty): is empty, expected a checkpoint; download or copy it again")
    let directory = text(folder.path(""))
    #expect(
      directory.hasSuffix(
        "is a directory, expected a checkpoint file; it holds 'empty.pth': give one of them"))
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(text(pipe) == "\(pipe): is a pipe or a device, expected a checkpoint file")
    try Data([1]).write(to: URL(filePath: folder.path("closed.pth")))
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path("closed.pth"))
    // The superuser may open it all the same.
    if geteuid() != 0 { #expect(text(folder.path("closed.pth")).contains("Permission denied")) }
  }

  @Test(
    "A pickle that names os.system is refused by name, in every protocol and container, and not run",
    arguments: [
      "attack-0.pkl", "attack-1.pkl", "attack-2.pkl", "attack-3.pkl", "attack-4.pkl", "attack-5.pkl",
      "attack.pth",
      "attack-legacy.pth",
    ])
  func attacks(file: String) throws {
    #expect(refusal(try Golden.bytes(file)) == .refusedName("'posix.system' (os.system)"))
  }

  @Test("A compressed entry is refused by name")
  func compressed() throws {
    #expect(refusal(try Golden.bytes("deflated.pth")) == .compressed(entry: "'zip/data.pkl'", method: 8))
  }

  @Test("A plain pickle, a tar and a TorchScript program are called what they are")
  func otherKinds() throws {
    #expect(refusal([0x80, 2, 0x7D, 0x2E]) == .notTorchSave)
    #expect(refusal([0x80, 2, 0x8A, 9] + [UInt8](repeating: 1, count: 9) + [0x2E]) == .notTorchSave)
    var tar = [UInt8](repeating: UInt8(ascii: "s"), count: 512)
    tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
    #expect(try "\(#require(refusal(tar)))".hasPrefix("is a tar archive, as torch before 0.2 wrote it"))
    let program = try "\(#require(refusal(try Golden.bytes("torchscript.pth"))))"
    #expect(
      program.hasPrefix("is a TorchScript program, which is not read; save its weights alone"), "\(program)")
  }

  @Test("An error is one line that keeps what a file's names could do to a terminal off it")
  func oneLine() throws {
    let name = "a\nb\u{1B}[31m\u{202E}" + String(repeating: "x", count: 1000)
    let bytes = Pickled.file(Pickled.dictionary([(name, Pickled.tensor([-1]))]))
    let text = try "\(#require(refusal(bytes)))"
    #expect(text.hasPrefix(#"'a\u{a}b\u{1b}[31m\u{202e}xxx"#))
    #expect(text.count < 300)
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
  }
}
