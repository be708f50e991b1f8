import CKernels

/// The kernels' threads, called from Swift.
enum Team {
  /// Runs `body(item, thread)` for every item; true if all returned true. `body` must be safe to run on several threads at once.
  static func run(_ team: OpaquePointer, _ items: Int, _ body: (Int, Int) -> Bool) -> Bool {
    withoutActuallyEscaping(body) { body in
      let results = UnsafeMutablePointer<Bool>.allocate(capacity: max(items, 1))
      results.initialize(repeating: true, count: max(items, 1))
      defer { results.deallocate() }
      var call = Call(body: body, results: results)
      withUnsafeMutablePointer(to: &call) { context in
        r2_team_run(
          team, Int32(items),
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
