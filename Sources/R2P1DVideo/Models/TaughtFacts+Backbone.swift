import Checkpoints

extension TaughtFacts {
  /// The network that a head alone belongs to: the built-in one or the random one of its name, the file
  /// beside the head, or the one in the folders of models; an error unless its bytes are those that were
  /// taught on.
  func findBackbone(
    of head: BytePath, _ folders: ModelStore, _ absent: MissingModelPolicy
  ) throws(ClassifierError) -> LoadedModel {
    let backbone = try load(beside: head, folders, absent)
    let found = try backbone.sha256
    guard found == backboneHash else {
      throw .checkpoint(
        head,
        cause: "was taught on \(BytePath(self.backbone).printable) (SHA-256 \(short(backboneHash))), but "
          + "\(backbone.file?.printable ?? BytePath(backbone.name).printable) is another (\(short(found)))",
        kind: .request)
    }
    return backbone
  }

  private func load(
    beside head: BytePath, _ folders: ModelStore, _ absent: MissingModelPolicy
  ) throws(ClassifierError) -> LoadedModel {
    if let backboneFile {
      let path = head.folder.appending(BytePath(backboneFile).name)
      if path.isFile, path != head { return try load(.file(path), head, folders, absent) }
    }
    guard let source = ModelSource(BytePath(backbone)) else {
      throw .checkpoint(head, cause: "names no backbone that there is: '\(BytePath(backbone).printable)'")
    }
    if case .file = source { throw missing(head) }
    do throws(ClassifierError) {
      return try load(source, head, folders, absent)
    } catch {
      guard case .unknownModel = error else { throw error }
      throw missing(head)
    }
  }

  /// The backbone is no head alone itself.
  private func load(
    _ source: ModelSource, _ head: BytePath, _ folders: ModelStore, _ absent: MissingModelPolicy
  ) throws(ClassifierError) -> LoadedModel {
    if case .file(let path) = source, TaughtFacts(try Checkpoint.open(path).metadata)?.isHeadOnly == true {
      throw .checkpoint(head, cause: "its backbone \(path.printable) is a head alone")
    }
    return try LoadedModel(source, folders: folders, absent: absent)
  }

  private func missing(_ head: BytePath) -> ClassifierError {
    .checkpoint(
      head,
      cause: "is a head alone, and its backbone \(BytePath(backboneFile ?? backbone).printable) is neither "
        + "beside it nor in the folders of models", kind: .missing)
  }

  private func short(_ hash: String?) -> String { hash.map { "\($0.prefix(8))…" } ?? "none" }
}

extension ModelMetadata {
  /// An error where a taught model is to see other samples than those it was taught with.
  package func check(_ options: SamplingOptions, model: String) throws(ClassifierError) {
    guard let teaching else { return }
    var asked: [String] = []
    if let frames = options.frames, frames != self.frames { asked.append("\(frames) samples a window") }
    if let rate = options.rate, rate != self.rate { asked.append("\(rate.perSecond)") }
    if let resize = options.resize, resize != teaching.resize { asked.append("\(resize.rawValue)") }
    guard !asked.isEmpty else { return }
    throw .network(
      model,
      cause: "was taught with windows of \(frames) samples, \(rate.perSecond), \(teaching.resize.rawValue): "
        + "it cannot be used with \(asked.joined(separator: ", "))")
  }
}

extension SampleRate {
  /// `15 a second`.
  fileprivate var perSecond: String { self == .source ? "every frame a sample" : "\(self) a second" }
}
