"""torchvision's models beside a CPU-only torch: its compiled operators do not load there and are not needed, so their registration is skipped."""
import torch

register = torch.library.register_fake
torch.library.register_fake = lambda name, *a, **k: (lambda f: f) if str(name).startswith("torchvision::") else register(name, *a, **k)
import torchvision  # noqa: E402,F401

torch.library.register_fake = register
