import CKernels

/// The kernels' threads, the caller's among them; they sleep between loops and end with their owner. Used by
/// one thread at a time.
package final class ThreadPool {
  package let count: Int
  /// As C takes it.
  package let handle: OpaquePointer

  package init(threads: Int) throws(ModelError) {
    guard let handle = r2_team_create(Int32(threads)) else { throw .outOfMemory(bytes: threads << 20) }
    (count, self.handle) = (threads, handle)
  }

  deinit { r2_team_destroy(handle) }

  /// Runs `body(item, thread)` for every item; true if all returned true. `body` must be safe to run on
  /// several threads at once.
  @discardableResult
  func run(_ items: Int, _ body: (Int, Int) -> Bool) -> Bool {
    withoutActuallyEscaping(body) { body in
      let results = UnsafeMutablePointer<Bool>.allocate(capacity: max(items, 1))
      results.initialize(repeating: true, count: max(items, 1))
      defer { results.deallocate() }
      var call = Call(body: body, results: results)
      withUnsafeMutablePointer(to: &call) { context in
        r2_team_run(
          handle, Int32(items),
          { context, item, thread in
            guard let call = context?.assumingMemoryBound(to: Call.self).pointee else { return }
            call.results[Int(item)] = call.body(Int(item), Int(thread))
          }, context)
      }
      return (0..<items).allSatisfy { results[$0] }
    }
  }

  private struct Call {
    let body: (Int, Int) -> Bool
    let results: UnsafeMutablePointer<Bool>
  }
}
