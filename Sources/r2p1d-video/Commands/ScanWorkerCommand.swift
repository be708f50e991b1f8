import ArchiveScan
import ArgumentParser
import FoundationEssentials
import Glibc
import R2P1DVideo

/// What `scan` starts this program as; standard input is a socket to it.
struct ScanWorkerCommand: ParsableCommand {
  static let name = "scan-worker"
  static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

  func run() { Self.serve() }

  static func serve() -> Never {
    do {
      try WorkerMain.run()
      Glibc.exit(0)
    } catch {
      Terminal.warn("\(name) is for the program's own use")
      ExitStatus.usage.exit()
    }
  }
}
