/// What kept a video from its labels. `description` is one line: what, on what and why; `remedy` is the way
/// out, where there is one.
public enum ClassifierError: Error, Sendable, Equatable {
  /// The video cannot be read, or holds nothing to label.
  case video(BytePath, cause: String, kind: FailureKind = .other, remedy: FailureRemedy? = nil)
  /// The network's answer for a window (counted from 0) holds NaN or an infinity.
  case notFinite(BytePath, window: Int)
  /// No file and no known model has this name.
  case unknownModel(String, known: [String])
  /// A known model whose checkpoint is in none of the folders.
  case absentModel(String, folders: [BytePath], remedy: FailureRemedy)
  /// A checkpoint, by its model's name or its address, that could not be fetched.
  case download(String, cause: String, remedy: FailureRemedy? = nil)
  /// The checkpoint cannot be read, or holds no network of the family.
  case checkpoint(BytePath, cause: String, kind: FailureKind = .other)
  /// The checkpoint's tensors are not those of its network; each problem names one.
  case tensors(BytePath, problems: [String])
  /// A network that cannot be made or run as asked.
  case network(String, cause: String, kind: FailureKind = .request)
  /// A GPU, by its name or what it was asked for by, that is not there, not fit for the network, or fails.
  case gpu(String, cause: String, kind: FailureKind = .device, remedy: FailureRemedy? = nil)
  /// The file of labels cannot be read.
  case labels(BytePath, cause: String)
  /// The file of labels names another number of classes than the network has.
  case labelCount(BytePath, found: Int, expected: Int)
  /// The file of certificates to trust cannot be read.
  case certificates(BytePath, cause: String)
  /// The list of files cannot be read.
  case list(BytePath, cause: String)
  /// The result cannot be written.
  case output(BytePath, cause: String, remedy: FailureRemedy? = nil)

  /// What the error is about: `input` is one video, the next may do better; `setup` lets nothing run.
  public enum Scope: Sendable {
    case input, setup
  }

  public var scope: Scope {
    switch self {
    case .video, .notFinite: .input
    default: .setup
    }
  }

  /// The file or the name that the error is about.
  public var subject: String {
    switch self {
    case .video(let path, _, _, _), .notFinite(let path, _), .checkpoint(let path, _, _),
      .tensors(let path, _), .labels(let path, _), .labelCount(let path, _, _), .list(let path, _),
      .output(let path, _, _),
      .certificates(let path, _):
      path.printable
    case .unknownModel(let name, _), .absentModel(let name, _, _), .network(let name, _, _),
      .download(let name, _, _), .gpu(let name, _, _, _):
      BytePath(name).printable
    }
  }

  /// The cause, on one line, without the subject.
  public var cause: String {
    switch self {
    case .video(_, let cause, _, _), .checkpoint(_, let cause, _), .network(_, let cause, _),
      .labels(_, let cause), .list(_, let cause), .output(_, let cause, _), .download(_, let cause, _),
      .certificates(_, let cause), .gpu(_, let cause, _, _):
      BytePath(cause).printable
    case .notFinite(_, let window):
      "the network's logits for window \(window) are not finite: the checkpoint's weights or statistics "
        + "are damaged"
    case .tensors(_, let problems) where problems.count > 1:
      "\(details[0]) (and \(problems.count - 1) more)"
    case .tensors:
      details.first ?? ""
    case .unknownModel(_, let known):
      "no such file, and no model of that name (known: \(known.joined(separator: ", ")), random:NAME)"
    case .absentModel(_, let folders, _):
      "its checkpoint is not in \(folders.map(\.printable).joined(separator: ", "))"
    case .labelCount(_, let found, let expected):
      "\(found.counted("label")), expected \(expected), one for each class of the network"
    }
  }
}

extension ClassifierError {
  /// The way out, where there is one besides other input.
  public var remedy: FailureRemedy? {
    switch self {
    case .video(_, _, _, let remedy), .download(_, _, let remedy), .output(_, _, let remedy),
      .gpu(_, _, _, let remedy):
      remedy
    case .absentModel(_, _, let remedy): remedy
    default: nil
    }
  }

  /// Every part of the cause, where it has several.
  public var details: [String] {
    guard case .tensors(_, let problems) = self else { return [cause] }
    return problems.map { BytePath($0).printable }
  }
}

extension ClassifierError: CustomStringConvertible {
  public var description: String { "\(subject): \(cause)" }
}
