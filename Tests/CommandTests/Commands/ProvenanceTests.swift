import Foundation
import TestSupport
import Testing

/// What a result was made with stands in every JSON.
@Suite struct ProvenanceTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  private func sum(_ path: String) throws -> String {
    String(try program.shell("sha256sum '\(path)'").text.prefix(64))
  }

  private func check(_ object: [String: Any], decoded: ClosedRange<Int> = 1...10_000) throws {
    let receipt = try #require(object["receipt"] as? [String: Any])
    let version = try program("--version").text
    #expect(version.contains("r2p1d-video \(receipt["tool"] as? String ?? "?")\n"))
    let libraries = try #require(receipt["ffmpeg"] as? [String: String])
    #expect(libraries.count == 4 && libraries.allSatisfy { version.contains("\($0.key) \($0.value)") })
    #expect(version.contains("instruction set \(receipt["instructionSet"] as? String ?? "?")"))
    #expect(receipt["model"] as? String == "narrow")
    #expect(receipt["precision"] as? String == "f32" && receipt["logitError"] as? Double == 1e-6)
    #expect(receipt["modelSHA256"] as? String == (try sum(model)))
    #expect((receipt["labelsSHA256"] as? String)?.count == 64)
    #expect((receipt["sampling"] as? [String: Any])?["frames"] as? Int == 16)
    #expect(receipt["decodeErrors"] as? Int == 0)
    #expect(decoded.contains(receipt["framesDecoded"] as? Int ?? -1))
  }

  @Test(arguments: ["json", "jsonl"]) func labelGivesOne(_ format: String) throws {
    try check(program("label", Checkout.clip, "--model", model, "--format", format).object())
  }

  @Test func timelineGivesOne() throws {
    try check(program("timeline", Checkout.clip, "--model", model, "--format", "json").object())
  }

  @Test func embedGivesOneForAllItsFiles() throws {
    let run = try program(
      "embed", Checkout.clip, Checkout.otherClip, "--model", model, "--output", folder.path("e.npy"))
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: folder.read("e.json")) as? [String: Any]
    try check(try #require(object))
  }

  @Test func aRowOfAScanHasOne() throws {
    let run = try program(
      "scan", Checkout.clip, "--model", model, "--output", folder.path("l.jsonl"), "--format", "jsonl")
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: folder.read("l.jsonl")) as? [String: Any]
    try check(try #require(object))
  }

  @Test func aBuiltInModelIsHashedToo() throws {
    let run = try program(
      "label", Checkout.clip, "--model", "camera-motion", "--windows", "1", "--format", "json")
    let receipt = try #require(try run.object()["receipt"] as? [String: Any])
    #expect(
      receipt["modelSHA256"] as? String == (try sum(Checkout.path("Training/camera-motion.safetensors"))))
  }

  /// Not one bit of an answer depends on how many threads there are, nor on whether others came before.
  @Test func logitsAreTheSameForEveryNumberOfThreads() throws {
    var seen: Set<Data> = []
    for threads in ["1", "2", "3", "5"] {
      let run = try program(
        "label", Checkout.otherClip, Checkout.clip, "--model", model, "--windows", "3", "--format", "json",
        "--logits",
        "--threads", threads)
      #expect(run.status == 0, "\(run.errors)")
      seen.insert(run.output)
    }
    let alone = try program(
      "label", Checkout.clip, "--model", model, "--windows", "3", "--format", "json", "--logits"
    ).object()
    #expect(seen.count == 1)
    let list = try JSONSerialization.jsonObject(with: try #require(seen.first)) as? [[String: Any]]
    let windows = { (result: [String: Any]?) in result?["windows"] as? NSArray }
    #expect(windows(list?[1]) != nil && windows(list?[1]) == windows(alone))
  }
}
