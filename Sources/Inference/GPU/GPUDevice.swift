import CVulkan

/// An open GPU, which computes in one precision. Used by any threads; each has a ``GPUStream`` of its own.
package final class GPUDevice: @unchecked Sendable {  // C guards what its threads share
  package let facts: GPUFacts
  package let path: GPUPath
  let handle: OpaquePointer
  /// What convolutions may be cut into, the largest first.
  let tiles: [GPUTile]
  private let library: GPULibrary

  /// - Parameters:
  ///   - tiles: nil for those that suit the device.
  ///   - secondsToWait: for a submit; nil for 30, or ten minutes of a driver that shares the CPU with others.
  init(
    _ library: GPULibrary, _ facts: GPUFacts, _ path: GPUPath, tiles: [GPUTile]? = nil,
    secondsToWait: Double? = nil
  ) throws(ModelError) {
    self.library = library
    self.facts = facts
    self.path = path
    self.tiles = tiles ?? GPUTile.all(path, facts)
    let seconds = secondsToWait ?? (facts.kind == .software ? 600 : 30)
    let options = r2_gpu_options(path: path.code, timeout: UInt64(seconds * 1e9))
    handle = try withGPUError { r2_gpu_open(library.handle, Int32(facts.number), options, $0) }
  }

  deinit { r2_gpu_close(handle) }

  /// Whether weights and activations are float16.
  package var isHalf: Bool { path.isHalf }

  /// Of a weight or a value of an activation.
  var elementBytes: Int { isHalf ? 2 : 4 }

  /// Multiply-adds of a submit, some tenths of a second at most: a GPU that also draws the screen must not be
  /// kept from it, and systems stop what takes too long.
  var submitWork: Double {
    switch facts.kind {
    case .discrete, .virtual: 50e9
    case .integrated: 10e9
    case .software, .other: 0.1e9
    }
  }
}

/// Memory of a device.
final class GPUBuffer: @unchecked Sendable {  // what of it the host writes is its stream's
  let handle: OpaquePointer
  let bytes: Int
  private let device: GPUDevice

  init(_ device: GPUDevice, bytes: Int, _ use: r2_gpu_use = R2_GPU_PRIVATE) throws(ModelError) {
    self.device = device
    self.bytes = bytes
    handle = try withGPUError { r2_gpu_buffer_create(device.handle, UInt64(bytes), use, $0) }
  }

  deinit { r2_gpu_buffer_destroy(device.handle, handle) }

  /// Where the host reads or writes it.
  func memory<Element>(of type: Element.Type) -> UnsafeMutablePointer<Element> {
    guard let memory = r2_gpu_buffer_memory(handle) else { preconditionFailure("the device's own memory") }
    return memory.assumingMemoryBound(to: type)
  }
}

/// One worker's way to a device. Used by one thread at a time.
final class GPUStream {
  let device: GPUDevice
  private let handle: OpaquePointer
  private var bound: [GPUBuffer] = []

  /// For at most `sets` dispatches of different bindings.
  init(_ device: GPUDevice, sets: Int) throws(ModelError) {
    self.device = device
    handle = try withGPUError { r2_gpu_stream_create(device.handle, Int32(sets), device.submitWork, $0) }
  }

  deinit { r2_gpu_stream_destroy(handle) }

  /// What a shader reads and writes, by the names that its source gives it.
  struct Bindings {
    var input: GPUBuffer?
    var weights: GPUBuffer?
    var finish: GPUBuffer?
    var residual: GPUBuffer?
    var output: GPUBuffer?
    var flags: GPUBuffer?
  }

  /// The number of a set of bindings.
  func bind(_ bindings: Bindings) throws(ModelError) -> Int32 {
    let buffers = [
      bindings.input, bindings.weights, bindings.finish, bindings.residual, bindings.output, bindings.flags,
    ]
    bound += buffers.compactMap { $0 }
    let parts = buffers.map { r2_gpu_binding(buffer: $0?.handle, offset: 0, bytes: UInt64($0?.bytes ?? 0)) }
    return try withGPUError { error in
      let set = r2_gpu_bind(handle, parts, error)
      return set < 0 ? nil : set
    }
  }

  func begin() throws(ModelError) {
    try checkingGPU { r2_gpu_begin(handle, $0) }
  }

  /// What comes reads what went before.
  func barrier() { r2_gpu_barrier(handle) }

  func dispatch(
    _ kernel: r2_gpu_kernel, _ set: Int32, _ words: [Int], groups: (x: Int, y: Int), work: Double = 0
  ) throws(ModelError) {
    var push = [UInt32](repeating: 0, count: Int(R2_GPU_PUSH_WORDS))
    for (index, word) in words.enumerated() { push[index] = UInt32(word) }
    try checkingGPU {
      r2_gpu_dispatch(handle, kernel, set, push, UInt32(groups.x), UInt32(groups.y), work, $0)
    }
  }

  func copy(_ bytes: Int, from: GPUBuffer, to: GPUBuffer, at offset: Int = 0) {
    r2_gpu_copy(handle, from.handle, 0, to.handle, UInt64(offset), UInt64(bytes))
  }

  /// Submits what was recorded.
  func submit() throws(ModelError) {
    try checkingGPU { r2_gpu_submit(handle, $0) }
  }

  /// Waits for what was submitted.
  func wait() throws(ModelError) {
    try checkingGPU { r2_gpu_wait(handle, $0) }
  }

  /// Submits what was recorded and waits for it.
  func finish() throws(ModelError) {
    try submit()
    try wait()
  }
}
