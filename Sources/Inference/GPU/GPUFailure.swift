import CVulkan

/// Why a GPU cannot be used, or no longer.
package struct GPUFailure: Error, Sendable, Equatable {
  package enum Kind: Sendable {
    /// There is no driver, or no device behind it.
    case absent
    /// There are devices, but none that was asked for.
    case noMatch
    /// The device lacks what the network needs, or computes wrongly.
    case unusable
    /// The network, or a window of so many samples, is too large for the device's limits.
    case limit
    case outOfMemory
    /// It stopped working, or did not answer in time.
    case lost
    /// A value is larger than float16 holds.
    case overflow
    /// A variable of the environment names what is not there, or what does not suit the device.
    case variable
    case other
  }

  package let kind: Kind
  /// One line, without the device's name.
  package let text: String

  package init(_ kind: Kind, _ text: String) {
    (self.kind, self.text) = (kind, text)
  }

  package static let overflow = GPUFailure(.overflow, "a value is larger than float16 holds")

  init(_ error: r2_gpu_error) {
    let text = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    self.init(Kind(error.status), text)
  }
}

extension GPUFailure.Kind {
  fileprivate init(_ status: r2_gpu_status) {
    self =
      switch status {
      case R2_GPU_NO_DRIVER: .absent
      case R2_GPU_UNUSABLE: .unusable
      case R2_GPU_LIMIT: .limit
      case R2_GPU_OUT_OF_MEMORY: .outOfMemory
      case R2_GPU_LOST, R2_GPU_TIMEOUT: .lost
      default: .other
      }
  }
}

/// What `body` gives; where it gives nil or fails, the error that it filled.
func withGPUError<Value>(
  _ body: (UnsafeMutablePointer<r2_gpu_error>) -> Value?
) throws(ModelError) -> Value {
  var error = r2_gpu_error()
  guard let value = body(&error) else { throw .gpu(GPUFailure(error)) }
  return value
}

/// Runs `body`; the error that it filled is thrown where its status says so.
func checkingGPU(_ body: (UnsafeMutablePointer<r2_gpu_error>) -> r2_gpu_status) throws(ModelError) {
  try withGPUError { body($0) == R2_GPU_OK ? () : nil }
}
