import FoundationEssentials
import Glibc
import Inference
import R2P1DVideo

/// One worker after another, and the files that they decode in turn.
///
/// A worker that refuses a file takes the next one: only a crash, a hang or a limit ends it. It is replaced
/// after some hundred labelled files too, lest what a decoder leaks add up.
struct DecodeWorker {
  let configuration: WorkerConfiguration
  let options: ScanOptions
  let stop: StopFlag
  private var worker: WorkerProcess?
  private var filesLeft = 0
  private let values: SampleValues

  private static let filesOfAWorker = 200

  init(_ configuration: WorkerConfiguration, _ options: ScanOptions, stop: StopFlag) {
    self.configuration = configuration
    self.options = options
    values = configuration.sampling.normalization.values
    self.stop = stop
  }

  /// Decodes a file; what it gives goes to `video.arrivals`.
  mutating func decode(_ video: DecodeJob) {
    video.stamp = FileStamp(of: video.path)
    do {
      try run(video)
      video.arrivals.finish(.success(()))
    } catch {
      video.arrivals.finish(.failure(error))
    }
  }

  private mutating func run(_ video: DecodeJob) throws {
    let (worker, isFresh) = try availableWorker()
    let request = video.request
    worker.decode(request)
    var assembly = WindowAssembly(frames: configuration.sampling.frames, from: request.first)
    do {
      try receive(video, from: worker, &assembly)
      filesLeft -= 1
    } catch let refusal as Refusal {
      throw refusal.error(video.path)
    } catch let fault as WorkerProcess.Fault {
      self.worker = nil
      let signal = worker.end()
      // Memory that other files left behind is no reason to refuse this one.
      if case .exhausted = fault, !isFresh, !assembly.isComplete { return try run(video) }
      video.fault = DecoderFault(fault)
      throw refusal(fault, signal: signal).error(video.path)
    } catch {
      // Nobody wants the rest of the file.
      if stop.isRaised || !isDone(worker) { self.worker = nil }
      throw (error as? ModelError).map { ClassifierError.video(video.path, cause: "\($0)") } ?? error
    }
  }

  private mutating func availableWorker() throws -> (WorkerProcess, isFresh: Bool) {
    if let worker, filesLeft > 0 { return (worker, false) }
    filesLeft = Self.filesOfAWorker
    do {
      let worker = try WorkerProcess(configuration, arguments: options.worker)
      self.worker = worker
      return (worker, true)
    } catch {
      throw ClassifierError.network("scan", cause: "no process to decode in can be started: \(error)")
    }
  }

  private mutating func receive(
    _ video: DecodeJob, from worker: WorkerProcess, _ assembly: inout WindowAssembly
  ) throws {
    var patience = IdleTimeout(seconds: options.timeout, stop: stop)
    while true {
      let message = try worker.receive(&patience)
      video.giveSignOfLife()
      switch message {
      case .beat: continue
      case .sample(let bytes):
        guard assembly.add(try Sample(values, bytes: bytes)) else { throw WorkerProcess.Fault.garbled }
      case .window(let message):
        guard let window = assembly.window(message) else { throw WorkerProcess.Fault.garbled }
        video.note(message)
        try video.arrivals.put(.window(window))
      case .restarted:
        guard assembly.restart() else { throw WorkerProcess.Fault.garbled }
        try video.arrivals.put(.restarted)
      case .end(let summary):
        guard assembly.isComplete else { throw WorkerProcess.Fault.garbled }
        try video.arrivals.put(.ended(summary))
        return
      case .refusal(let refusal):
        throw refusal
      case .exhausted(let refusal):
        throw WorkerProcess.Fault.exhausted(refusal)
      }
    }
  }

  /// Reads what is left of a file that nobody wants, if that does not take longer than to start another
  /// worker.
  private func isDone(_ worker: WorkerProcess) -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(200)
    var patience = IdleTimeout(seconds: 1, stop: stop)
    while clock.now < end, let message = try? worker.receive(&patience) {
      switch message {
      case .beat, .sample, .window, .restarted: continue
      case .end, .refusal: return true
      case .exhausted: return false
      }
    }
    return false
  }

  private func refusal(_ fault: WorkerProcess.Fault, signal: Int32) -> Refusal {
    switch fault {
    case .gone where signal == SIGKILL:
      Refusal(cause: "the decoder was killed (SIGKILL): perhaps for want of memory")
    case .gone where signal != 0: Refusal(cause: "the decoder crashed (\(SignalName.of(signal)))")
    case .gone: Refusal(cause: "the decoder exited unexpectedly")
    case .silent(let seconds):
      Refusal(cause: "the decoder was given up after \(seconds) s without progress", remedy: .wait)
    case .garbled: Refusal(cause: "the decoder sent what it should not, and was ended")
    case .exhausted(let refusal): refusal
    case .stopped: Refusal(cause: "stopped", kind: .cancelled)
    }
  }
}

extension DecoderFault {
  /// Nil where it was ended on purpose.
  fileprivate init?(_ fault: WorkerProcess.Fault) {
    switch fault {
    case .gone, .garbled: self = .ended
    case .silent: self = .timeout
    case .exhausted: self = .memory
    case .stopped: return nil
    }
  }
}

enum SignalName {
  /// `SIGSEGV`, or `signal 40`.
  static func of(_ number: Int32) -> String {
    names[number] ?? "signal \(number)"
  }

  private static let names = [
    SIGABRT: "SIGABRT", SIGALRM: "SIGALRM", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGHUP: "SIGHUP",
    SIGILL: "SIGILL",
    SIGINT: "SIGINT", SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGQUIT: "SIGQUIT", SIGSEGV: "SIGSEGV",
    SIGSYS: "SIGSYS", SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
  ]
}
