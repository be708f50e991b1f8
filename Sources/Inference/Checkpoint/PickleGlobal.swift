/// The names that a pickled state dict needs. No other name is looked up, and none of these runs anything
/// here.
enum PickleGlobal: Equatable {
  case orderedDict
  case rebuildTensor
  case rebuildTensorV2
  case rebuildTensorV3
  case rebuildParameter
  case size
  case device
  /// nil: untyped.
  case storage(ElementType?)
  case elementType(ElementType)

  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDict
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorV3
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "Size"): self = .size
    case ("torch", "device"): self = .device
    case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"),
      ("torch.storage", "TypedStorage"), ("torch.storage", "_LegacyStorage"):
      self = .storage(nil)
    case ("torch", _), ("torch.cuda", _):
      if let type = ElementType(torchStorage: name) {
        self = .storage(type)
      } else if module == "torch", let type = ElementType(torchType: name) {
        self = .elementType(type)
      } else {
        return nil
      }
    default: return nil
    }
  }
}
