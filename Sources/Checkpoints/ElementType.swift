/// The type of a stored tensor's elements. Raw values are the names that safetensors gives them.
package enum ElementType: String, CaseIterable, Sendable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float64 = "F64"
  case int8 = "I8"
  case uint8 = "U8"
  case int16 = "I16"
  case uint16 = "U16"
  case int32 = "I32"
  case uint32 = "U32"
  case int64 = "I64"
  case uint64 = "U64"
  case bool = "BOOL"

  /// Bytes an element.
  package var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// From `torch.float32`, `torch.half` and their like: the name without its module.
  init?(torchType name: String) {
    switch name {
    case "float32", "float": self = .float32
    case "float16", "half": self = .float16
    case "bfloat16": self = .bfloat16
    case "float64", "double": self = .float64
    case "int8": self = .int8
    case "uint8": self = .uint8
    case "int16", "short": self = .int16
    case "uint16": self = .uint16
    case "int32", "int": self = .int32
    case "uint32": self = .uint32
    case "int64", "long": self = .int64
    case "uint64": self = .uint64
    case "bool": self = .bool
    default: return nil
    }
  }

  /// From `torch.FloatStorage` and its like: the name without its module.
  init?(torchStorage name: String) {
    switch name {
    case "FloatStorage": self = .float32
    case "HalfStorage": self = .float16
    case "BFloat16Storage": self = .bfloat16
    case "DoubleStorage": self = .float64
    case "CharStorage": self = .int8
    case "ByteStorage": self = .uint8
    case "ShortStorage": self = .int16
    case "IntStorage": self = .int32
    case "LongStorage": self = .int64
    case "BoolStorage": self = .bool
    default: return nil
    }
  }
}
