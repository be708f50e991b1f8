import CVulkan

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Vulkan, loaded, and the devices that it knows.
package final class GPULibrary: @unchecked Sendable {  // C only reads what it points to
  let handle: OpaquePointer
  package let devices: [GPUFacts]

  private init(handle: OpaquePointer) {
    self.handle = handle
    devices = (0..<Int(r2_gpu_library_count(handle))).map { number in
      GPUFacts(number: number, r2_gpu_library_facts(handle, Int32(number)).pointee)
    }
  }

  /// The library that `$R2P1D_VULKAN` names, and no other; where it is not set the system's.
  package convenience init() throws(ModelError) {
    let path = getenv("R2P1D_VULKAN").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    do {
      self.init(handle: try withGPUError { r2_gpu_library_load(path, $0) })
    } catch {
      guard case .gpu(let failure) = error, let path else { throw error }
      throw .gpu(GPUFailure(failure.kind, "R2P1D_VULKAN=\(path): \(failure.text)"))
    }
  }

  /// Of a library that is loaded, by its vkGetInstanceProcAddr.
  convenience init(_ function: r2_gpu_get_function) throws(ModelError) {
    self.init(handle: try withGPUError { r2_gpu_library_of(function, $0) })
  }

  deinit { r2_gpu_library_close(handle) }

  /// The SHA-256s of the shaders and their sources, a line each.
  package static var shaderManifest: [UInt8] {
    var length = 0
    let text = r2_gpu_manifest(&length)
    return Array(UnsafeRawBufferPointer(start: text, count: length))
  }
}
