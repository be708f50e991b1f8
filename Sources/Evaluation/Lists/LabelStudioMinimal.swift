import R2P1DVideo

/// Label Studio's JSON-MIN: a record for each annotation, in which the task's data and what was answered lie
/// side by side under the names of the data and of the interface's controls. A single choice is a text, as
/// data are; of anything else the shape shows what it is.
enum LabelStudioMinimal {
  struct Record: Decodable {
    let fields: [String: Field]

    init(from decoder: any Decoder) throws {
      fields = try decoder.singleValueContainer().decode([String: Field].self)
    }
  }

  enum Field: Decodable {
    case datum(LabelStudioExport.Field)
    /// Several choices of one control.
    case texts([String])
    case values([LabelStudioExport.Value])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      let datum = try value.decode(LabelStudioExport.Field.self)
      if case .other = datum {
        if let texts = try? value.decode([String].self) {
          self = .texts(texts)
        } else if let values = try? value.decode([LabelStudioExport.Value].self) {
          self = .values(values)
        } else if let one = try? value.decode(LabelStudioExport.Value.self) {
          self = .values([one])
        } else {
          self = .datum(datum)
        }
      } else {
        self = .datum(datum)
      }
    }
  }

  /// What the converter writes of itself, and what says a frame rate.
  private static let own = LabelStudioExport.frameRateNames.union([
    "id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement",
  ])

  /// The records as tasks of a whole export.
  static func tasks(
    _ records: [Record], _ source: ListSource
  ) throws(ClassifierError) -> [LabelStudioExport.Task] {
    let plain = records.map { record in
      LabelStudioExport.Task(data: record.fields.compactMapValues(\.datum), annotations: nil)
    }
    let answers = records.map { record in
      record.fields.filter { !own.contains($0.key) }.sorted { $0.key < $1.key }.flatMap(\.value.answers)
    }
    // Where all answers have a shape of their own, texts are data.
    let choice = answers.allSatisfy(\.isEmpty) ? try choiceName(plain, source) : nil
    return zip(plain, answers).map { task, answers in
      var values = answers
      if let choice, case .text(let label)? = task.data?[choice] {
        values.append(LabelStudioExport.Value(choices: [label]))
      }
      return LabelStudioExport.Task(
        data: task.data,
        annotations: [LabelStudioExport.Annotation(result: values.map { .init(value: $0) })])
    }
  }

  /// The control whose texts are the labels: `choice`, as Label Studio's templates call it, or the only text
  /// beside the video's.
  private static func choiceName(
    _ tasks: [LabelStudioExport.Task], _ source: ListSource
  ) throws(ClassifierError) -> String? {
    let names = Set(tasks.flatMap { task in task.texts.filter { $0.text != task.video }.map(\.name) })
      .subtracting(own).sorted()
    if names.contains("choice") { return "choice" }
    guard names.count < 2 else {
      let quoted = names.prefix(4).map { "'\(BytePath($0).printable)'" }.joined(separator: ", ")
      throw source.error(
        .labelStudio, 1,
        "is JSON-MIN, in which \(quoted) could each be the label: export as JSON, which says what was chosen")
    }
    return names.first
  }
}

extension LabelStudioMinimal.Field {
  fileprivate var datum: LabelStudioExport.Field? {
    if case .datum(let datum) = self { datum } else { nil }
  }

  /// What it says if it is no datum.
  fileprivate var answers: [LabelStudioExport.Value] {
    switch self {
    case .datum: []
    case .texts(let texts): texts.isEmpty ? [] : [LabelStudioExport.Value(choices: texts)]
    case .values(let values): values.filter { $0.choices != nil || $0.ranges != nil || $0.labels != nil }
    }
  }
}

extension LabelStudioExport.Task {
  /// The data that are texts.
  fileprivate var texts: [(name: String, text: String)] {
    (data ?? [:]).compactMap { entry in
      if case .text(let text) = entry.value { (entry.key, text) } else { nil }
    }
  }
}
