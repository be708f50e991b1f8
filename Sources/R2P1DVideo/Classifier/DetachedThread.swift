import Glibc

/// A thread that nobody waits for.
package enum DetachedThread {
  /// What it runs, as C carries it.
  private final class Body {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` beside its caller; at once in the caller's place if the system starts no more threads.
  package static func start(_ body: @escaping @Sendable () -> Void) {
    do { try run(body) } catch { body() }
  }

  /// Runs `body` beside its caller, or throws if the system starts no more threads.
  static func run(_ body: @escaping @Sendable () -> Void) throws(ThreadLimit) {
    var thread = pthread_t()
    let carried = Unmanaged.passRetained(Body(body))
    let code = pthread_create(
      &thread, nil,
      { pointer in
        Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue().run()
        return nil
      }, carried.toOpaque())
    guard code == 0 else {
      carried.release()
      throw ThreadLimit()
    }
    pthread_detach(thread)
  }

  /// Sleeps for so many seconds, though signals come.
  package static func sleep(seconds: Double) {
    var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
    var left = timespec()
    while nanosleep(&rest, &left) != 0, errno == EINTR { rest = left }
  }
}

/// The system starts no more threads.
struct ThreadLimit: Error, CustomStringConvertible {
  let description = "the system starts no more threads: raise its limit (ulimit -u), or run fewer at once"
}
