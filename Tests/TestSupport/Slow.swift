import Foundation
import Testing

/// `make test-quick` sets `R2P1D_QUICK`: tests that take seconds are skipped then, and say so.
package enum Quick {
  package static let isAsked = ProcessInfo.processInfo.environment["R2P1D_QUICK"] != nil

  package static let note: Comment = "takes seconds, and make test-quick was asked for"
}

extension Trait where Self == ConditionTrait {
  /// For a test, or a suite of tests, that takes more than about a second. What encodes clips is slow without
  /// it (`Clips.canEncode`), and so is all of CommandTests.
  package static var slow: Self { .disabled(if: Quick.isAsked, Quick.note) }
}
