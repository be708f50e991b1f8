import CKernels
import Inference

/// Samples as the 8-bit pictures that they were normalised from: a quarter of the size, and any bytes are a sample.
struct SampleBytes {
  static let count = Int(PREPROCESS_VALUES)
  /// What workers normalise with, whatever the model: the parent undoes it and applies the model's own.
  static let normalizationOnTheWay = Normalization.kinetics
  private var table: preprocess_table

  /// Samples of a network with this normalisation.
  init(_ normalization: Normalization) { table = normalization.table }

  /// The bytes of a sample that was normalised as every worker does.
  static func bytes(of sample: Sample) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let undone = normalizationOnTheWay
      preprocess_restore(sample.values, undone.mean, undone.deviation, buffer.baseAddress!)
      filled = count
    }
  }

  /// The sample of `count` bytes: for Kinetics-400, the same to the bit as the one they were taken of.
  mutating func sample(_ bytes: [UInt8]) throws(ModelError) -> Sample {
    precondition(bytes.count == Self.count)
    let sample = try Sample()
    preprocess_normalise(&table, bytes, sample.values)
    return sample
  }
}
