extension Int {
  /// The number and what is counted, in the singular of one: `1 file`, `3 files`, `2 tries`.
  package func counted(_ one: String, _ many: String? = nil) -> String {
    "\(self) \(self == 1 ? one : many ?? one + "s")"
  }
}
