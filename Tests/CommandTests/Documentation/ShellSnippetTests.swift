import Foundation
import TestSupport
import Testing

/// The documentation's commands, run. A block of `sh` has to end with status 0, a block of `console` also has
/// to print what it says. What cannot run here, for it needs a network or a cluster, has a fence without a
/// language.
@Suite struct ShellSnippetTests {
  let folder: TemporaryFolder
  let program: Program

  /// A home with the files that the documentation speaks of.
  init() throws {
    folder = try TemporaryFolder()
    let narrow = try NarrowCheckpoint.safetensors()
    let files = FileManager.default
    try files.createDirectory(atPath: folder.path("bin"), withIntermediateDirectories: true)
    try files.createDirectory(atPath: folder.path("Videos"), withIntermediateDirectories: true)
    for (name, target) in [
      ("bin/r2p1d-video", Program.built.path), ("SampleVideos", Checkout.samples.path),
      ("clip.mp4", Checkout.clip), ("talk.mp4", Checkout.otherClip), ("film.mp4", TimelineTests.twoMotions),
      ("Videos/clip.mp4", Checkout.clip), ("motions", Checkout.path("SampleVideos/own-classes")),
      ("classes.txt", Checkout.path("labels/kinetics-400.txt")),
    ] {
      try files.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
    }
    for name in ["my.pth", "ours.pth"] { try folder.write(name, TorchFile(safetensors: narrow).zip) }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    program = Program(
      environment: [
        "PATH": "\(folder.path("bin")):\(path)", "HOME": folder.url.path,
        "XDG_CACHE_HOME": folder.path("cache"),
      ], folder: folder.url)
  }

  /// Small models under the names of those that would be downloaded.
  private func published() throws -> Program {
    for name in ["r2plus1d_18", "r2plus1d_34_clip32_ft_kinetics_from_ig65m"] {
      try folder.write("models/\(name).safetensors", NarrowCheckpoint.safetensors())
    }
    var program = program
    program.environment["R2P1D_MODELS"] = folder.path("models")
    return program
  }

  @Test(arguments: try Document.blocks(of: "sh")) func aShellSnippetRuns(_ block: Document.Block) throws {
    let run = try published().shell("set -e\n" + block.text)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(arguments: try Document.blocks(of: "console"))
  func aSessionPrintsWhatItSays(_ block: Document.Block) throws {
    for (command, expected) in Session.commands(of: block) {
      let run = try program.shell(command)
      #expect(run.status == 0, "\(run.errors)")
      let lines = run.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      #expect(Session.matches(lines[...], expected[...]), "\(command): \(run.text)")
    }
  }

  private static let hasNumPy = (try? Program().shell("python3 -c 'import numpy'"))?.status == 0

  /// Of what needs NumPy, or of the rest.
  private static func snippetsOfPython(withNumPy: Bool) throws -> [Document.Block] {
    let blocks = try Document.blocks(of: "python").filter { $0.text.contains("numpy") == withNumPy }
    return try #require(blocks.isEmpty ? nil : blocks)
  }

  @Test(
    .enabled(if: hasNumPy, "needs Python with NumPy"), arguments: try snippetsOfPython(withNumPy: true))
  func aSnippetOfNumPyRuns(_ block: Document.Block) throws {
    try folder.write("snippet.py", block.text)
    let run = try published().shell("r2p1d-video embed clip.mp4 --output e.npy --quiet && python3 snippet.py")
    #expect(run.status == 0, "\(run.errors)")
  }

  /// It says of the clip what `label` does.
  @Test(
    .enabled(if: Tool.python3.isThere, Tool.python3.note), arguments: try snippetsOfPython(withNumPy: false))
  func aSnippetOfPythonAsksAWorker(_ block: Document.Block) throws {
    try folder.write("snippet.py", block.text)
    let run = try program.shell("timeout 300 python3 snippet.py")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text == "clip.mp4 pan left\nnone.mp4 cannot be read: No such file or directory\n")
  }
}

/// What a terminal shows: commands behind `$ `, and what they print. `…` stands for any text in a line, and
/// alone in a line for any lines.
private enum Session {
  static func commands(of block: Document.Block) -> [(command: String, lines: [Substring])] {
    block.lines.reduce(into: []) { commands, line in
      if line.hasPrefix("$ ") {
        commands.append((String(line.dropFirst(2)), []))
      } else if !commands.isEmpty {
        commands[commands.count - 1].lines.append(line)
      }
    }
  }

  /// Lines that are empty at the end do not count.
  static func matches(_ lines: ArraySlice<Substring>, _ expected: ArraySlice<Substring>) -> Bool {
    guard let first = expected.first else { return lines.allSatisfy(\.isEmpty) }
    if first == "…" {
      return (lines.startIndex...lines.endIndex).contains { matches(lines[$0...], expected.dropFirst()) }
    }
    guard let line = lines.first else { return expected.allSatisfy(\.isEmpty) }
    return matches(line, first) && matches(lines.dropFirst(), expected.dropFirst())
  }

  /// The same words; decimal fractions differ from one instruction set to another in their last digits.
  private static func matches(_ line: Substring, _ expected: Substring) -> Bool {
    let fraction = /\d+\.\d{4,}/
    let (ours, theirs) = (line.matches(of: fraction), expected.matches(of: fraction))
    guard ours.count == theirs.count else { return false }
    let areClose = zip(ours, theirs).allSatisfy { abs((Double($0.0) ?? 0) - (Double($1.0) ?? 1)) < 1e-4 }
    let parts = expected.replacing(fraction, with: "#").split(
      separator: "…", omittingEmptySubsequences: false)
    return areClose && contains(line.replacing(fraction, with: "#"), parts[...])
  }

  /// Whether the text is these parts with anything between them.
  private static func contains(_ text: Substring, _ parts: ArraySlice<Substring>) -> Bool {
    guard let first = parts.first, text.hasPrefix(first) else { return false }
    let rest = text.dropFirst(first.count)
    guard parts.count > 1 else { return rest.isEmpty }
    return rest.indices.contains { contains(rest[$0...], parts.dropFirst()) }
      || contains(rest[rest.endIndex...], parts.dropFirst())
  }
}
