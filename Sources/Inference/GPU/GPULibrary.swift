import CVulkan
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Vulkan, loaded, and the devices that it knows. What was loaded once stays.
package final class GPULibrary: @unchecked Sendable {  // C only reads what it points to
  let handle: OpaquePointer
  package let devices: [GPUFacts]

  private init(handle: OpaquePointer) {
    self.handle = handle
    devices = (0..<Int(r2_gpu_library_count(handle))).map { number in
      GPUFacts(number: number, r2_gpu_library_facts(handle, Int32(number)).pointee)
    }
  }

  private static let loaded = Mutex<[String: GPULibrary]>([:])

  /// The library that `$R2P1D_VULKAN` names, and no other; where it is not set the system's.
  package static func load() throws(ModelError) -> GPULibrary {
    let path = getenv("R2P1D_VULKAN").map { String(cString: $0) } ?? ""
    // A closure's own typed error does not pass through `withLock`.
    let result = loaded.withLock { loaded -> Result<GPULibrary, ModelError> in
      if let library = loaded[path] { return .success(library) }
      return Result { () throws(ModelError) in
        let library = try load(path)
        loaded[path] = library
        return library
      }
    }
    return try result.get()
  }

  private static func load(_ path: String) throws(ModelError) -> GPULibrary {
    do {
      return GPULibrary(
        handle: try withGPUError { r2_gpu_library_load(path.isEmpty ? nil : path, $0) })
    } catch {
      guard case .gpu(let failure) = error, !path.isEmpty else { throw error }
      throw .gpu(GPUFailure(.variable, "R2P1D_VULKAN=\(path): \(failure.text)"))
    }
  }

  /// Of a library that is loaded, by its vkGetInstanceProcAddr.
  convenience init(_ function: r2_gpu_get_function) throws(ModelError) {
    self.init(handle: try withGPUError { r2_gpu_library_of(function, $0) })
  }

  /// The SHA-256s of the shaders and their sources, a line each.
  package static var shaderManifest: [UInt8] {
    var length = 0
    let text = r2_gpu_manifest(&length)
    return Array(UnsafeRawBufferPointer(start: text, count: length))
  }
}
