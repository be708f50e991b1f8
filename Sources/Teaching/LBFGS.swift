import CKernels

/// Limited-memory BFGS: the minimum of a smooth convex function of many variables.
///
/// Nocedal and Wright, Numerical Optimization, 2nd edition: the two-loop recursion is algorithm 7.4, the line
/// search looks for the strong Wolfe conditions of section 3.1. Near the minimum, where differences of the
/// function drown in rounding, a step is accepted by its slope alone (Hager and Zhang, A New Conjugate
/// Gradient Method with Guaranteed Descent and an Efficient Line Search, SIAM J. Optim. 16, 2005, equation
/// 23).
struct LBFGS {
  /// Value and gradient at a point.
  typealias Function = (_ point: [Double], _ gradient: inout [Double]) -> Double

  /// The search ends where no part of the gradient is larger.
  var tolerance: Double
  var limit = 2000
  /// Pairs of steps and changes of the gradient that are kept.
  var memory = 10
  /// About the inverse of the function's second derivative where the search begins.
  var inverse: (_ vector: [Double], _ result: inout [Double]) -> Void = { $1 = $0 }

  struct Result {
    var point: [Double]
    var value: Double
    /// The largest part of the gradient.
    var gradient: Double
    var evaluations: Int
  }

  func minimum(from start: [Double], of function: @escaping Function) -> Result {
    var search = Search(self, start, function)
    while search.result.gradient > tolerance, search.result.evaluations < limit, search.step() {}
    return search.result
  }

  private struct Pair {
    let step: [Double]
    let change: [Double]
    let product: Double
  }

  private struct Search {
    let settings: LBFGS
    let function: Function
    var result: Result
    var gradient: [Double]
    var pairs: [Pair] = []

    init(_ settings: LBFGS, _ start: [Double], _ function: @escaping Function) {
      self.settings = settings
      self.function = function
      gradient = Array(repeating: 0, count: start.count)
      let value = function(start, &gradient)
      result = Result(point: start, value: value, gradient: largest(gradient), evaluations: 1)
    }

    /// One step downhill; false where none is found, not even along the gradient.
    mutating func step() -> Bool {
      if advance(along: direction()) { return true }
      guard !pairs.isEmpty else { return false }
      pairs = []
      return advance(along: direction())
    }

    /// Algorithm 7.4.
    private func direction() -> [Double] {
      var q = gradient
      var factors: [Double] = []
      for pair in pairs.reversed() {
        let factor = dot(pair.step, q) / pair.product
        add(-factor, pair.change, to: &q)
        factors.append(factor)
      }
      var r = Array(repeating: 0.0, count: q.count)
      settings.inverse(q, &r)
      if let last = pairs.last {
        var scaled = Array(repeating: 0.0, count: q.count)
        settings.inverse(last.change, &scaled)
        // As equation 7.20, for a matrix in place of the identity.
        let factor = last.product / dot(last.change, scaled)
        for i in r.indices { r[i] *= factor }
      }
      for (pair, factor) in zip(pairs, factors.reversed()) {
        add(factor - dot(pair.change, r) / pair.product, pair.step, to: &r)
      }
      return r.map { -$0 }
    }

    private mutating func advance(along direction: [Double]) -> Bool {
      let slope = dot(gradient, direction)
      guard slope < 0 else { return false }
      let (low, high) = (result.value, 1e-4)
      var (left, leftSlope, right) = (0.0, slope, Double?.none)
      var rightSlope = 0.0
      var length = 1.0
      var newGradient = gradient
      for _ in 0..<40 {
        var point = result.point
        add(length, direction, to: &point)
        let value = function(point, &newGradient)
        result.evaluations += 1
        let newSlope = dot(newGradient, direction)
        let falls = value <= low + high * length * slope
        let falls2 = value <= low + 1e-12 * abs(low) && newSlope <= (2 * high - 1) * slope
        let isUsable = value.isFinite && (falls || falls2)
        if isUsable, abs(newSlope) <= -0.9 * slope {
          keep(direction, length, newGradient)
          result.point = point
          result.value = value
          gradient = newGradient
          result.gradient = largest(gradient)
          return true
        }
        if !isUsable || newSlope >= 0 {
          (right, rightSlope) = (length, newSlope)
        } else {
          (left, leftSlope) = (length, newSlope)
        }
        length = Self.next(left, leftSlope, right, rightSlope)
      }
      return false
    }

    /// Where the slope, which grows along a convex function, would be 0 if it were a straight line. It bends
    /// upwards where examples are told apart: so not much before the middle.
    private static func next(
      _ left: Double, _ leftSlope: Double, _ right: Double?, _ rightSlope: Double
    ) -> Double {
      guard let right else { return max(2 * left, 1e-8) }
      let share = leftSlope / (leftSlope - rightSlope)
      return left + (right - left) * (share.isFinite && rightSlope > 0 ? min(max(share, 0.3), 0.9) : 0.5)
    }

    private mutating func keep(_ direction: [Double], _ length: Double, _ newGradient: [Double]) {
      let step = direction.map { $0 * length }
      var change = newGradient
      add(-1, gradient, to: &change)
      let product = dot(step, change)
      guard product > 1e-300 else { return }
      if pairs.count == settings.memory { pairs.removeFirst() }
      pairs.append(Pair(step: step, change: change, product: product))
    }
  }
}

/// The sums of C, for they are made in the same order everywhere.
private func dot(_ a: [Double], _ b: [Double]) -> Double { r2_dot(a, b, a.count) }

private func add(_ factor: Double, _ from: [Double], to: inout [Double]) {
  r2_add_scaled(&to, factor, from, from.count)
}

private func largest(_ values: [Double]) -> Double {
  values.reduce(0) { max($0, abs($1)) }
}
