import R2P1DVideo

extension ClassifierError {
  /// The cause, and the way out in this program's options and commands: all that its users read of an error.
  var explanation: String {
    if case .tensors(_, let problems) = self, problems.count > 1 {
      return "\(details[0]) (and \(problems.count - 1) more: `models info` lists all)"
    }
    return cause + (remedy?.wayOut ?? "")
  }
}

extension ClassifierError {
  /// The same for commands that read files alone.
  var explanationWithoutAddresses: String {
    remedy == .allowNetwork ? "\(cause); scan reads files alone, label reads addresses" : explanation
  }
}

extension FailureRemedy {
  /// What goes behind the cause.
  fileprivate var wayOut: String {
    switch self {
    case .allowNetwork: "; to read an address over the network, give --allow-network"
    case .trustServer: "; if you trust it, name a file of certificates with --ca-file"
    case .otherCertificates: "; --ca-file names another file"
    case .otherTrack: "; --track takes another"
    case .raise(.pixels): " (--max-pixels)"
    case .raise(.streams): " (--max-streams)"
    case .raise(.frames): " (--max-pictures)"
    case .raise(.samples): ": damaged times, or raise --max-samples"
    case .raise(.memory): " (--max-memory)"
    case .raise(.windows), .raise(.checkpoint): ""
    case .fewerWindows: ": show a part with --start and --end, or give fewer --windows or a larger --stride"
    case .fewerSegments: ": a longer --min-length joins them"
    case .otherTimecode: ": give another --start-timecode, or a part with --start and --end"
    case .wait: " (--timeout)"
    case .later: ": wait for its end"
    case .giveHash: ": say what is expected, with --sha256"
    case .download(let checkpoint): "; get it with: \(Self.commands(for: checkpoint))"
    case .downloadAgain(let checkpoint): "; try again with: \(Self.commands(for: checkpoint))"
    case .resume: ": run it again to resume"
    case .reencode: "; --exact encodes its frames again"
    case .overwrite: ": move it, or give --overwrite"
    case .installGPUDriver:
      "; install the GPU's Vulkan driver (Mesa's, or the Vulkan part of NVIDIA's; docs/gpu.md for "
        + "containers), or leave --device away"
    case .correctVariable: "; correct that variable, or unset it"
    case .computeOnCPU: "; leave --device away, or give one that `r2p1d-video devices` lists, as gpu:0"
    case .exactPrecision: ": give --precision f32"
    case .otherCache: ": give another --cache, or remove it"
    case .otherOutput(let alternative): ": \(Self.other("--output", alternative))"
    case .otherJournal(let alternative): ": \(Self.other("--journal", alternative))"
    }
  }

  /// What fetches a checkpoint later, or from a machine with a network.
  private static func commands(for checkpoint: RemoteCheckpoint) -> String {
    "r2p1d-video models pull \(checkpoint.name),"
      + " or by hand: curl -L --create-dirs -o '\(checkpoint.file.printable)' \(checkpoint.address)"
  }

  private static func other(_ option: String, _ alternative: Alternative?) -> String {
    switch alternative {
    case nil: "use another \(option)"
    case .remove: "use another \(option), or remove it"
    case .restore: "restore it, or use another \(option)"
    case .wait: "wait for its end, or use another \(option)"
    case .sameSettings: "use the same ones, or another \(option)"
    }
  }
}
