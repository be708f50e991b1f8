package enum JSON {
  /// `value` and a line feed: all JSON that a command prints comes through here.
  package static func text(_ value: some Encodable, pretty: Bool) -> String {
    guard let json = try? JSONValue(encoding: value) else { return "" }
    return json.text(pretty: pretty) + "\n"
  }
}
