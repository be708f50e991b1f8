import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

/// What happens when a mapped file, as a checkpoint is, becomes shorter while it is read: the system then
/// raises SIGBUS in the thread that touches the missing pages.
///
/// The process ends with one line and without a half file. In the handler nothing may be allocated or locked,
/// so the names of the files to remove lie ready, each behind a zero, the list behind two.
enum MappedFileFaultHandler {
  /// The list's address.
  private static let drafts = Atomic<UInt>(0)
  /// All lists there have been: the handler may be at any of them, so that none is freed. There are few.
  private static let lists = Mutex<[UInt]>([])
  private static let message = Array(
    "r2p1d-video: the model's file was cut short by another program while it was read: try again\n".utf8)
  nonisolated(unsafe) private static let words = UnsafeMutableBufferPointer<UInt8>.allocate(
    capacity: message.count)

  static func install() {
    _ = words.initialize(from: message)
    note([])
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = { _, information, _ in
      // Anything but a page that is gone is a fault of the program itself.
      guard information?.pointee.si_code == Int32(BUS_ADRERR) else {
        signal(SIGBUS, SIG_DFL)
        return
      }
      MappedFileFaultHandler.removeDrafts()
      _ = write(STDERR_FILENO, MappedFileFaultHandler.words.baseAddress, MappedFileFaultHandler.words.count)
      _exit(ExitStatus.setup.rawValue)
    }
    action.sa_flags = SA_SIGINFO
    sigaction(SIGBUS, &action, nil)
  }

  /// Keeps the names of files that are to be removed.
  static func note(_ paths: Set<BytePath>) {
    let bytes: [UInt8] = paths.flatMap { path -> [UInt8] in path.bytes + [0] } + [0]
    let list = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { list[index] = CChar(bitPattern: byte) }
    lists.withLock { $0.append(UInt(bitPattern: list)) }
    drafts.store(UInt(bitPattern: list), ordering: .releasing)
  }

  /// Removes them; safe in a handler of any signal.
  static func removeDrafts() {
    guard var path = UnsafeMutablePointer<CChar>(bitPattern: drafts.load(ordering: .acquiring)) else {
      return
    }
    while path.pointee != 0 {
      unlink(path)
      path += strlen(path) + 1
    }
  }
}
