"""Goldens for attention, layer normalisation, positions, gated activations and a small GPT, by PyTorch in float64.

usage: make_transformer_goldens.py TESTS_FOLDER
Writes transformer.json into AutogradTests/Resources and NeuralNetworksTests/Resources.
"""

import math
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from make_operation_goldens import case, leaf, with_gradients, write


def layer_norm():
    x, weight, bias = leaf(3, 5, 7, scale=2), leaf(7), leaf(7)
    y = F.layer_norm(x, (7,), weight, bias, 1e-3)
    return case(numbers={"epsilon": 1e-3}, **with_gradients(y, {"x": x, "weight": weight, "bias": bias}))


def split(packed, heads):
    """[batch, time, 3·width] to queries, keys and values [batch, heads, time, size]."""
    batch, time, channels = packed.shape
    return packed.view(batch, time, 3, heads, channels // 3 // heads).permute(2, 0, 3, 1, 4)


def joined(y):
    return y.transpose(1, 2).flatten(2)


def attention(causal=False, lengths=None, batch=2, time=7, heads=2, size=3):
    x = leaf(batch, time, 3 * heads * size)
    mask = None
    if lengths:
        mask = (torch.arange(time)[None, :] < torch.tensor(lengths)[:, None])[:, None, None, :]
        if causal:
            mask = mask & torch.ones(time, time, dtype=torch.bool).tril()
    y = F.scaled_dot_product_attention(*split(x, heads), attn_mask=mask, is_causal=causal and mask is None)
    integers = {"heads": heads, "causal": causal}
    integers.update({f"length_{i}": v for i, v in enumerate(lengths or [])})
    return case(integers, **with_gradients(joined(y), {"x": x}))


def rotate(x, start=0):
    """Element i and i + size/2 of each head as one complex number, turned by position · 10000^(−2i/size)."""
    time, size = x.shape[-2], x.shape[-1]
    angles = torch.outer(torch.arange(start, start + time).double(), 10000.0 ** (-torch.arange(0, size, 2) / size))
    turned = torch.complex(x[..., : size // 2], x[..., size // 2:]) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], -1)


def rotary(heads=2, size=4, start=3):
    x = leaf(2, 5, 3 * heads * size)
    q, k, v = split(x, heads)
    y = torch.cat([joined(rotate(q, start)), joined(rotate(k, start)), joined(v)], -1)
    return case({"heads": heads, "start": start}, **with_gradients(y, {"x": x}))


def sinusoids(time, width):
    position = torch.arange(time).double()[:, None]
    rates = torch.exp(torch.arange(0, width, 2).double() * (-math.log(10000.0) / width))
    table = torch.zeros(time, width)
    table[:, 0::2], table[:, 1::2] = torch.sin(position * rates), torch.cos(position * rates)
    return table


def positions():
    x, rows = leaf(2, 5, 6), leaf(9, 6)
    y = x + rows[3:8]
    return case({"start": 3}, sinusoids=sinusoids(9, 6), **with_gradients(y, {"x": x, "rows": rows}))


def swiglu():
    gate, x = leaf(3, 5, 7, scale=3), leaf(3, 5, 7)
    return case(**with_gradients(F.silu(gate) * x, {"gate": gate, "x": x}))


class Attention(nn.Module):
    def __init__(self, width, heads, bias, rotary):
        super().__init__()
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width, bias), nn.Linear(width, width, bias)
        self.heads, self.rotary = heads, rotary

    def forward(self, x):
        q, k, v = split(self.c_attn(x), self.heads)
        if self.rotary:
            q, k = rotate(q), rotate(k)
        return self.c_proj(joined(F.scaled_dot_product_attention(q, k, v, is_causal=True)))


class MLP(nn.Module):
    def __init__(self, width, bias, kind):
        super().__init__()
        hidden = (width * 8 + 23) // 24 * 8 if kind == "swiglu" else 4 * width
        if kind == "swiglu":
            self.c_gate = nn.Linear(width, hidden, bias)
        self.c_fc, self.c_proj = nn.Linear(width, hidden, bias), nn.Linear(hidden, width, bias)
        self.kind = kind

    def forward(self, x):
        h = self.c_fc(x)
        if self.kind == "swiglu":
            return self.c_proj(F.silu(self.c_gate(x)) * h)
        return self.c_proj(F.gelu(h, approximate="tanh" if self.kind == "gelu_tanh" else "none"))


class Block(nn.Module):
    def __init__(self, width, heads, bias, positions, mlp):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(width, bias=bias), Attention(width, heads, bias, positions == "rotary")
        self.ln_2, self.mlp = nn.LayerNorm(width, bias=bias), MLP(width, bias, mlp)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, vocabulary, layers, heads, width, context, positions, mlp, tie, bias):
        super().__init__()
        parts = {"wte": nn.Embedding(vocabulary, width)}
        if positions == "learned":
            parts["wpe"] = nn.Embedding(context, width)
        parts["h"] = nn.ModuleList(Block(width, heads, bias, positions, mlp) for _ in range(layers))
        parts["ln_f"] = nn.LayerNorm(width, bias=bias)
        self.transformer = nn.ModuleDict(parts)
        if not tie:
            self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.positions, self.tie = positions, tie

    def forward(self, tokens):
        t, time = self.transformer, tokens.shape[1]
        x = t.wte(tokens)
        if self.positions == "learned":
            x = x + t.wpe(torch.arange(time))
        if self.positions == "sinusoidal":
            x = x * math.sqrt(x.shape[-1]) + sinusoids(time, x.shape[-1])
        for block in t.h:
            x = block(x)
        x = t.ln_f(x)
        return F.linear(x, t.wte.weight) if self.tie else self.lm_head(x)


def gpt(positions="learned", mlp="gelu_tanh", tie=True, bias=True, vocabulary=7, layers=2, heads=2, width=8, context=9):
    net = GPT(vocabulary, layers, heads, width, context, positions, mlp, tie, bias)
    for parameter in net.parameters():
        nn.init.normal_(parameter, 0, 0.4)
    tokens, labels = torch.randint(0, vocabulary, (3, 7)), torch.randint(0, vocabulary, (3, 7))
    output = net(tokens)
    loss = F.cross_entropy(output.flatten(0, 1), labels.flatten(), reduction="sum")
    loss.backward()
    tensors = {"tokens": tokens.double(), "labels": labels.double(), "output": output}
    tensors.update({"value:" + k: v for k, v in net.named_parameters()})
    tensors.update({"gradient:" + k: v.grad for k, v in net.named_parameters()})
    integers = dict(vocabulary=vocabulary, layers=layers, heads=heads, width=width, context=context, tie=tie, bias=bias)
    return case(integers, numbers={"loss": loss.item()}, **tensors)


if __name__ == "__main__":
    torch.manual_seed(13)
    write(sys.argv[1] + "/AutogradTests/Resources/transformer.json", {
        "layer_norm": layer_norm(),
        "attention/full": attention(),
        "attention/causal": attention(causal=True),
        "attention/lengths": attention(lengths=[4, 7]),
        "attention/causal_lengths": attention(causal=True, lengths=[3, 6]),
        "rotary": rotary(),
        "positions": positions(),
        "swiglu": swiglu(),
    })
    write(sys.argv[1] + "/NeuralNetworksTests/Resources/transformer.json", {
        "gpt/learned/gelu_tanh": gpt(),
        "gpt/rotary/swiglu": gpt("rotary", "swiglu", layers=1, tie=False, bias=False),
        "gpt/sinusoidal/gelu": gpt("sinusoidal", "gelu", layers=1),
        "gpt/none/gelu": gpt("none", "gelu", layers=1, tie=False),
    })
