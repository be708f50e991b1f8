import ArgumentParser
import R2P1DVideo

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists the GPUs that --device can name, and whether each computes right.",
    discussion: "A line a device; where there is none, a line that says why.")

  func run() throws {
    let output = Output.standard()
    do throws(ClassifierError) {
      for gpu in try GPU.all() { try output.write(Self.line(gpu)) }
    } catch {
      guard case .gpu = error else { throw error }
      try output.write("no GPU: \(error.explanation)\n")
    }
  }

  /// `gpu:0: NAME, discrete, driver NAME VERSION, 24.0 GiB (23.1 GiB free), f16 on 16×16×16 matrices:
  /// self-test ok (off by …), f32: self-test ok (off by …), UUID …`
  private static func line(_ gpu: GPU) -> String {
    let facts = gpu.facts
    var parts = [facts.name, facts.kind.rawValue]
    parts.append(
      "driver " + [facts.driver, facts.driverVersion].filter { !$0.isEmpty }.joined(separator: " "))
    parts.append(size(facts.memory) + (facts.freeMemory.map { " (\(size($0)) free)" } ?? ""))
    if let problem = facts.problem {
      parts.append("cannot be used: \(problem)")
    } else {
      if let denied = facts.deniedMatrices { parts.append("no matrices (\(denied))") }
      parts += zip(facts.precisions, facts.paths).map { "\($1): self-test \(verdict(gpu, $0))" }
    }
    parts.append("UUID \(facts.uuid)")
    return BytePath("gpu:\(facts.number): \(parts.joined(separator: ", "))").printable + "\n"
  }

  /// `ok (off by 3e-07)`, or why not.
  private static func verdict(_ gpu: GPU, _ precision: Network.Precision) -> String {
    do throws(ClassifierError) {
      let error = try gpu.test(precision)
      return "ok (off by \((error * 1e9).rounded() / 1e9))"
    } catch {
      return "failed: \(error.cause)"
    }
  }

  private static func size(_ bytes: Int) -> String {
    "\((Double(bytes) / Double(1 << 30) * 10).rounded() / 10) GiB"
  }
}
