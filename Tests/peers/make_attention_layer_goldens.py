"""Goldens for transformers written as lists of layers, on samples of different lengths, by PyTorch in float64.

usage: make_attention_layer_goldens.py TESTS_FOLDER
Writes NeuralNetworksTests/Resources/attention_layers.json. Attention is PyTorch's MultiheadAttention; samples are seen one by one.
"""

import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from make_operation_goldens import case, write
from make_transformer_goldens import joined, rotate, sinusoids, split

LENGTHS = [6, 2, 5]


def transformer(heads, causal, learned, rotary):
    width = 8
    layers = {
        "0": nn.Embedding(11, width),
        "2.body.0": nn.LayerNorm(width),
        "2.body.1": nn.MultiheadAttention(width, heads, batch_first=True),
        "3.body.0": nn.LayerNorm(width, 1e-3, bias=False),
        "3.body.1": nn.Linear(width, 12),
        "3.body.3": nn.Linear(12, width),
        "5": nn.Linear(width, 5),
    }
    parameters = {f"{path}.{k}": v for path, layer in layers.items() for k, v in layer.named_parameters()}
    if learned:
        parameters["1.weight"] = nn.Parameter(torch.zeros(6, width))
    for parameter in parameters.values():
        nn.init.normal_(parameter, 0, 0.5)

    def attention(x):
        layer, time = layers["2.body.1"], x.shape[1]
        if rotary:
            q, k, v = split(F.linear(x, layer.in_proj_weight, layer.in_proj_bias), heads)
            return layer.out_proj(joined(F.scaled_dot_product_attention(rotate(q), rotate(k), v, is_causal=causal)))
        mask = torch.ones(time, time, dtype=torch.bool).triu(1) if causal else None
        return layer(x, x, x, attn_mask=mask, need_weights=False)[0]

    def run(tokens):
        time = tokens.shape[1]
        x = layers["0"](tokens)
        x = x + (parameters["1.weight"][:time] if learned else sinusoids(time, width))
        x = x + attention(layers["2.body.0"](x))
        x = x + layers["3.body.3"](F.gelu(layers["3.body.1"](layers["3.body.0"](x))))
        return layers["5"](x[:, -1] if causal else x.mean(1))

    tokens = torch.randint(0, 11, (3, 6))
    y = torch.cat([run(tokens[i : i + 1, :n]) for i, n in enumerate(LENGTHS)])
    given = torch.randn_like(y)
    gradients = torch.autograd.grad(y, list(parameters.values()), given)
    tensors = {"x": tokens.double(), "y": y, "gradient_y": given}
    tensors.update({"value:" + k: v for k, v in parameters.items()})
    tensors.update({"gradient:" + k: g for k, g in zip(parameters, gradients)})
    return case({"heads": heads}, **tensors)


if __name__ == "__main__":
    torch.manual_seed(23)
    torch.set_default_dtype(torch.float64)
    write(sys.argv[1] + "/NeuralNetworksTests/Resources/attention_layers.json", {
        "full": transformer(2, causal=False, learned=True, rotary=False),
        "causal": transformer(4, causal=True, learned=False, rotary=False),
        "rotary": transformer(2, causal=False, learned=True, rotary=True),
    })
