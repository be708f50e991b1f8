/// The named tensors of a checkpoint file: torch.save's legacy and zip containers, or safetensors, told apart
/// by their bytes and never by the name.
///
/// The file is mapped, not read: opening costs the reading of its directory, and a tensor's bytes come from
/// the disk when they are first used. A pickle is read and never run.
package final class Checkpoint: Sendable {
  package enum Container: String, Sendable {
    case legacyPickle = "legacy torch.save"
    case zip = "zip torch.save"
    case safetensors
  }

  package let path: String
  package let container: Container
  /// By name, without wrappers and without the prefix `module.`; never empty.
  package let tensors: [String: StoredTensor]
  /// The tensors' names in the order of the file.
  package let names: [String]
  /// What safetensors keeps under `__metadata__`; empty in the other containers.
  package let metadata: [String: String]
  /// The bytes of the whole file.
  package var byteCount: Int { memory.bytes.count }

  private let memory: CheckpointMemory

  /// Maps the file at `path`.
  package convenience init(contentsOf path: String) throws(CheckpointError) {
    try self.init(contentsOf: Array(path.utf8), named: path)
  }

  /// Maps the file whose path is `bytes`, which need not be UTF-8; `path` stands for it in errors.
  package convenience init(contentsOf bytes: [UInt8], named path: String) throws(CheckpointError) {
    try self.init(CheckpointMemory(mapping: bytes, named: path))
  }

  /// Reads a copy of `bytes`. `path` stands for them in errors.
  package convenience init(bytes: [UInt8], path: String) throws(CheckpointError) {
    let memory = bytes.withUnsafeBytes { CheckpointMemory(copying: $0, path: path) }
    try self.init(memory)
  }

  /// Reads memory in place that is never freed and never changes, such as a model in the binary. `path`
  /// stands for it in errors.
  package convenience init(lasting bytes: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
    try self.init(CheckpointMemory(lasting: bytes, path: path))
  }

  private init(_ memory: CheckpointMemory) throws(CheckpointError) {
    defer { withExtendedLifetime(memory) {} }
    let contents: Contents
    do {
      contents = try Contents(memory)
    } catch {
      throw CheckpointError(path: memory.path, reason: error)
    }
    path = memory.path
    container = contents.container
    names = contents.tensors.map(\.name)
    tensors = Dictionary(contents.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    metadata = contents.metadata
    self.memory = memory
  }

  /// Calls `body` with the bytes of the whole file.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(memory) {} }
    return try body(memory.bytes)
  }

  /// Calls `body` with all bytes of the file, piece by piece, without keeping them in memory.
  package func readThrough(_ body: (UnsafeRawBufferPointer) -> Void) {
    let piece = 1 << 22
    for start in stride(from: 0, to: memory.bytes.count, by: piece) {
      let range = start..<min(start + piece, memory.bytes.count)
      body(memory.bytes.slice(range))
      memory.release(range)
    }
    withExtendedLifetime(memory) {}
  }

  /// Gives the memory of this tensor's bytes back to the system, once they have been used; only of whole
  /// pages that hold nothing else. Harmless: bytes that are used again come from the file again.
  package func release(_ tensor: StoredTensor) {
    guard tensor.memory === memory else { return }
    memory.release(tensor.extentInMemory)
  }
}

/// What a checkpoint holds, by the container that its first bytes announce.
private struct Contents {
  let container: Checkpoint.Container
  let tensors: [StoredTensor]
  var metadata: [String: String] = [:]

  init(_ memory: CheckpointMemory) throws(CheckpointError.Reason) {
    let bytes = memory.bytes
    guard let first = bytes.first else { throw .empty }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
      container = .zip
      tensors = try ZipContainer(memory).tensors
    } else if let length = SafetensorsContainer.headerLength(bytes) {
      let contents = try SafetensorsContainer(memory, headerLength: length)
      container = .safetensors
      tensors = contents.tensors
      metadata = contents.metadata
    } else if first == 0x80 {
      container = .legacyPickle
      tensors = try LegacyContainer(memory).tensors
    } else if bytes.count > 262, bytes.slice(257..<262).elementsEqual("ustar".utf8) {
      throw .unsupported(
        kind: "a tar archive, as torch before 0.2 wrote it",
        remedy: "load and save it with a later torch, or unpack it if it holds a checkpoint")
    } else if "(LIc]}".utf8.contains(first) {
      container = .legacyPickle
      tensors = try Self.earlyPickle(memory)
    } else {
      throw .notACheckpoint(start: Array(bytes.prefix(64)))
    }
  }

  /// Pickles of protocols 0 and 1 begin with a letter, as any text may; only a refusal shows that it was a
  /// pickle.
  private static func earlyPickle(_ memory: CheckpointMemory) throws(CheckpointError.Reason) -> [StoredTensor]
  {
    do {
      return try LegacyContainer(memory).tensors
    } catch {
      if case .refusedName = error { throw error }
      if case .refusedOpcode(let name, _) = error, name.hasSuffix("INST") { throw error }
      if memory.bytes.first == UInt8(ascii: "L"), memory.bytes.dropFirst().first == UInt8(ascii: "1") {
        throw error
      }
      throw .notACheckpoint(start: Array(memory.bytes.prefix(64)))
    }
  }
}
