import Foundation
import TestSupport
import Testing

@Suite struct BenchTests {
  let program = Program()

  @Test func jsonHoldsWhatWasMeasured() throws {
    let folder = try TemporaryFolder()
    let model = try folder.write("narrow.safetensors", NarrowCheckpoint.safetensors())
    let run = try program(
      "bench", "--model", model, "--frames", "8", "--batch", "2", "--runs", "3", "--threads", "1", "--video",
      Checkout.clip,
      "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let figures = try run.object()
    let network = try #require(figures["network"] as? [String: Any])
    #expect(network["architecture"] as? String == "r2plus1d_18" && network["frames"] as? Int == 8)
    #expect(network["batch"] as? Int == 2 && network["threads"] as? Int == 1)
    #expect(network["precision"] as? String == "f32" && network["isa"] is String)
    let seconds = try #require(network["seconds"] as? [String: Double])
    let (low, middle, high) = (seconds["min"] ?? 0, seconds["median"] ?? 0, seconds["max"] ?? 0)
    #expect(low > 0 && low <= middle && middle <= high)
    #expect((figures["load"] as? [String: Double])?["seconds"] ?? 0 > 0)
    let decode = try #require(figures["decode"] as? [String: Any])
    #expect(decode["frames"] as? Int ?? 0 > 16 && decode["seconds"] as? Double ?? 0 > 0)
    #expect(decode["pictures"] as? Int == decode["frames"] as? Int && decode["skipped"] is Int)
    #expect(decode["cpuSeconds"] as? Double ?? 0 > 0)
    let preprocess = try #require(figures["preprocess"] as? [String: Any])
    let windows = try program(
      "windows", Checkout.clip, "--frames", "8", "--stride", "4", "--output", folder.path("w.npy"))
    let starts = try #require(try windows.object()["starts"] as? [Int])
    #expect(preprocess["windows"] as? Int == starts.count && preprocess["seconds"] as? Double ?? 0 > 0)
  }

  @Test func thePlanIsATable() throws {
    let folder = try TemporaryFolder()
    let model = try folder.write("narrow.safetensors", NarrowCheckpoint.safetensors())
    let run = try program("bench", "--model", model, "--frames", "8", "--runs", "1", "--plan")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text.contains("layer4.1"))
  }

  @Test func anUnknownNetworkNamesTheKnownOnes() throws {
    let run = try program("bench", "--network", "r2plus1d_19")
    #expect(run.status == 2)
    #expect(run.errors.contains("r2plus1d_18") && run.errors.count(where: \.isNewline) == 1)
  }
}
