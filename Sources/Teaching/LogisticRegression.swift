import CKernels
import Inference

/// Threads and instructions that teaching computes with.
final class TeachingEngine {
  let pool: ThreadPool
  let kernels: UnsafePointer<r2_kernels>

  init(threads: Int) throws(ModelError) {
    pool = try ThreadPool(threads: max(1, threads))
    kernels = try InstructionSet.current().denseKernels
  }
}

/// What the rows of a training are: one class each, or yes or no for every class.
enum Truth {
  /// The class of each row.
  case classes([Int32])
  /// [rows][classes], 1 for yes.
  case answers([UInt8])
}

/// Logistic regression with an L2 penalty on the weights, as scikit-learn's `LogisticRegression` defines it:
/// the minimum of ½ Σ weight² + C Σ over rows of weight · loss. In double, and the same to the last bit for
/// any number of threads.
///
/// Of two classes it is the binary one, whose single weight vector is shared out as plus and minus one half.
struct LogisticRegression {
  let rows: FeatureRows
  /// The rows to train on.
  let index: [Int32]
  let classes: Int
  /// Of these rows, in the order of `index`.
  let truth: Truth
  let rowWeights: [Double]
  /// Of answers: what a no and a yes count for each class, [2][classes].
  var answerWeights: [Double] = []
  let standardization: Standardization
  var tolerance = 1e-6

  struct Fit {
    /// Of standardised features, in the layout of the kernels: where the next search may begin.
    let panels: [Double]
    let head: LinearHead
    /// The largest part of the gradient of the objective divided by the sum of the weights, and how often it
    /// was computed.
    let gradient: Double
    let evaluations: Int
  }

  /// The head at each penalty, from the strongest on: each search begins where the last one ended.
  func fits(c penalties: [Double], on engine: TeachingEngine) -> [Fit] {
    let search = RegressionSearch(self, engine)
    var start = search.zeros
    return penalties.map { c in
      let fit = search.fit(c: c, from: start)
      start = fit.panels
      return fit
    }
  }

  /// The head on features as they come.
  fileprivate func head(_ weight: (_ class: Int, _ feature: Int) -> Double) -> LinearHead {
    let width = rows.width
    var head = LinearHead(
      features: width, weights: Array(repeating: 0, count: classes * width),
      intercepts: Array(repeating: 0, count: classes))
    for k in 0..<classes {
      var intercept = weight(k, width)
      for f in 0..<width {
        let w = weight(k, f) * standardization.scale[f]
        head.weights[k * width + f] = w
        intercept -= w * standardization.centre[f]
      }
      head.intercepts[k] = intercept
    }
    return head
  }
}

/// The kernels' view of a training, with the memory that they work in.
private final class RegressionSearch {
  let training: LogisticRegression
  let engine: TeachingEngine
  let sum: Double
  private let scratch: UnsafeMutableRawPointer
  private var moments: [Double]?
  private var gradients: [Double]

  init(_ training: LogisticRegression, _ engine: TeachingEngine) {
    self.training = training
    self.engine = engine
    sum = training.rowWeights.reduce(0, +)
    gradients = []
    scratch = Self.withProblem(training) { problem in
      .allocate(byteCount: r2_regression_scratch(problem, Int32(engine.pool.count)), alignment: 64)
    }
  }

  deinit { scratch.deallocate() }

  var zeros: [Double] {
    Array(repeating: 0, count: Self.withProblem(training) { r2_regression_weights($0) })
  }

  private static func withProblem<R>(
    _ t: LogisticRegression, _ body: (UnsafePointer<r2_regression>) -> R
  ) -> R {
    t.rows.values.withUnsafeBufferPointer { x in
      t.index.withUnsafeBufferPointer { index in
        t.rowWeights.withUnsafeBufferPointer { weights in
          t.answerWeights.withUnsafeBufferPointer { answerWeights in
            t.standardization.centre.withUnsafeBufferPointer { centre in
              t.standardization.scale.withUnsafeBufferPointer { scale in
                var problem = r2_regression()
                problem.x = x.baseAddress
                problem.index = index.baseAddress
                problem.centre = centre.baseAddress
                problem.scale = scale.baseAddress
                problem.rows = Int32(t.index.count)
                problem.features = Int32(t.rows.width)
                problem.classes = Int32(t.classes)
                problem.row_weight = weights.baseAddress
                problem.answer_weight = answerWeights.baseAddress
                switch t.truth {
                case .classes(let classes):
                  problem.loss = R2_SOFTMAX
                  return classes.withUnsafeBufferPointer {
                    problem.row_class = $0.baseAddress
                    return body(&problem)
                  }
                case .answers(let answers):
                  problem.loss = R2_SIGMOIDS
                  return answers.withUnsafeBufferPointer {
                    problem.targets = $0.baseAddress
                    return body(&problem)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private var isSoftmax: Bool {
    if case .classes = training.truth { true } else { false }
  }

  func fit(c: Double, from start: [Double]) -> LogisticRegression.Fit {
    Self.withProblem(training) { problem in
      // Two halves of one vector have a quarter of its penalty each.
      let factor = isSoftmax && training.classes == 2 ? 2.0 : 1.0
      let penalty = factor / (c * sum)
      var search = LBFGS(tolerance: training.tolerance)
      if let inverse = inverse(problem, penalty) {
        search.inverse = { [engine] vector, result in
          r2_regression_multiply(problem, engine.kernels, engine.pool.handle, inverse, vector, &result)
        }
      }
      let result = search.minimum(from: start) { point, gradient in
        self.objective(problem, penalty, point, &gradient)
      }
      let depth = training.rows.width + 1
      let head = training.head { k, f in result.point[((k / 8) * depth + f) * 8 + k % 8] }
      return LogisticRegression.Fit(
        panels: result.point, head: head, gradient: result.gradient, evaluations: result.evaluations)
    }
  }

  /// The mean loss and half the penalty, as scikit-learn divides them.
  private func objective(
    _ problem: UnsafePointer<r2_regression>, _ penalty: Double, _ point: [Double], _ gradient: inout [Double]
  ) -> Double {
    let loss = r2_regression_evaluate(
      problem, engine.kernels, engine.pool.handle, point, &gradient, scratch)
    let squares = r2_penalize(problem, penalty, 1 / sum, point, &gradient)
    return loss / sum + squares / 2
  }

  /// The inverse of what the objective's second derivative is where all weights are 0: Böhning, Multinomial
  /// logistic regression algorithm, 1992; half-way to that of features which do not depend on each other
  /// (each one's moment is 1), for further on the loss is flatter than that. Measured, it needs fewer steps
  /// than either. Nil for more features than a matrix of them should have.
  private func inverse(_ problem: UnsafePointer<r2_regression>, _ penalty: Double) -> [Double]? {
    let width = training.rows.width
    guard width <= R2_MOMENTS_LIMIT else { return nil }
    let pitch = r2_regression_pitch(problem)
    var matrix =
      moments
      ?? {
        var moments = [Double](repeating: 0, count: (width + 1) * pitch)
        r2_regression_moments(problem, engine.kernels, engine.pool.handle, &moments, scratch)
        return moments
      }()
    moments = matrix
    let curvature = isSoftmax ? 1 / Double(training.classes) : 0.25
    for i in matrix.indices { matrix[i] *= curvature / sum }
    for f in 0..<width { matrix[f * pitch + f] += penalty + curvature }
    var line = [Double](repeating: 0, count: width + 1)
    return r2_invert(&matrix, width + 1, pitch, &line) ? matrix : nil
  }
}
