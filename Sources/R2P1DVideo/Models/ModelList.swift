import FoundationEssentials
import Glibc
import Inference

/// The models that there are by name: the built-in one, and the published checkpoints.
public struct ModelList: Sendable {
  public let models: [ListedModel]

  /// Looks into `folders` for each.
  public init(folders: ModelStore = ModelStore()) throws(ClassifierError) {
    var models: [ListedModel] = []
    for name in BuiltInModel.names { models.append(try ListedModel(builtIn: name)) }
    for entry in PublishedModel.all { models.append(ListedModel(entry, folders)) }
    self.models = models
  }

  /// A table, one line per model; `absent` is what stands behind "not here".
  public func text(absent: String = "") -> String {
    let heading = ["NAME", "NETWORK", "FRAMES", "CLASSES", "TOP 1", "TOP 5", "SIZE", "WHERE"]
    let table = [heading] + models.map { $0.cells(absent: absent) }
    let widths = heading.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    return table.map { row in
      let cells = zip(row, widths).enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
        return (2...6).contains(column) ? blanks + cell.0 : cell.0 + blanks
      }
      return cells.joined(separator: "  ").trimmed() + "\n"
    }.joined()
  }

  /// An array of objects.
  public var json: String { JSON.text(models, pretty: true) }
}

/// One model of a list.
public struct ListedModel: Sendable {
  public let name: String
  public let network: String
  /// Samples in a window.
  public let frames: Int
  public let classes: Int
  /// Published on Kinetics-400, top 1 and top 5, in per cent; empty where nothing was.
  public let accuracy: [Double]
  /// The size of the file; of one that is not there, of its weights.
  public let bytes: Int
  public let isBuiltIn: Bool
  /// Nil where it is built in, or not there.
  public let file: BytePath?
  /// Nil where it is built in.
  public let address: String?

  init(builtIn name: String) throws(ClassifierError) {
    let loaded = try LoadedModel(.named(name), folders: ModelStore(environment: [:]))
    self.name = name
    network = loaded.model.network.name
    frames = loaded.traits.frames
    classes = loaded.model.network.classes
    accuracy = []
    bytes = loaded.checkpoint?.byteCount ?? 0
    isBuiltIn = true
    file = nil
    address = nil
  }

  init(_ entry: PublishedModel, _ folders: ModelStore) {
    name = entry.name
    network = entry.network
    frames = entry.frames
    classes = entry.classes
    accuracy = entry.accuracy
    file = try? folders.find(entry.name)
    let weights = VideoResNet(named: entry.network, classes: entry.classes)?.byteCount
    bytes = file?.byteCount ?? weights ?? 0
    isBuiltIn = false
    address = folders.address(of: entry)
  }

  fileprivate func cells(absent: String) -> [String] {
    let percent = accuracy.count == 2 ? accuracy.map { String(format: "%.1f", $0) } : ["", ""]
    let size = String(format: bytes < 10_000_000 ? "%.1f MB" : "%.0f MB", Double(bytes) / 1e6)
    return [name, network, "\(frames)", "\(classes)"] + percent
      + [size, isBuiltIn ? "built in" : file?.printable ?? "not here\(absent)"]
  }
}

extension ListedModel: Encodable {
  private enum Key: CodingKey {
    case name, network, frames, classes, accuracy, bytes, present, builtIn, address
  }

  private struct Accuracy: Encodable {
    let top1: Double
    let top5: Double
  }

  public func encode(to encoder: any Encoder) throws {
    try file?.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(name, forKey: .name)
    try values.encode(network, forKey: .network)
    try values.encode(frames, forKey: .frames)
    try values.encode(classes, forKey: .classes)
    if accuracy.count == 2 {
      try values.encode(Accuracy(top1: accuracy[0], top5: accuracy[1]), forKey: .accuracy)
    }
    try values.encode(bytes, forKey: .bytes)
    try values.encode(isBuiltIn || file != nil, forKey: .present)
    try values.encode(isBuiltIn, forKey: .builtIn)
    try values.encodeIfPresent(address, forKey: .address)
  }
}

extension VideoResNet {
  /// The bytes of all its tensors in float32.
  var byteCount: Int { tensors.reduce(0) { $0 + 4 * $1.shape.reduce(1, *) } }
}

extension BytePath {
  /// The file's size; nil where there is none.
  var byteCount: Int? {
    var status = stat()
    return withCString { stat($0, &status) } == 0 ? Int(status.st_size) : nil
  }
}
