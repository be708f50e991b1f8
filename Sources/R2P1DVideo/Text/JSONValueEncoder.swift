extension JSONValue {
  /// What `value` encodes itself as.
  init(encoding value: some Encodable) throws {
    let node = JSONNode()
    try node.set(value)
    self = node.value
  }
}

/// A value under construction: its containers are handed out before they are filled.
private final class JSONNode {
  private enum Content {
    case scalar(JSONValue)
    case array([JSONNode])
    case object([String: JSONNode])
  }

  private var content = Content.scalar(.null)

  var value: JSONValue {
    switch content {
    case .scalar(let value): value
    case .array(let nodes): .array(nodes.map(\.value))
    case .object(let nodes): .object(nodes.mapValues(\.value))
    }
  }

  var count: Int {
    if case .array(let nodes) = content { nodes.count } else { 0 }
  }

  func set(_ value: some Encodable) throws {
    if let scalar = value as? any JSONScalar {
      content = .scalar(scalar.json)
    } else {
      try value.encode(to: JSONNodeEncoder(node: self))
    }
  }

  /// An object without keys, unless it is one already: a type may ask for its container more than once.
  func makeObject() {
    if case .object = content { return }
    content = .object([:])
  }

  func makeArray() {
    if case .array = content { return }
    content = .array([])
  }

  /// A null under `key`, to be set.
  func child(_ key: some CodingKey) -> JSONNode {
    let child = JSONNode()
    if case .object(var nodes) = content {
      content = .scalar(.null)  // so that the dictionary is not copied
      nodes[key.stringValue] = child
      content = .object(nodes)
    }
    return child
  }

  /// A null at the end of an array, to be set.
  func append() -> JSONNode {
    let child = JSONNode()
    if case .array(var nodes) = content {
      content = .scalar(.null)
      nodes.append(child)
      content = .array(nodes)
    }
    return child
  }
}

/// The types that are not made of others.
private protocol JSONScalar {
  var json: JSONValue { get }
}

extension Bool: JSONScalar {
  fileprivate var json: JSONValue { .bool(self) }
}

extension String: JSONScalar {
  fileprivate var json: JSONValue { .string(self) }
}

extension BinaryInteger {
  fileprivate var json: JSONValue { .integer(self) }
}

// All that there are: each encodes itself as a scalar, which would never end for one that is missing.
extension Int: JSONScalar {}
extension Int8: JSONScalar {}
extension Int16: JSONScalar {}
extension Int32: JSONScalar {}
extension Int64: JSONScalar {}
extension UInt: JSONScalar {}
extension UInt8: JSONScalar {}
extension UInt16: JSONScalar {}
extension UInt32: JSONScalar {}
extension UInt64: JSONScalar {}

extension Float: JSONScalar {
  fileprivate var json: JSONValue { .real(self) }
}

extension Double: JSONScalar {
  fileprivate var json: JSONValue { .real(self) }
}

private struct JSONNodeEncoder: Encoder {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.makeObject()
    return KeyedEncodingContainer(JSONKeyedContainer(node: node))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.makeArray()
    return JSONUnkeyedContainer(node: node)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleContainer(node: node) }
}

private struct JSONKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { _ = node.child(key) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try node.child(key).set(value) }
  func superEncoder(forKey key: Key) -> any Encoder { JSONNodeEncoder(node: node.child(key)) }
  func superEncoder() -> any Encoder { JSONNodeEncoder(node: node) }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    JSONNodeEncoder(node: node.child(key)).unkeyedContainer()
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    JSONNodeEncoder(node: node.child(key)).container(keyedBy: type)
  }
}

private struct JSONUnkeyedContainer: UnkeyedEncodingContainer {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }
  var count: Int { node.count }

  func encodeNil() { _ = node.append() }
  func encode(_ value: some Encodable) throws { try node.append().set(value) }
  func superEncoder() -> any Encoder { JSONNodeEncoder(node: node.append()) }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    JSONNodeEncoder(node: node.append()).unkeyedContainer()
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    JSONNodeEncoder(node: node.append()).container(keyedBy: type)
  }
}

private struct JSONSingleContainer: SingleValueEncodingContainer {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil() {}
  func encode(_ value: some Encodable) throws { try node.set(value) }
}
