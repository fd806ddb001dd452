"""Goldens for operations and networks over sequences, computed by PyTorch in float64.

usage: make_recurrent_goldens.py TESTS_FOLDER
Writes AutogradTests/Resources/recurrent.json and NeuralNetworksTests/Resources/recurrent.json.
"""

import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from make_operation_goldens import case, leaf, with_gradients, write

torch.manual_seed(11)


def operations():
    cases = {}
    tokens = torch.tensor([[3, 0, 3, 9, 1], [3, 3, 10, 0, 7]])
    weight = leaf(11, 3)
    cases["embedding"] = case(tokens=tokens.double(), **with_gradients(F.embedding(tokens, weight), {"weight": weight}))

    x, weight, b = leaf(3, 5, 4), leaf(7, 4), leaf(7)
    cases["linear"] = case(**with_gradients(F.linear(x, weight, b), {"x": x, "weight": weight, "bias": b}))

    for name in ("rnn_tanh", "rnn_relu", "lstm", "gru"):
        for direction in ("forward", "reverse"):
            for start in ("zero", "carried"):
                cases[f"{name}/{direction}/{start}"] = cell(name, direction == "reverse", start == "carried")
    return cases


def make(kind, *sizes, **options):
    if kind.startswith("rnn"):
        return nn.RNN(*sizes, batch_first=True, nonlinearity=kind[4:], **options)
    return {"lstm": nn.LSTM, "gru": nn.GRU}[kind](*sizes, batch_first=True, **options)


def cell(kind, reverse, carried):
    """One layer in one direction; the reverse one by turning the sequence round."""
    layer = make(kind, 4, 7)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, 0, 0.5)
    x = leaf(3, 5, 4)
    h, c = torch.randn(1, 3, 7), torch.randn(1, 3, 7)
    start = (h, c) if kind == "lstm" else h
    y, last = layer(x.flip(1) if reverse else x, start if carried else None)
    if reverse:
        y = y.flip(1)
    names = {"weight_ih_l0": "input", "weight_hh_l0": "hidden", "bias_ih_l0": "input_bias", "bias_hh_l0": "hidden_bias"}
    inputs = {"x": x, **{names[k]: v for k, v in layer.named_parameters()}}
    last_h, last_c = last if kind == "lstm" else (last, torch.zeros_like(last))
    states = {"h": h[0], "c": c[0], "last_h": last_h[0], "last_c": last_c[0]}
    return case(**with_gradients(y, inputs), **states)


class CharacterNetwork(nn.Module):
    """The numbers of a Sequential for its layers, so that its paths are ours."""

    def __init__(self, kind, last=False, **options):
        super().__init__()
        width = 7 * (2 if options.get("bidirectional") else 1)
        self.add_module("0", nn.Embedding(11, 3))
        self.add_module("1", make(kind, 3, 7, **options))
        self.add_module("2", nn.Linear(width, 5))
        self.last = last

    def forward(self, tokens):
        embedding, recurrent, linear = self.children()
        y, final = recurrent(embedding(tokens))
        if self.last:
            h = final[0] if isinstance(final, tuple) else final
            y = torch.cat([h[-2], h[-1]], 1) if recurrent.bidirectional else h[-1]
        return linear(y)


def network(kind, **options):
    net = CharacterNetwork(kind, **options)
    for parameter in net.parameters():
        nn.init.normal_(parameter, 0, 0.5)
    tokens = torch.randint(0, 11, (3, 5))
    y = net(tokens)
    given = torch.randn_like(y)
    (y * given).sum().backward()
    tensors = {"x": tokens.double(), "y": y, "gradient_y": given}
    tensors.update({"value:" + k: v for k, v in net.named_parameters()})
    tensors.update({"gradient:" + k: v.grad for k, v in net.named_parameters()})
    return case(**tensors)


def networks():
    return {
        "rnn": network("rnn_tanh", num_layers=2),
        "lstm": network("lstm", num_layers=3),
        "gru": network("gru", num_layers=2, bidirectional=True),
        "last": network("lstm", last=True),
        "last/bidirectional": network("gru", last=True, num_layers=2, bidirectional=True),
    }


if __name__ == "__main__":
    folder = sys.argv[1]
    write(folder + "/AutogradTests/Resources/recurrent.json", operations())
    write(folder + "/NeuralNetworksTests/Resources/recurrent.json", networks())
