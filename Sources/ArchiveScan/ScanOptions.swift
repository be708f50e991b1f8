/// What a scan does besides labelling.
package struct ScanOptions: Sendable {
  /// The arguments, the program's name first, that make the running program a ``WorkerMain``.
  package let worker: [String]
  /// Who runs on which of the cores.
  package let budget: ThreadBudget
  /// Seconds without progress after which a file is given up.
  package var timeout = 600
  /// Bytes of address space that each worker may use.
  package var workerMemory = 4 << 30

  /// What is made of each video besides its row.
  package var sidecars = Sidecars()

  /// A film of which an earlier run has windows.
  var film: WindowJournal.Film?

  package init(worker: [String], budget: ThreadBudget) {
    self.worker = worker
    self.budget = budget
  }
}
