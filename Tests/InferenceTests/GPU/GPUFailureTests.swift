import CVulkan
import FaultyDriver
import TestSupport
import Testing

@testable import Inference

/// A GPU that lacks something or fails, as a driver does that stands before a real one.
@Suite(.enabled(if: SoftwareGPU.isAvailable, SoftwareGPU.need), .slow, .serialized)
struct GPUFailureTests {
  private static func library(_ change: (inout faulty_settings) -> Void) throws -> GPULibrary {
    var settings = faulty_settings()
    change(&settings)
    faulty_set(settings)
    return try GPULibrary(faulty_get_function)
  }

  private static func device(
    _ path: GPUPath = .f32, _ change: (inout faulty_settings) -> Void
  ) throws -> GPUDevice {
    let library = try library(change)
    return try GPUDevice(library, library.devices[0], path)
  }

  private static let frames = 3
  private static func model() throws -> Model { Model(random: try GPUInput.narrow("r3d_18"), seed: 2) }

  private static func executor(_ device: GPUDevice, windows: Int = 1) throws -> GPUExecutor {
    let model = try model()
    let plan = try GPUPlan(model.network, frames: frames, channelStep: device.path.channelStep)
    let weights = try GPUWeights(model, plan, device)
    return try GPUExecutor(weights, windows: windows)
  }

  private static func windows(_ count: Int) throws -> [[Sample]] {
    try (0..<count).map { try GPUInput.window(frames, side: 28, seed: UInt64($0)) }
  }

  /// The GPU's failure that `body` ends with.
  private static func failure(_ body: () throws -> some Any) -> GPUFailure? {
    do {
      _ = try body()
      return nil
    } catch {
      if case .gpu(let failure)? = error as? ModelError { return failure }
      Issue.record(error)
      return nil
    }
  }

  struct Lack: CustomTestStringConvertible, Sendable {
    let change: @Sendable (inout faulty_settings) -> Void
    let problem: String
    var testDescription: String { problem }
  }

  private static let lacks = [
    Lack(change: { $0.lanes = 127 }, problem: "its workgroups are too small"),
    Lack(change: { $0.storage_buffers = 4 }, problem: "it binds too few storage buffers"),
    Lack(change: { $0.shared_bytes = 4096 }, problem: "its shared memory is too small"),
    Lack(change: { $0.push_bytes = 64 }, problem: "it takes too few push constants"),
    Lack(change: { $0.version = 1 << 22 }, problem: "its driver knows Vulkan 1.0 alone, 1.1 is needed"),
  ]

  @Test("A device that lacks what the shaders need is listed with the reason, and refused", arguments: lacks)
  func limits(lack: Lack) throws {
    let library = try Self.library(lack.change)
    #expect(library.devices.map(\.problem) == [lack.problem])
    let failure = Self.failure { try GPUDevice(library, library.devices[0], .f32) }
    #expect(failure == GPUFailure(.unusable, lack.problem))
  }

  @Test("A device with small workgroups computes with smaller tiles, and the same")
  func smallWorkgroups() throws {
    let windows = try Self.windows(1)
    let whole = try Self.executor(Self.device { _ in }).run(windows)[0].logits
    let device = try Self.device { $0.lanes = 128 }
    #expect(device.tiles.allSatisfy { $0.rows == 32 })
    #expect(try Self.executor(device).run(windows)[0].logits == whole)
  }

  @Test("Where there is no device, that is the reason")
  func noDevice() {
    let failure = Self.failure { try Self.library { $0.lacks_devices = 1 } }
    #expect(failure == GPUFailure(.absent, "Vulkan knows no device"))
  }

  @Test("A device without float16 computes in float32 alone")
  func noHalf() throws {
    let failure = Self.failure { try Self.device(.f16) { $0.lacks_f16 = 1 } }
    #expect(failure == GPUFailure(.unusable, "its shaders cannot read and write float16"))
    #expect(try Self.device { $0.lacks_f16 = 1 }.test() < 1e-4)
  }

  @Test(
    "A GPU is taken unasked, a driver that computes on the CPU is not",
    arguments: zip(0...4, [false, true, true, true, false]))
  func kinds(type: Int, isTaken: Bool) throws {
    let devices = try Self.library { $0.type = UInt32(type) + 1 }.devices
    #expect((try? devices.first(.best)) == (isTaken ? devices[0] : nil))
    #expect((try? devices.first(.discrete)) == (type == 2 ? devices[0] : nil))
    #expect(try devices.first(.named("0")) == devices[0])
    #expect(try devices.first(.named("llvmPIPE")) == devices[0])
    #expect(try devices.first(.named(devices[0].uuid)) == devices[0])
    for name in ["1", "-1", "another"] {
      #expect(Self.failure { try devices.first(.named(name)) }?.kind == .noMatch)
    }
  }

  @Test(
    "Windows that a binding does not hold together are computed in turns, one that it does not is refused"
  )
  func binding() throws {
    let model = try Self.model()
    let plan = try GPUPlan(model.network, frames: Self.frames)
    let window = try #require(plan.slotCounts.max()) * 4
    let windows = try Self.windows(5)
    let whole = try Self.executor(Self.device { _ in }, windows: 5).run(windows).map(\.logits)
    let two = try Self.executor(Self.device { $0.binding_bytes = UInt32(2 * window + 100) }, windows: 5)
    #expect(two.windows == 2)
    #expect(try two.run(windows).map(\.logits) == whole)
    let failure = Self.failure {
      try Self.executor(Self.device { $0.binding_bytes = UInt32(window - 1) })
    }
    #expect(failure?.kind == .limit)
    #expect(failure?.text.contains("a window of 3 samples does not fit the \(window - 1) bytes") == true)
  }

  @Test("Where memory is short the batch is halved, down to one window, and then it is an error")
  func memory() throws {
    let windows = try Self.windows(8)
    let device = try Self.device { _ in }
    let expected = try Self.executor(device, windows: 8).run(windows).map(\.logits)
    let weights = try GPUWeights(Self.model(), GPUPlan(Self.model().network, frames: Self.frames), device)
    // With what carries the weights there: more than eight windows take, less than a thousand do.
    let enough = UInt64(weights.byteCount + (5 << 20))
    let small = try Self.executor(Self.device { $0.memory = enough }, windows: 1024)
    #expect((8..<1024).contains(small.windows) && 1024 % small.windows == 0, "\(small.windows)")
    #expect(try small.run(windows).map(\.logits) == expected)
    let failure = Self.failure {
      try Self.executor(Self.device { $0.memory = enough - (4 << 20) }, windows: 8)
    }
    #expect(failure?.kind == .outOfMemory)
    #expect(failure?.text.contains("not enough memory of the GPU's (vkAllocateMemory") == true)
    faulty_set(faulty_settings())
  }

  @Test("A GPU that is lost, or answers too late, fails at once and for good", arguments: [true, false])
  func lost(isLost: Bool) throws {
    let device = try Self.device { _ in }
    let executor = try Self.executor(device)
    let windows = try Self.windows(1)
    _ = try executor.run(windows)
    var settings = faulty_settings()
    if isLost { settings.lost_at = 1 } else { settings.late_at = 1 }
    faulty_set(settings)
    let failure = Self.failure { try executor.run(windows) }
    #expect(failure?.kind == .lost)
    #expect(
      failure?.text
        == (isLost
          ? "the GPU stopped working (vkQueueSubmit: VkResult -4)"
          : "it did not answer in time (vkWaitForFences: VkResult 2)"))
    faulty_set(faulty_settings())
    #expect(Self.failure { try executor.run(windows) }?.text == "the GPU stopped working")
  }

  @Test("A GPU that computes wrongly does not pass its self-test")
  func wrong() throws {
    let failure = Self.failure { try Self.device { $0.drops_dispatches = 1 }.test() }
    #expect(failure?.kind == .unusable)
    #expect(failure?.text.hasPrefix("its self-test is off by ") == true)
  }

  @Test(
    "Values that float16 does not hold are an error of their window, never a wrong label",
    arguments: SoftwareGPU.paths.filter(\.isHalf))
  func overflow(path: GPUPath) throws {
    let values = SampleValues(mean: [0, 0, 0], deviation: [1e-6, 1e-6, 1e-6])
    let window = try (0..<Self.frames).map { _ in
      let sample = try Sample(values, side: 28)
      for i in 0..<(3 * 28 * 28) { sample.bytes[i] = UInt8(i % 256) }
      return sample
    }
    let executor = try Self.executor(SoftwareGPU.device(path), windows: 3)
    #expect(Self.failure { try executor.run([window]) } == .overflow)
    let exact = try Self.executor(SoftwareGPU.device(.f32)).run([window])
    #expect(exact[0].logits.allSatisfy { $0.isFinite })
    // and the others of its batch, and the next ones, are none the worse
    let plain = try Self.windows(2)
    let expected = try executor.run(plain).map(\.logits)
    try executor.start([plain[0], window, plain[1]])
    let found = try executor.finish()
    #expect(found.map(\.overflows) == [false, true, false])
    #expect([found[0].logits, found[2].logits] == expected)
  }
}
