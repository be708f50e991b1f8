import ArgumentParser
import FoundationEssentials
import Glibc
import R2P1DVideo

struct DevicesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists the GPUs that --device can name, and whether each computes right.",
    discussion: "A line a device; where there is none, a line that says why.")

  @Option(
    help:
      "Also measure how many windows a second of this model each computes (random:r2plus1d_18 needs no file)."
  )
  var bench: ModelSource?

  func run() async throws {
    let output = Output.standard()
    do throws(ClassifierError) {
      for gpu in try GPU.all() { try output.write(await line(gpu)) }
    } catch {
      guard case .gpu = error else { throw error }
      try output.write("no GPU: \(error.explanation)\n")
    }
  }

  /// `gpu:0: NAME, discrete, driver NAME VERSION, 24.0 GiB (23.1 GiB free), f16 on 16×16×16 matrices:
  /// self-test ok (off by …), f32: self-test ok (off by …), UUID …`
  private func line(_ gpu: GPU) async throws(ClassifierError) -> String {
    let facts = gpu.facts
    var parts = [facts.name, facts.kind.rawValue]
    parts.append(
      "driver " + [facts.driver, facts.driverVersion].filter { !$0.isEmpty }.joined(separator: " "))
    parts.append(Self.size(facts.memory) + (facts.freeMemory.map { " (\(Self.size($0)) free)" } ?? ""))
    if let problem = facts.problem {
      parts.append("cannot be used: \(problem)")
    } else {
      if let denied = facts.deniedMatrices { parts.append("no matrices (\(denied))") }
      for (precision, path) in zip(facts.precisions, facts.paths) {
        parts.append("\(path): self-test \(try await verdict(gpu, precision))")
      }
    }
    parts.append("UUID \(facts.uuid)")
    return BytePath("gpu:\(facts.number): \(parts.joined(separator: ", "))").printable + "\n"
  }

  /// `ok (off by 3e-07)`, with the windows a second if they are wanted, or why not.
  private func verdict(_ gpu: GPU, _ precision: Network.Precision) async throws(ClassifierError) -> String {
    do throws(ClassifierError) {
      let error = try gpu.test(precision)
      let verdict = "ok (off by \((error * 1e9).rounded() / 1e9))"
      guard let bench else { return verdict }
      return verdict + ", \(try await Self.speed(bench, gpu, precision)) windows a second"
    } catch {
      guard case .gpu = error else { throw error }
      return "failed: \(error.cause)"
    }
  }

  /// Of full batches.
  private static func speed(
    _ model: ModelSource, _ gpu: GPU, _ precision: Network.Precision
  ) async throws(ClassifierError) -> String {
    var options = PipelineBenchmark.Options(model: model)
    (options.gpu, options.precision) = (gpu, precision)
    (options.batch, options.runs) = (gpu.batch, 3)
    let time = try await PipelineBenchmark.run(options).figures.network
    return String(format: "%.1f", Double(time.batch) / time.seconds.median)
  }

  private static func size(_ bytes: Int) -> String {
    "\((Double(bytes) / Double(1 << 30) * 10).rounded() / 10) GiB"
  }
}
