/// A name that a pickle mentions. None of them is looked up, and nothing is run for any: those of a state
/// dict make values here, all others stand for values that nobody looks into.
enum PickleGlobal: Equatable {
  case orderedDict
  case defaultDict
  case rebuildTensor
  case rebuildTensorV2
  case rebuildTensorV3
  /// A tensor handed on with something that its values do not depend on.
  case rebuildSame
  /// A call of one of the others, for a subclass of Tensor or one with attributes.
  case rebuildFromType
  case rebuildUnread(UnreadTensor)
  case size
  case device
  /// nil: untyped.
  case storage(ElementType?)
  case unreadStorage(UnreadStorage)
  case elementType(ElementType)
  /// `getattr`, which pickles of protocols before 4 need for members of a class.
  case attribute
  /// Anything else, by its index in `PickleHeap.names`.
  case foreign(Int)

  /// nil: foreign.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDict
    case ("collections", "defaultdict"): self = .defaultDict
    case ("torch._utils", _), ("torch._tensor", _):
      guard let rebuild = Self(rebuild: name) else { return nil }
      self = rebuild
    case ("torch", "Size"): self = .size
    case ("torch", "device"): self = .device
    case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"),
      ("torch.storage", "TypedStorage"), ("torch.storage", "_LegacyStorage"):
      self = .storage(nil)
    case ("builtins", "getattr"), ("__builtin__", "getattr"): self = .attribute
    case ("torch", _), ("torch.cuda", _):
      if let type = ElementType(torchStorage: name) {
        self = .storage(type)
      } else if let type = UnreadStorage(rawValue: name) {
        self = .unreadStorage(type)
      } else if module == "torch", let type = ElementType(torchType: name) {
        self = .elementType(type)
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// The functions of torch._utils and torch._tensor that make tensors.
  private init?(rebuild name: String) {
    switch name {
    case "_rebuild_tensor": self = .rebuildTensor
    case "_rebuild_tensor_v2": self = .rebuildTensorV2
    case "_rebuild_tensor_v3": self = .rebuildTensorV3
    case "_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_device_tensor_from_cpu_tensor":
      self = .rebuildSame
    case "_rebuild_from_type", "_rebuild_from_type_v2": self = .rebuildFromType
    case "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor": self = .rebuildUnread(.sparse)
    case "_rebuild_qtensor": self = .rebuildUnread(.quantized)
    case "_rebuild_nested_tensor": self = .rebuildUnread(.nested)
    case "_rebuild_meta_tensor_no_storage": self = .rebuildUnread(.meta)
    case "_rebuild_wrapper_subclass": self = .rebuildUnread(.wrapper)
    case "_rebuild_device_tensor_from_numpy", "_rebuild_xla_tensor", "_rebuild_mlc_tensor",
      "_rebuild_ort_tensor", "_rebuild_msnpu_tensor":
      self = .rebuildUnread(.otherDevice)
    default: return nil
    }
  }
}

/// Kinds of tensors that have no plain storage; raw values are words for messages.
enum UnreadTensor: String {
  case sparse = "a sparse tensor"
  case quantized = "a quantized tensor"
  case nested = "a nested tensor"
  case meta = "a tensor on the meta device, which has no values"
  case wrapper = "a tensor of a subclass that wraps others"
  case otherDevice = "a tensor of a device that is saved as a NumPy array"

  var remedy: String {
    switch self {
    case .sparse: "convert it with tensor.to_dense() and save it again"
    case .quantized: "convert it with tensor.dequantize() and save it again"
    case .nested: "convert it with tensor.to_padded_tensor(0), or take one of its parts, and save it again"
    case .meta: "load the weights into the model before it is saved"
    case .wrapper: "convert it with tensor.full_tensor(), as a DTensor of FSDP2 needs, and save it again"
    case .otherDevice: "convert it with tensor.cpu() and save it again"
    }
  }
}

/// Storages of torch whose elements are not read; raw values are torch's names.
enum UnreadStorage: String {
  case complexFloat = "ComplexFloatStorage"
  case complexDouble = "ComplexDoubleStorage"
  case qint8 = "QInt8Storage"
  case quint8 = "QUInt8Storage"
  case qint32 = "QInt32Storage"
  case quint4x2 = "QUInt4x2Storage"
  case quint2x4 = "QUInt2x4Storage"

  /// Bytes an element.
  var size: Int {
    switch self {
    case .complexFloat: 8
    case .complexDouble: 16
    case .qint32: 4
    case .qint8, .quint8, .quint4x2, .quint2x4: 1
    }
  }

  /// The name of the elements' type in torch.
  var elementName: String {
    switch self {
    case .complexFloat: "complex64"
    case .complexDouble: "complex128"
    case .qint8: "qint8"
    case .quint8: "quint8"
    case .qint32: "qint32"
    case .quint4x2: "quint4x2"
    case .quint2x4: "quint2x4"
    }
  }
}
