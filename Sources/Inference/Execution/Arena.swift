#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Zeroed float memory straight from the kernel, given back when the owner goes; its pages count only once
/// they are touched.
final class Arena: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let count: Int
  private let bytes: Int

  /// - Parameter isReused: memory that every step comes back to is worth huge pages, which save 3 % of a
  ///   forward; for weights, read once a forward, finding them takes longer at the start than packing does.
  init(floats: Int, isReused: Bool = false) throws(ModelError) {
    count = floats
    let (size, overflow) = max(floats, 1).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow else { throw .outOfMemory(bytes: .max) }
    bytes = size
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw .outOfMemory(bytes: bytes) }
    #if os(Linux)
      if isReused { madvise(memory, bytes, MADV_HUGEPAGE) }
    #endif
    base = memory.bindMemory(to: Float.self, capacity: max(floats, 1))
  }

  deinit { munmap(base, bytes) }
}
