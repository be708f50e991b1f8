import CKernels

/// Runs a plan on the CPU: owns its threads, its arena of activations and its scratch.
final class CPUExecutor: Executor {
  private let weights: PlannedWeights
  private let pool: ThreadPool
  private let activations: Arena
  private let scratch: Arena

  private var plan: Plan { weights.plan }

  init(_ weights: PlannedWeights, _ pool: ThreadPool) throws(ModelError) {
    self.weights = weights
    self.pool = pool
    let plan = weights.plan
    activations = try Arena(floats: plan.activationFloats, isReused: true)
    scratch = try Arena(floats: plan.threadFloats * pool.count + plan.sharedFloats, isReused: true)
  }

  /// Of what it does not share.
  var byteCount: Int? { (activations.count + scratch.count) * MemoryLayout<Float>.stride }

  func run(_ windows: [[Sample]]) -> [Prediction] {
    forward(windows) { _, _ in }
    let last = plan.steps[plan.steps.count - 1]
    let features = plan.network.features
    return windows.indices.map { window in
      var view = view(last.output, last.last, windows: 1)
      view.base += window * last.last.outputFloats
      let blocks = (features + 15) / 16
      let pooled = [Float](unsafeUninitializedCapacity: blocks * 16) { buffer, count in
        for block in 0..<blocks {
          weights.kernels.pointee.pool(&view, Int32(block), buffer.baseAddress.map { $0 + block * 16 })
        }
        count = blocks * 16
      }
      let classes = plan.network.classes
      let logits = [Float](unsafeUninitializedCapacity: classes) { buffer, count in
        weights.kernels.pointee.linear(
          weights.classifier.base, weights.classifier.base + classes * features, pooled, Int32(classes),
          Int32(features),
          buffer.baseAddress)
        count = classes
      }
      return Prediction(logits: logits, features: Array(pooled.prefix(features)))
    }
  }

  /// All steps for `windows`, `done` after each.
  private func forward(_ windows: [[Sample]], done: (Plan.Step, Int) -> Void) {
    fillStem(windows)
    var run = r2_run(
      kernels: weights.kernels, team: pool.handle, shared: scratch.base + plan.threadFloats * pool.count,
      own: scratch.base,
      own_floats: plan.threadFloats, windows: Int32(windows.count))
    for (number, step) in plan.steps.enumerated() {
      var input = view(step.input, step.first, windows: windows.count, isInput: true)
      var output = view(step.output, step.last, windows: windows.count)
      var residual = step.residual.map { view($0, step.last, windows: windows.count) } ?? r2_view()
      withUnsafePointer(to: &residual) { pointer in
        let residual = step.residual == nil ? nil : pointer
        if let second = step.second {
          r2_conv_run_fused(step.first.kernel, second.kernel, &run, &input, &output, residual)
        } else {
          r2_conv_run(step.first.kernel, &run, &input, &output, residual)
        }
      }
      done(step, number)
    }
  }

  private func fillStem(_ windows: [[Sample]]) {
    let input = view(0, plan.steps[0].first, windows: windows.count, isInput: true)
    pool.run(windows.count * plan.frames) { item, _ in
      let (window, frame) = item.quotientAndRemainder(dividingBy: plan.frames)
      windows[window][frame].fill(input.base + item * input.frame)
      return true
    }
  }

  private func view(_ buffer: Int, _ conv: PlannedConv, windows: Int, isInput: Bool = false) -> r2_view {
    let size = isInput ? conv.storedInput : conv.output
    let blocks = isInput ? conv.inputBlocks : Int(conv.kernel.pointee.panels)
    let plane = size.y * size.x * 16
    return r2_view(
      base: activations.base + plan.buffers[buffer].offset, frame: plane * blocks, plane: plane,
      frames: Int32(size.t),
      height: Int32(size.y), width: Int32(size.x), top: 0)
  }

  // MARK: looking inside

  func trace(_ window: [Sample]) -> [(name: String, values: [Float])] {
    var steps: [(name: String, values: [Float])] = []
    forward([window]) { step, _ in
      steps.append(
        (step.name, planar(view(step.output, step.last, windows: 1), channels: step.last.conv.outChannels)))
    }
    return steps
  }

  private func planar(_ view: r2_view, channels: Int) -> [Float] {
    let (frames, pixels) = (Int(view.frames), Int(view.height * view.width))
    return (0..<channels).flatMap { channel in
      (0..<frames * pixels).map { i in
        view.base[i / pixels * view.frame + channel / 16 * view.plane + i % pixels * 16 + channel % 16]
      }
    }
  }

  /// Multiply-adds a second of the float32 micro-kernel with operands in the first cache, all threads
  /// together.
  private func peak() -> Double {
    let (rows, depth, calls) = (14, 96, 4000)
    let threads = pool.count
    let panels = Int(weights.kernels.pointee.max_panels)
    let kernels = weights.kernels
    let floats = 16 * (rows * depth / 16 + 2 * depth + 2 * rows)
    guard let memory = try? Arena(floats: floats * threads) else { return .infinity }
    let base = memory.base
    let clock = ContinuousClock()
    let times = (0..<5).map { _ in
      clock.measure {
        pool.run(threads) { _, thread in
          let a = base + floats * thread
          var product = r2_product()
          product.a = UnsafePointer(a)
          product.b = UnsafePointer(a + rows * depth)
          product.c = a + rows * depth + 2 * 16 * depth
          product.chunk_stride = rows * 16
          product.rows = Int32(rows)
          product.k = Int32(depth)
          product.segments = 1
          product.panel_stride_b = 16 * depth
          product.panel_stride_c = 16 * rows
          product.panels = Int32(panels)
          for _ in 0..<calls { r2_kernels_product(kernels, R2_F32, &product) }
          return true
        }
      } / .seconds(1)
    }
    let products = rows * depth * 16 * panels * calls * threads
    return Double(products) / (times.min() ?? .infinity)
  }

  func table() throws(ModelError) -> PlanTable? {
    let values = SampleValues(mean: [0, 0, 0], deviation: [1, 1, 1])
    let sample = try Sample(values, side: plan.network.sampleSide)
    return PlanTable(weights, scratchFloats: scratch.count, peak: peak()) { run in
      let clock = ContinuousClock()
      var seconds = Array(repeating: [Double](), count: plan.steps.count)
      for _ in 0..<run {
        var start = clock.now
        forward([Array(repeating: sample, count: plan.frames)]) { _, number in
          let now = clock.now
          seconds[number].append((now - start) / .seconds(1))
          start = now
        }
      }
      return seconds.map { $0.sorted()[$0.count / 2] }
    }
  }
}
