"""Goldens for a small vision transformer with timm's names, by PyTorch in float64.

usage: make_vision_transformer_goldens.py TESTS_FOLDER
Writes NeuralNetworksTests/Resources/vision_transformer.json. Images and kernels are channels-last.
"""

import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from make_operation_goldens import case, write


class Attention(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.qkv, self.proj, self.heads = nn.Linear(width, 3 * width, bias), nn.Linear(width, width, bias), heads

    def forward(self, x):
        batch, time, width = x.shape
        q, k, v = self.qkv(x).view(batch, time, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        y = F.softmax(q @ k.transpose(-2, -1) / (width // self.heads) ** 0.5, -1) @ v
        return self.proj(y.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    def __init__(self, width, bias):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width, bias), nn.Linear(4 * width, width, bias)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(width, bias=bias), Attention(width, heads, bias)
        self.norm2, self.mlp = nn.LayerNorm(width, bias=bias), MLP(width, bias)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Patches(nn.Module):
    def __init__(self, patch, width):
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch)

    def forward(self, x):
        return self.proj(x)


class Convolutions(nn.Sequential):
    """Xiao et al., 2021, down to patches of 4."""

    def __init__(self, width):
        def halving(i, o):
            return [nn.Conv2d(i, o, 3, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]

        super().__init__(*halving(3, width // 2), *halving(width // 2, width), nn.Conv2d(width, width, 1))


class ViT(nn.Module):
    def __init__(self, patch, width, blocks, heads, patches, token, stem, bias):
        super().__init__()
        self.patch_embed = Convolutions(width) if stem == "convolutions" else Patches(patch, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width)) if token else None
        self.pos_embed = nn.Parameter(torch.zeros(1, patches + token, width))
        self.blocks = nn.ModuleList(Block(width, heads, bias) for _ in range(blocks))
        self.norm, self.head = nn.LayerNorm(width, bias=bias), nn.Linear(width, 5)

    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        if self.cls_token is not None:
            x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1)
        x = x + self.pos_embed
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return self.head(x.mean(1) if self.cls_token is None else x[:, 0])


def vit(patch=4, token=False, stem="patchify", bias=True):
    height, width = 8, 12
    net = ViT(patch, 8, 2, 2, (height // patch) * (width // patch), token, stem, bias)
    for parameter in net.parameters():
        nn.init.normal_(parameter, 0, 0.4)
    x, labels = torch.randn(3, 3, height, width), torch.tensor([4, 0, 2])
    output = net(x)
    loss = F.cross_entropy(output, labels, reduction="sum")
    loss.backward()
    tensors = {"x": x, "labels": labels.double(), "output": output}
    tensors.update({"value:" + k: v for k, v in net.named_parameters()})
    tensors.update({"gradient:" + k: v.grad for k, v in net.named_parameters()})
    return case({"patch": patch, "token": token, "bias": bias}, numbers={"loss": loss.item()}, **tensors)


if __name__ == "__main__":
    torch.manual_seed(17)
    torch.set_default_dtype(torch.float64)
    write(sys.argv[1] + "/NeuralNetworksTests/Resources/vision_transformer.json", {
        "mean": vit(),
        "class_token": vit(patch=2, token=True, bias=False),
        "convolutions": vit(stem="convolutions"),
    })
