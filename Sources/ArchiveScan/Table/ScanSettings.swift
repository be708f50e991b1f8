import FoundationEssentials
import Glibc
import R2P1DVideo
import Reports

/// How a scan's rows are written.
package enum ScanFormat: String, Sendable, CaseIterable {
  case csv, jsonl

  var report: LabelFormat {
    switch self {
    case .csv: .csv
    case .jsonl: .jsonl
    }
  }

  /// Whether a row has a place for each window's logits.
  package var holdsLogits: Bool { report.isJSON }
}

/// All that has a say in a row besides the file: rows made with other settings do not belong into the same
/// output.
package struct ScanSettings: Sendable, Equatable {
  /// In a fixed order; names and values without line breaks or tabs.
  package let facts: [Fact]

  package struct Fact: Sendable, Equatable {
    package let name: String
    package let value: String
  }

  package init(facts: [Fact]) {
    self.facts = facts
  }

  /// The settings of what `classifier` says, written as `format` and in `sidecars`. Reads the whole
  /// checkpoint for its hash.
  package init(_ classifier: Classifier, _ format: ScanFormat, _ sidecars: Sidecars = Sidecars()) {
    let sampling = classifier.sampling
    let (placement, count) =
      switch sampling.placement {
      case .even(let windows): ("windows", windows)
      case .stride(let samples): ("stride", samples)
      }
    // Named only where one was asked for: tables that older versions made are resumed.
    let track = sampling.track.map { [Fact(name: "track", value: "\($0)")] } ?? []
    // Only where there is a choice.
    let weights =
      classifier.network.chosenWeights.map { [Fact(name: "weights", value: BytePath($0).printable)] } ?? []
    // Only where it is not the CPU: results of another device are close, not the same.
    let gpu =
      classifier.options.gpu.map { [Fact(name: "device", value: BytePath($0.facts.name).printable)] } ?? []
    let facts = [
      Fact(name: "model", value: classifier.model.name),
      Fact(name: "model-sha-256", value: classifier.network.hash.digits ?? classifier.model.name),
      Fact(name: "labels-sha-256", value: classifier.labels.sha256),
      Fact(name: "frames", value: "\(sampling.frames)"),
      Fact(name: "fps", value: sampling.rate.description),
      Fact(name: "sampling", value: "\(placement) \(count)"),
      Fact(name: "resize", value: sampling.resize.rawValue),
      Fact(name: "merge", value: sampling.merge.rawValue),
      Fact(name: "start", value: sampling.start?.description ?? "whole file"),
      Fact(name: "end", value: sampling.end?.description ?? "whole file"),
      Fact(name: "precision", value: classifier.precision.rawValue),
      Fact(name: "top", value: "\(classifier.options.top)"),
      Fact(name: "logits", value: "\(classifier.options.keepsLogits)"),
      Fact(name: "format", value: format.rawValue),
    ]
    self.init(facts: facts + track + weights + gpu + Self.selection(of: classifier) + sidecars.facts)
  }

  /// Which labels are reported, where not all are.
  private static func selection(of classifier: Classifier) -> [Fact] {
    var facts: [Fact] = []
    if let selected = classifier.selectedLabels {
      let names = selected.names.map { BytePath($0).printable }.joined(separator: ", ")
      let value = names.count <= 200 ? names : "\(selected.names.count) labels, SHA-256 \(selected.sha256)"
      facts.append(Fact(name: "only", value: value))
    }
    if classifier.options.minimumScore > 0 {
      facts.append(Fact(name: "min-score", value: "\(classifier.options.minimumScore)"))
    }
    return facts
  }

  /// The first setting in which `other` differs, as words: `--windows 5, now 3`.
  package func difference(to other: ScanSettings) -> String? {
    let names = facts.map(\.name) + other.facts.map(\.name)
    return names.first { value($0) != other.value($0) }.map { name in
      "\(name) \(value(name) ?? "not set") there, \(other.value(name) ?? "not set") here"
    }
  }

  /// A SHA-256 of all of them and this program's version: what was made with the same is comparable.
  package var fingerprint: String {
    let lines = ["r2p1d-video \(LibraryVersions.tool)"] + facts.map { "\($0.name)=\($0.value)" }
    return SHA256.digits(of: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  private func value(_ name: String) -> String? {
    facts.first { $0.name == name }?.value
  }
}
