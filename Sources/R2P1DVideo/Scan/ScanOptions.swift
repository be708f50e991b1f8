/// What a scan does besides labelling.
package struct ScanOptions: Sendable {
  /// Seconds without progress after which a file is given up.
  package var timeout = 600
  /// Processes that decode.
  package var workers = 2
  /// Bytes of address space that each may use.
  package var workerMemory = 4 << 30

  package init() {}
}
