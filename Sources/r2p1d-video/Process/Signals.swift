import ArchiveScan
import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

/// What happens at Ctrl-C, at a request to end, and when nobody reads the output any more.
enum Signals {
  private static let drafts = Mutex<Set<BytePath>>([])
  private static let children = Mutex<Set<pid_t>>([])
  private static let softEnd = Mutex<(@Sendable () -> Void)?>(nil)

  /// From now on an interrupted process leaves no half file and says so by its status (130 for Ctrl-C), and
  /// one whose reader has gone ends without a word.
  static func install() {
    MappedFileFaultHandler.install()
    // A file that would be larger than `ulimit -f` allows is an error of its write, as on a full disk.
    signal(SIGXFSZ, SIG_IGN)
    // As the system would end the process, but without half files.
    for number in [SIGPIPE, SIGQUIT] where number == SIGPIPE || !isIgnored(number) {
      signal(number) { number in
        MappedFileFaultHandler.removeDrafts()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    var awaited = sigset_t()
    sigemptyset(&awaited)
    for number in [SIGINT, SIGTERM, SIGHUP] where number == SIGINT || !isIgnored(number) {
      sigaddset(&awaited, number)
    }
    // Blocked here, and so in every thread that starts later: only the one below takes them.
    pthread_sigmask(SIG_BLOCK, &awaited, nil)
    let set = awaited
    DetachedThread.start {
      var set = set
      var number: Int32 = 0
      while true {
        while sigwait(&set, &number) != 0 {}
        guard let action = softEnd.withLock({ $0.take() }) else { leave(128 + number) }
        action()
      }
    }
  }

  /// A file to remove if the process is interrupted.
  static func remove(_ path: BytePath) {
    drafts.withLock {
      $0.insert(path)
      MappedFileFaultHandler.note($0)
    }
  }

  /// The same for a file that `make` makes, so that there is no instant at which it would stay behind.
  static func remove<Failure: Error>(madeBy make: () throws(Failure) -> BytePath) throws(Failure) -> BytePath
  {
    // A closure's own typed error does not pass through `withLock`.
    let made = drafts.withLock { paths -> Result<BytePath, Failure> in
      do throws(Failure) {
        let path = try make()
        paths.insert(path)
        MappedFileFaultHandler.note(paths)
        return .success(path)
      } catch {
        return .failure(error)
      }
    }
    return try made.get()
  }

  /// That file has its final name, or is gone.
  static func keep(_ path: BytePath) {
    drafts.withLock {
      $0.remove(path)
      MappedFileFaultHandler.note($0)
    }
  }

  /// Starts a process that is ended with this one.
  static func child<Failure: Error>(startedBy start: () throws(Failure) -> pid_t) throws(Failure) -> pid_t {
    let started = children.withLock { processes -> Result<pid_t, Failure> in
      do throws(Failure) {
        let process = try start()
        processes.insert(process)
        return .success(process)
      } catch {
        return .failure(error)
      }
    }
    return try started.get()
  }

  /// That process is about to be waited for, after which its number may be another's.
  static func forget(_ process: pid_t) { children.withLock { _ = $0.remove(process) } }

  /// Lets the first signal call `action`, which sees to it that the process ends soon; the second ends it at
  /// once.
  static func endSoftly(_ action: @escaping @Sendable () -> Void) {
    softEnd.withLock { $0 = action }
  }

  /// The same by raising `stop`, behind the videos at hand, which may take a while: that is said.
  static func endSoftly(by stop: StopFlag, isQuiet: Bool) {
    endSoftly {
      stop.raise()
      if !isQuiet { Terminal.warn("ends when the videos at hand are done; once more ends it at once") }
    }
  }

  /// Ends the process once nobody reads standard output any more, also while it has nothing to write.
  static func endWithoutReader() {
    DetachedThread.start {
      var place = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
      // Nothing is asked for: that the reader has gone is always reported.
      while poll(&place, 1, -1) < 0 && errno == EINTR {}
      if Int32(place.revents) & (POLLERR | POLLHUP) != 0 { raise(SIGPIPE) }
    }
  }

  private static func leave(_ status: Int32) -> Never {
    // Held to the end, so that no file takes its final name any more.
    drafts.withLock { paths in
      children.withLock { processes in
        for process in processes { kill(process, SIGKILL) }
      }
      for path in paths { _ = path.withCString { unlink($0) } }
      if Terminal.isPresent { Terminal.write("\n") }
      _exit(status)
    }
  }

  /// As `nohup` does it with SIGHUP.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
