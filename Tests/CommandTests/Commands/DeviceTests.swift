import Foundation
import TestSupport
import Testing

/// `--device` and `devices`, without a GPU: on Mesa's driver that computes on the CPU, and where nothing is.
@Suite struct DeviceTests {
  private static let wayOut = "; correct that variable, or unset it"
  private static let nowhere = ["R2P1D_VULKAN": "/no/libvulkan.so"]
  private static let cause =
    "R2P1D_VULKAN=/no/libvulkan.so: /no/libvulkan.so: cannot open shared object file: No such file or "
    + "directory"

  /// Whether Vulkan has a device here that is no GPU, and only that.
  private static let software: String? = {
    let lines = (try? Program()("devices").text)?.split(separator: "\n") ?? []
    return lines.count == 1 && lines[0].contains(", software, ") ? String(lines[0]) : nil
  }()
  private static let need: Comment = "needs a Vulkan driver that computes on the CPU (mesa-vulkan-drivers)"

  private static let clip = [Checkout.clip, "--model", "camera-motion", "--windows", "2"]

  @Test func devicesWithoutAnyAreALineAndNoError() throws {
    let run = try Program(environment: Self.nowhere)("devices")
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.text == "no GPU: \(Self.cause)\(Self.wayOut)\n")
  }

  /// Vulkan's loader, if it is there at all, finds no driver.
  @Test func whereNoDriverIsInstalledOneIsTheWayOut() throws {
    let none = [
      "VK_DRIVER_FILES": "/no/driver.json", "VK_ICD_FILENAMES": "/no/driver.json", "R2P1D_VULKAN": "",
    ]
    let run = try Program(environment: none)(["label"] + Self.clip + ["--device", "gpu"])
    #expect(run.status == 2 && run.text.isEmpty && run.errors.hasPrefix("r2p1d-video: gpu: "))
    #expect(
      run.errors.hasSuffix(
        "; install the GPU's Vulkan driver (Mesa's, or the Vulkan part of NVIDIA's; docs/gpu.md for "
          + "containers), or leave --device away\n"), "\(run.errors)")
  }

  @Test(arguments: ["gpu", "gpu:0", "gpu:llvmpipe"])
  func aGPUThatIsNotThereIsAnErrorAndNeverTheCPU(device: String) throws {
    let run = try Program(environment: Self.nowhere)(["label"] + Self.clip + ["--device", device])
    #expect(run.status == 2 && run.text.isEmpty)
    #expect(run.errors == "r2p1d-video: \(device): \(Self.cause)\(Self.wayOut)\n")
  }

  @Test func automaticallyTheCPUIsTakenAndSaysSo() throws {
    let many = ["label"] + Self.clip.dropLast() + ["20"]
    let run = try Program(environment: Self.nowhere)(many + ["--device", "auto"])
    #expect(run.status == 0)
    #expect(run.errors == "r2p1d-video: computing on the CPU: gpu: \(Self.cause)\n")
    #expect(run.text == (try Program()(many).text))
    let few = try Program(environment: Self.nowhere)(["label"] + Self.clip + ["--device", "auto"])
    #expect(
      few.errors == "r2p1d-video: computing on the CPU: so few windows are not worth the start of a GPU\n")
  }

  @Test(arguments: [
    ("cpu", "f16", "--precision f16 is for GPUs alone (--device gpu)"),
    ("gpu", "int8", "--precision int8 is for CPUs alone, a GPU computes in f32 or f16 (--device cpu)"),
    ("gpu:0", "bf16", "--precision bf16 is for CPUs alone, a GPU computes in f32 or f16 (--device cpu)"),
  ])
  func aPrecisionThatADeviceLacksIsAWrongUsage(device: String, precision: String, error: String) throws {
    for command in [["label"] + Self.clip, ["bench", "--network", "r2plus1d_18"]] {
      let run = try Program()(command + ["--device", device, "--precision", precision])
      #expect(run.status == 64 && run.text.isEmpty)
      #expect(run.errors == "r2p1d-video: \(error) (see r2p1d-video \(command[0]) --help)\n")
    }
  }

  @Test(arguments: ["GPU", "gpu:", "cuda", "", "0"]) func aDeviceOfNoSuchFormIsAWrongUsage(device: String)
    throws
  {
    #expect(try Program()(["label"] + Self.clip + ["--device", device]).status == 64)
  }

  @Test func theCPUAloneLoadsNoVulkan() throws {
    let plain = try Program()(["label"] + Self.clip + ["--format", "json"])
    let asked = try Program(environment: Self.nowhere)(
      ["label"] + Self.clip + ["--format", "json", "--device", "cpu"])
    #expect(asked.status == 0 && asked.output == plain.output && asked.errors.isEmpty)
    #expect(!plain.text.contains("\"gpu\""))
  }

  @Test(.enabled(if: Tool("nm").isThere, Tool("nm").note)) func theProgramNeedsNoSymbolOfVulkan() throws {
    let run = try Program().shell("nm -D --undefined-only \"$R2P1D_BINARY\"")
    #expect(run.status == 0 && !run.text.isEmpty)
    #expect(!run.text.split(separator: "\n").contains { $0.contains(" vk") })
  }
}

extension DeviceTests {
  private static func label(_ more: String..., environment: [String: String] = [:]) throws -> Program.Run {
    try Program(environment: environment)(["label"] + clip + ["--format", "json"] + more)
  }

  private static func scores(_ run: Program.Run) throws -> [Double] {
    let labels = try #require(try run.object()["labels"] as? [[String: Any]])
    return labels.compactMap { $0["score"] as? Double }
  }

  @Test(.enabled(if: software != nil, need)) func aDeviceIsALine() throws {
    let line = try #require(Self.software)
    #expect(line.hasPrefix("gpu:0: llvmpipe"))
    #expect(line.contains(#/, f16( on \d+×\d+×\d+ matrices)?: self-test ok \(off by /#))
    #expect(line.contains(", f32: self-test ok (off by "))
    let unknown = try Program()("devices", "--bench", "/no/model.safetensors")
    #expect(unknown.status == 2 && unknown.errors.contains("/no/model.safetensors"))
  }

  /// Mesa's driver itself, as its description names it.
  private static let driver: String? = {
    let folder = "/usr/share/vulkan/icd.d"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard let file = files.first(where: { $0.hasPrefix("lvp_icd") }),
      let data = FileManager.default.contents(atPath: "\(folder)/\(file)"),
      let description = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let icd = description["ICD"] as? [String: Any]
    else { return nil }
    return icd["library_path"] as? String
  }()

  @Test(.enabled(if: driver != nil, need)) func aDriverIsUsedWithoutTheLoader() throws {
    let run = try Program(environment: ["R2P1D_VULKAN": try #require(Self.driver)])("devices")
    #expect(run.status == 0 && run.text.hasPrefix("gpu:0: llvmpipe"))
    #expect(run.text.contains("f32: self-test ok"))
  }

  @Test(.enabled(if: software != nil, need)) func aDriverOnTheCPUIsNeverTakenUnasked() throws {
    let run = try Self.label("--device", "gpu")
    #expect(run.status == 2)
    #expect(
      run.errors.hasPrefix(
        "r2p1d-video: gpu: there is no discrete, integrated or virtual GPU, only gpu:0 llvmpipe"))
    #expect(
      run.errors.hasSuffix("leave --device away, or give one that `r2p1d-video devices` lists, as gpu:0\n"))
  }

  @Test(.enabled(if: software != nil, need), arguments: [("f32", 1e-5), ("f16", 1e-2), ("fast", 1e-2)])
  func scoresOfAGPUAreThoseOfTheCPU(precision: String, tolerance: Double) throws {
    let expected = try Self.scores(Self.label())
    let run = try Self.label("--device", "gpu:0", "--precision", precision)
    #expect(run.status == 0 && run.errors.isEmpty)
    for (found, expected) in zip(try Self.scores(run), expected) {
      #expect(abs(found - expected) < tolerance)
    }
    let receipt = try #require(try run.object()["receipt"] as? [String: Any])
    #expect(receipt["precision"] as? String == (precision == "fast" ? "f16" : precision))
    let gpu = try #require(receipt["gpu"] as? [String: String])
    #expect(gpu["name"]?.hasPrefix("llvmpipe") == true && gpu["driver"] == "llvmpipe")
    #expect(gpu["shadersSHA256"]?.count == 64 && gpu["uuid"]?.count == 36)
  }

  @Test(.enabled(if: software != nil, need)) func aTileThatIsMeasuredChangesNoBitAndAnImpossibleOneIsRefused()
    throws
  {
    func label(_ tile: String) throws -> Program.Run {
      try Self.label("--device", "gpu:0", environment: ["R2P1D_GPU_TILE": tile])
    }
    #expect(try label("32x48").output == Self.label("--device", "gpu:0").output)
    for tile in ["32x49", "64", "64x64/64x64", "1024x1024"] {
      let run = try label(tile)
      #expect(run.status == 2 && run.text.isEmpty)
      #expect(run.errors.hasSuffix("R2P1D_GPU_TILE=\(tile) does not suit it\(Self.wayOut)\n"))
    }
  }

  @Test(.enabled(if: software != nil, need)) func theBatchesOfATimelineChangeNothing() throws {
    let timeline = [
      "timeline", Checkout.clip, "--model", "camera-motion", "--stride", "3", "--format", "csv",
    ]
    let gpu = try Program()(timeline + ["--device", "gpu:0"])
    let cpu = try Program()(timeline)
    #expect(gpu.status == 0)
    func cells(_ run: Program.Run) -> [[Substring]] {
      run.text.split(whereSeparator: \.isNewline).map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
    }
    #expect(cells(gpu).count == cells(cpu).count && cells(gpu).count > 8)
    for (found, expected) in zip(cells(gpu), cells(cpu)) {
      for (found, expected) in zip(found, expected) {
        if let found = Double(found), let expected = Double(expected) {
          #expect(abs(found - expected) < 1e-5)
        } else {
          #expect(found == expected)
        }
      }
    }
  }
}

/// A driver that fails as it is told, built from the tests' own source.
@Suite(.enabled(if: Tool.clang.isThere, Tool.clang.note)) struct FaultyDeviceTests {
  private let folder: TemporaryFolder
  private let driver: String

  init() throws {
    folder = try TemporaryFolder()
    driver = folder.path("libfaulty.so")
    let run = try Program().shell(
      "clang -w -O1 -shared -fPIC -DFAULTY_LIBRARY -I '\(Checkout.path("Tests/FaultyDriver/include"))'"
        + " '\(Checkout.path("Tests/FaultyDriver/faulty.c"))' -o '\(driver)' -ldl")
    try #require(run.status == 0, "\(run.errors)")
  }

  private func program(_ faults: [String: String]) -> Program {
    Program(environment: faults.merging(["R2P1D_VULKAN": driver]) { $1 })
  }

  private static let isThere: Bool = {
    (try? Program()("devices").text.contains("llvmpipe")) == true
  }()
  private static let need: Comment = "needs a Vulkan driver that computes on the CPU (mesa-vulkan-drivers)"

  @Test(.enabled(if: isThere, need)) func aDiscreteGPUIsTakenAutomaticallyAndSaysSo() throws {
    // Of a video that is not there: a window takes such a GPU, which is none, longer than it may.
    let run = try program(["FAULTY_TYPE": "3"])(
      "label", "/none.mp4", "--model", "camera-motion", "--windows", "20", "--device", "auto")
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("r2p1d-video: computing on llvmpipe"))
  }

  @Test(.enabled(if: isThere, need)) func aGPUThatComputesWronglyIsRefusedAndListedAsSuch() throws {
    let faults = ["FAULTY_TYPE": "3", "FAULTY_DROPS": "1"]
    let list = try program(faults)("devices")
    #expect(list.status == 0 && list.text.contains("f32: self-test failed: its self-test is off by"))
    let label = ["label", Checkout.clip, "--model", "camera-motion", "--windows", "20", "--device"]
    let refused = try program(faults)(label + ["gpu"])
    #expect(refused.status == 2 && refused.text.isEmpty)
    #expect(refused.errors.contains(": its self-test is off by"))
    let automatic = try program(faults)(label + ["auto"])
    #expect(
      automatic.status == 0 && automatic.errors.hasPrefix("r2p1d-video: computing on the CPU: llvmpipe"))
  }

  @Test(.enabled(if: isThere, need)) func aGPUThatIsLostEndsTheRunOfManyVideos() throws {
    let run = try program(["FAULTY_LOST_AT": "1"])(
      "label", Checkout.clip, Checkout.otherClip, "--model", "camera-motion", "--device", "gpu:0")
    #expect(run.status == 2)
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(run.errors.contains("the GPU stopped working"))
  }

  /// How often `what` happened, as the driver has counted it.
  private func count(_ what: Character, in file: String) throws -> Int {
    try text(file).count { $0 == what }
  }

  private func text(_ file: String) throws -> String {
    String(decoding: try folder.read(file), as: UTF8.self)
  }

  /// Nine clips, of three videos in turn.
  private func clips() throws -> [String] {
    try (0..<9).map { number in
      let clip = folder.path("clip-\(number).mp4")
      let video = Checkout.path("SampleVideos/\(["pan_left", "zoom_in", "tilt_up"][number % 3]).mp4")
      try FileManager.default.copyItem(atPath: video, toPath: clip)
      return clip
    }
  }

  /// One window of each file, on this driver with `faults`.
  private func scan(
    _ files: [String], _ output: String, _ faults: [String: String] = [:]
  ) throws -> Program.Run {
    try program(faults.merging(["FAULTY_COUNT": folder.path("\(output).count")]) { $1 })(
      ["scan"] + files + [
        "--model", "camera-motion", "--windows", "1", "--device", "gpu:0", "--output", folder.path(output),
        "--quiet",
      ])
  }

  private static func lines(_ text: String) -> [Substring] { text.split(whereSeparator: \.isNewline) }

  @Test(.enabled(if: isThere, need))
  func windowsOfManyFilesShareBatchesEachFileHasItsRowAndALostGPULeavesThoseThatAreWritten() throws {
    let clips = try clips()
    #expect(try scan(clips, "together.csv").status == 0)
    let together = try text("together.csv")
    let alone = try (0..<3).map { number in
      #expect(try scan([clips[number]], "\(number).csv").status == 0)
      return Self.lines(try text("\(number).csv"))[1]
    }
    for (number, row) in Self.lines(together).dropFirst().enumerated() {
      #expect(row == alone[number % 3].replacing("clip-\(number % 3)", with: "clip-\(number)"), "\(number)")
    }
    // What loads the model and tests the device comes to every scan; each of one file adds one batch to it.
    let others = try count("b", in: "0.csv.count") - 1
    let batches = try count("b", in: "together.csv.count") - others
    #expect((3...6).contains(batches), "\(batches) batches of 9 windows")

    // With the third batch, before which the first has ended.
    let lost = try scan(clips, "table.csv", ["FAULTY_LOST_BATCH": "\(others + 3)"])
    #expect(lost.status == 2)
    #expect(lost.errors.contains("the GPU stopped working (vkQueueSubmit: VkResult -4); leave --device away"))
    #expect(Self.lines(lost.errors).count == 1)
    let kept = try text("table.csv")
    #expect(together.hasPrefix(kept) && (2...9).contains(Self.lines(kept).count))
    #expect(try scan(clips, "table.csv").status == 0)
    #expect(try text("table.csv") == together)
  }

  @Test(.enabled(if: isThere, need)) func resultsOfAnotherDeviceDoNotBelongIntoATable() throws {
    let scan = [
      "scan", Checkout.clip, "--model", "camera-motion", "--windows", "2", "--quiet", "--output",
      folder.path("table.csv"),
    ]
    #expect(try Program()(scan).status == 0)
    let other = try Program()(scan + ["--device", "gpu:0"])
    #expect(other.status == 2 && other.errors.contains("device not set there, llvmpipe"))
  }
}
