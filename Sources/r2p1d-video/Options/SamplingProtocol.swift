import ArgumentParser
import R2P1DVideo

/// Ways of sampling that published figures were made with, by name.
enum SamplingProtocol: String, CaseIterable, ExpressibleByArgument {
  /// torchvision's recipe: 5 windows of 16, 15 a second by time, the centre.
  case torchvision
  /// The same with torchvision's own counting of frames, which leaves out what is shorter than a window.
  case torchvisionIndex = "torchvision-index"
  /// The paper's authors' (VMZ): 10 windows of every frame, the centre.
  case vmz10

  static let help: ArgumentHelp = """
    Sample as published figures were made: torchvision (5 windows of 16, 15 a second), torchvision-index \
    (its frames by index; short videos left out) or vmz10 (10 windows of every frame).
    """

  /// Whether videos shorter than a window are left out.
  var leavesOutShort: Bool { self == .torchvisionIndex }

  func apply(to options: inout SamplingOptions) {
    options.resize = .crop
    switch self {
    case .torchvision: (options.frames, options.rate, options.placement) = (16, .perSecond(15), .even(5))
    case .torchvisionIndex: (options.frames, options.rate, options.placement) = (16, .indexed(15), .even(5))
    case .vmz10: (options.rate, options.placement) = (.source, .even(10))
    }
  }
}
