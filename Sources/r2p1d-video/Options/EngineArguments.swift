import ArgumentParser
import FoundationEssentials
import R2P1DVideo

/// How the network computes, and whether its checkpoint may be downloaded.
struct EngineArguments: ParsableArguments {
  @OptionGroup var computing: ComputingArguments

  @Flag(help: "Never download a model, as with R2P1D_OFFLINE=1.")
  var offline = false

  var isOffline: Bool { Self.isOffline(asked: offline) }

  static func isOffline(asked: Bool) -> Bool {
    asked || !["", "0"].contains(ProcessInfo.processInfo.environment["R2P1D_OFFLINE"] ?? "")
  }
}
