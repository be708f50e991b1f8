import CFFmpeg
import Synchronization

/// What of FFmpeg there is one of in a process. Nothing here is touched until the process's owner asks for
/// it.
package enum FFmpegGlobals {
  private static let owned = Atomic<Bool>(false)
  private static let limit = Atomic<Int>(Int(Int32.max))

  /// For a program, or a process of its own, whose FFmpeg nobody else uses: from now on FFmpeg's log comes
  /// here instead of going to standard error, and each input's `maxBlockBytes` is a limit on the blocks that
  /// FFmpeg asks for, in the whole process.
  ///
  /// Without it a host's log callback and `av_max_alloc` stay as they are, and three things are lost. Errors
  /// that a decoder conceals are only those that its frames' own flags admit, which with frame threads may
  /// differ from run to run, so that a damaged file may be sought in. A server whose certificate is refused
  /// is `unreadable`, not `untrustedServer`. And a hostile file may make FFmpeg ask for as much at once as
  /// the host allows, 2 GiB by default.
  package static func own() {
    guard owned.exchange(true, ordering: .relaxed) == false else { return }
    ConcealmentCounter.install()
  }

  static var isOwned: Bool { owned.load(ordering: .relaxed) }

  /// In force if the process is owned.
  static func limitBlocks(to bytes: Int) {
    guard isOwned else { return }
    limit.store(bytes, ordering: .relaxed)
    av_max_alloc(bytes)
  }

  /// Bytes that FFmpeg may ask for at once.
  static var blockLimit: Int { limit.load(ordering: .relaxed) }
}
