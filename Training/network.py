"""The narrow R(2+1)D network, under torchvision's names, computed as two-dimensional convolutions.

A clip is kept as [batch, time, height, width, channels] throughout. A 1×3×3 convolution sees it as batch·time pictures,
a 3×1×1 convolution as one picture of time by height·width a clip; both views are free, and on a CPU
they are several times faster than three-dimensional convolutions.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Conv(nn.Conv3d):
    """Spatial (1×k×k), temporal (3×1×1) or pointwise, with the weights of a Conv3d."""

    def forward(self, x):
        n, t, h, w, c = x.shape
        weight = self.weight.to(x.dtype)
        if self.kernel_size[0] == 1:
            if self.stride[0] > 1:
                x = x[:, ::self.stride[0]]
                t = x.shape[1]
            x = x.reshape(n * t, h, w, c).permute(0, 3, 1, 2)
            y = F.conv2d(x, weight[:, :, 0], stride=self.stride[1:], padding=self.padding[1:])
            return y.permute(0, 2, 3, 1).reshape(n, t, y.shape[2], y.shape[3], -1)
        x = x.reshape(n, t, h * w, c).permute(0, 3, 1, 2)
        y = F.conv2d(x, weight[:, :, :, 0], stride=(self.stride[0], 1), padding=(self.padding[0], 0))
        return y.permute(0, 2, 3, 1).reshape(n, -1, h, w, y.shape[1])


class Norm(nn.BatchNorm3d):
    def forward(self, x):
        n, t, h, w, c = x.shape
        y = F.batch_norm(x.reshape(n * t, h, w, c).permute(0, 3, 1, 2), self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps)
        return y.permute(0, 2, 3, 1).reshape(n, t, h, w, c)


def factored(inputs, middle, outputs, stride):
    return nn.Sequential(
        Conv(inputs, middle, (1, 3, 3), stride=(1, stride, stride), padding=(0, 1, 1), bias=False),
        Norm(middle),
        nn.ReLU(inplace=True),
        Conv(middle, outputs, (3, 1, 1), stride=(stride, 1, 1), padding=(1, 0, 0), bias=False))


class Block(nn.Module):
    def __init__(self, inputs, middle, outputs, stride):
        super().__init__()
        self.conv1 = nn.Sequential(factored(inputs, middle, outputs, stride), Norm(outputs), nn.ReLU(inplace=True))
        self.conv2 = nn.Sequential(factored(outputs, middle, outputs, 1), Norm(outputs))
        self.downsample = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(Conv(inputs, outputs, 1, stride=stride, bias=False), Norm(outputs))

    def forward(self, x):
        return F.relu(self.conv2(self.conv1(x)) + (x if self.downsample is None else self.downsample(x)))


class Network(nn.Module):
    """logits, and the velocity regressed beside them (for training only)."""

    def __init__(self, classes=9, stem=24, widths=(16, 32, 64, 128), middles=(24, 48, 96, 160), blocks=(1, 1, 1, 1)):
        super().__init__()
        self.stem = nn.Sequential(
            Conv(3, stem, (1, 7, 7), stride=(1, 2, 2), padding=(0, 3, 3), bias=False), Norm(stem), nn.ReLU(inplace=True),
            Conv(stem, widths[0], (3, 1, 1), padding=(1, 0, 0), bias=False), Norm(widths[0]), nn.ReLU(inplace=True))
        inputs = widths[0]
        for index, (width, middle, count) in enumerate(zip(widths, middles, blocks)):
            layer = []
            for block in range(count):
                layer.append(Block(inputs, middle, width, 2 if index and not block else 1))
                inputs = width
            setattr(self, f"layer{index + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(inputs, classes)
        self.velocity = nn.Linear(inputs, 4)
        self.start()

    def start(self):
        """He's initialisation; temporal filters begin as averages, derivatives and noise, a third each."""
        for module in self.modules():
            if isinstance(module, Conv):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.kernel_size[0] == 3:
                    scale = module.weight.detach().std(dim=(1, 2, 3, 4), keepdim=True)
                    kinds = torch.tensor([[1.0, 0, -1], [0.6, 1, 0.6], [-0.6, 1, -0.6]])
                    mixed = torch.randn(*module.weight.shape[:2], 1, 1, 1) * kinds[torch.arange(module.weight.shape[0]) % 3][:, None, :, None, None]
                    with torch.no_grad():
                        module.weight.copy_(0.4 * module.weight + mixed * scale)
        for module in self.modules():
            if isinstance(module, Block):
                nn.init.constant_(module.conv2[1].weight, 0.5)
        nn.init.normal_(self.fc.weight, 0, 0.02)

    def forward(self, x):
        """x [batch, time, height, width, 3], normalised."""
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        features = x.float().mean((1, 2, 3))
        return self.fc(features), self.velocity(features)
