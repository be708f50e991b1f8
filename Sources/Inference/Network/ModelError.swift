import Checkpoints

/// Why a model cannot be used.
package enum ModelError: Error, Sendable, CustomStringConvertible {
  case notAVideoResNet(source: String, tensors: Int, example: String?, missing: [String])
  case tensors(source: String, problems: [String])
  case notFinite(source: String, tensor: String, element: Int, value: String)
  /// A variance below zero, or numbers that overflow.
  case notFoldable(source: String, tensor: String)
  case unknownNetwork(name: String, known: [String])
  case frames(Int, network: String)
  case instructionSet(String, known: [String])
  case instructionSetMissing(String)
  case outOfMemory(bytes: Int)
  /// A precision that is not computed where it is asked for.
  case precision(PrecisionPolicy, onGPU: Bool)
  case gpu(GPUFailure)

  package var description: String {
    switch self {
    case .notAVideoResNet(let source, let tensors, let example, let missing):
      let holds =
        example.map { "\(tensors == 1 ? "a tensor" : "\(tensors) tensors") such as \(quoted($0))" }
        ?? "no tensor"
      let rest =
        missing.isEmpty
        ? ", expected stem.0.weight, layer1.0 … layer4.0 and fc.weight"
        : ", but no \(missing.map(quoted).joined(separator: ", no "))"
      return
        "\(source): not a network of the R(2+1)D family: found \(holds)\(rest)\(Self.classifier(in: missing))"
    case .tensors(let source, let problems):
      let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
      return "\(source): \(problems.first ?? "")\(more)"
    case .notFinite(let source, let tensor, let element, let value):
      return
        "\(source): tensor '\(tensor)' holds \(value) at element \(element), expected finite weights; "
        + "\(Self.remedy)"
    case .notFoldable(let source, let tensor):
      return
        "\(source): tensor '\(tensor)' is not finite any more with its BatchNorm folded in; \(Self.remedy)"
    case .unknownNetwork(let name, let known):
      return "no network is called '\(name)'; there are \(known.joined(separator: ", "))"
    case .frames(let frames, let network):
      return "\(frames) frames cannot go through \(network)"
    case .instructionSet(let name, let known):
      return "R2P1D_ISA=\(name) is no instruction set; there are \(known.joined(separator: ", "))"
    case .instructionSetMissing(let name):
      return "this CPU has no \(name); leave R2P1D_ISA unset"
    case .outOfMemory(let bytes):
      return "not enough memory: the system refuses \(bytes >> 10) KiB"
    case .precision(let precision, let onGPU):
      return
        "\(precision.rawValue) is computed on \(onGPU ? "a CPU" : "a GPU") alone, "
        + "\(onGPU ? "a GPU has" : "a CPU has") "
        + PrecisionPolicy.allCases.filter { $0.runs(onGPU: onGPU) }.map(\.rawValue).joined(separator: ", ")
    case .gpu(let failure):
      return failure.text
    }
  }

  /// The way out for a network without its classifier.
  private static func classifier(in missing: [String]) -> String {
    missing.last?.hasSuffix("fc.weight") ?? false
      ? "; save the whole model, or its classifier as fc beside its stem" : ""
  }

  private static let remedy = "take an earlier checkpoint of that training, or download the file again"

  /// Every problem, each one line.
  package var details: [String] {
    if case .tensors(_, let problems) = self { return problems }
    return [description]
  }
}
