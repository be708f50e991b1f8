import Foundation
import TestSupport
import Testing

/// Names that are no text, or would be taken for something else on a terminal.
@Suite struct PathTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  /// Labels a copy of a clip under a name that `printf` makes of `format`.
  private func label(_ format: String, _ options: String) throws -> Program.Run {
    try program.shell(
      """
      name="$(printf '\(format)')" && cd '\(folder.url.path)' && cp '\(Checkout.clip)' "$name" &&
      exec "$r2p1d" label "$name" --model '\(model)' --windows 1 \(options)
      """)
  }

  @Test func aNameThatIsNotUTF8IsOpenedAndItsBadBytesAreShown() throws {
    let run = try label("caf\\351.mp4", "--format json")
    #expect(run.status == 0, "\(run.errors)")
    let result = try run.object()
    #expect(result["file"] as? String == "caf\\xE9.mp4")
    #expect(
      result["fileBytes"] as? String
        == Data([0x63, 0x61, 0x66, 0xE9, 0x2E, 0x6D, 0x70, 0x34]).base64EncodedString())
    #expect(try label("caf\\351.mp4", "").text.hasPrefix("caf\\xE9.mp4 "))
  }

  /// Among its letters there may be the option that prints help and lets all end well.
  @Test(arguments: ["-dash.mp4", "-other.mp4"])
  func aNameThatBeginsAsOptionsDoIsRefused(_ name: String) throws {
    let run = try program.shell(
      """
      cd '\(folder.url.path)' && cp '\(Checkout.clip)' ./\(name) &&
      exec "$r2p1d" label *.mp4 --model '\(model)'
      """
    )
    #expect(run.status == 64 && run.text.isEmpty)
    #expect(run.errors.hasPrefix("r2p1d-video: \(name) begins as options do: write ./\(name) "))
    let right = try program.shell(
      "cd '\(folder.url.path)' && exec \"$r2p1d\" label --model '\(model)' --windows 1 -- *.mp4")
    #expect(right.status == 0 && right.text.hasPrefix(name), "\(right.errors)")
  }

  @Test func aCheckpointAndWhatIsMadeOfItNeedNoUTF8() throws {
    let run = try program.shell(
      """
      cd '\(folder.url.path)' && in="$(printf 'caf\\351.safetensors')" && out="$(printf \
      'th\\351.safetensors')" &&
      cp '\(model)' "$in" && "$r2p1d" models convert "$in" "$out" && "$r2p1d" models info "$out"
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.text.contains("file: th\\xE9.safetensors\n") && run.text.contains("origin: caf\\xE9.safetensors ("))
  }

  @Test func aNameInUTF8HasNoBytesBesideIt() throws {
    let result = try label("caf\\303\\251.mp4", "--format json").object()
    #expect(result["file"] as? String == "café.mp4" && result["fileBytes"] == nil)
  }

  @Test func privateUseCharactersStayThemselves() throws {
    let result = try label("a\\364\\217\\237\\251.mp4", "--format json").object()
    #expect(result["file"] as? String == "a\u{10F7E9}.mp4")
  }

  @Test func aLineBreakInANameDoesNotBreakTheErrorsLine() throws {
    let run = try program.shell("exec \"$r2p1d\" label \"$(printf 'a\\nb\\033[31m.mp4')\" --model '\(model)'")
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("r2p1d-video: a\\x0Ab\\x1B[31m.mp4: "))
    #expect(run.errors.count(where: \.isNewline) == 1)
  }

  @Test func anErrorAboutABadNameShowsItsBytes() throws {
    let run = try program.shell("exec \"$r2p1d\" label \"$(printf 'gone\\377.mp4')\" --model '\(model)'")
    #expect(run.errors.hasPrefix("r2p1d-video: gone\\xFF.mp4: "))
  }
}
