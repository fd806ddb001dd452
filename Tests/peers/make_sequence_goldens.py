"""Goldens for layers over time and for sequences of different lengths, computed by PyTorch in float64.

usage: make_sequence_goldens.py TESTS_FOLDER
Writes AutogradTests/Resources/sequences.json and NeuralNetworksTests/Resources/sequences.json.
Sequences and kernels are written channels-last. Samples of different lengths are computed one by one, without padding.
"""

import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from make_operation_goldens import case, leaf, with_gradients, write

torch.manual_seed(13)
LENGTHS = [7, 3, 5]


def last(t):
    """[batch, channels, time] -> [batch, time, channels], kernels [out, in, kernel] -> [out, kernel, in]"""
    return t.transpose(1, 2) if t is not None and t.dim() == 3 else t


def channels_last(y, inputs):
    return {k: last(v) for k, v in with_gradients(y, inputs).items()}


def convolution(time=7, kernel=3, stride=1, left=0, right=0, dilation=1, groups=1):
    x, weight, bias = leaf(2, 6, time), leaf(4, 6 // groups, kernel), leaf(4)
    y = F.conv1d(F.pad(x, (left, right)), weight, bias, stride, 0, dilation, groups)
    keys = dict(kernel=kernel, stride=stride, left=left, right=right, dilation=dilation, groups=groups)
    return case(keys, **channels_last(y, {"x": x, "weight": weight, "bias": bias}))


def padded(rows, count):
    return torch.stack([F.pad(r, (0, count - r.shape[-1])) for r in rows])


def pooling(kind, lengths, kernel, stride, padding=0):
    """Pools every sample alone."""
    x = leaf(3, 4, 7)
    pool = F.max_pool1d if kind == "max" else F.avg_pool1d
    rows = [pool(x[i : i + 1, :, :n], kernel, stride, padding)[0] for i, n in enumerate(lengths)]
    y = padded(rows, (7 + 2 * padding - kernel) // stride + 1)
    keys = dict(kernel=kernel, stride=stride, padding=padding, **{f"length_{i}": n for i, n in enumerate(lengths)})
    return case(keys, **channels_last(y, {"x": x}))


def operations():
    cases = {
        "convolution/plain": convolution(),
        "convolution/strided": convolution(time=11, kernel=4, stride=3, left=1, right=2),
        "convolution/dilated": convolution(time=9, dilation=3, left=6),
        "convolution/grouped": convolution(kernel=2, groups=2, left=1),
    }
    for kind in ("max", "average"):
        cases[f"{kind}/plain"] = pooling(kind, [7, 7, 7], 3, 2)
        cases[f"{kind}/padded"] = pooling(kind, [7, 7, 7], 4, 1, 2)
        cases[f"{kind}/lengths"] = pooling(kind, LENGTHS, 3, 2, 1)
    return cases


def recurrent(kind, inputs, size, **options):
    return {"gru": nn.GRU, "lstm": nn.LSTM}[kind](inputs, size, batch_first=True, **options)


def network(layers, run):
    """`layers` by path; `run` takes one sample [1, time] of tokens to its scores."""
    parameters = {f"{path}.{k}": v for path, layer in layers.items() for k, v in layer.named_parameters()}
    for parameter in parameters.values():
        nn.init.normal_(parameter, 0, 0.5)
    tokens = torch.randint(0, 11, (3, 7))
    y = torch.cat([run(tokens[i : i + 1, :n]) for i, n in enumerate(LENGTHS)])
    given = torch.randn_like(y)
    gradients = torch.autograd.grad(y, list(parameters.values()), given)
    tensors = {"x": tokens.double(), "y": y, "gradient_y": given}
    tensors.update({"value:" + k: last(v) for k, v in parameters.items()})
    tensors.update({"gradient:" + k: last(g) for k, g in zip(parameters, gradients)})
    return case({f"length_{i}": n for i, n in enumerate(LENGTHS)}, **tensors)


def convolutional():
    layers = {
        "0": nn.Embedding(11, 3),
        "1.branches.0.0": nn.Conv1d(3, 4, 3, dilation=2, padding=2),
        "1.branches.1.0": nn.Conv1d(3, 6, 2, groups=3),
        "2": nn.Linear(10, 5),
    }

    def run(tokens):
        x = layers["0"](tokens).transpose(1, 2)
        first = F.relu(layers["1.branches.0.0"](x)).amax(2)
        second = F.max_pool1d(layers["1.branches.1.0"](F.pad(x, (1, 0))), 2, 1, 1).mean(2)
        return layers["2"](torch.cat([first, second], 1))

    return network(layers, run)


def stacked():
    """Both directions of every layer, and the states that a packed sequence ends with."""
    layers = {
        "0": nn.Embedding(11, 3),
        "1": recurrent("gru", 3, 4, num_layers=2, bidirectional=True),
        "2": recurrent("lstm", 8, 5, bidirectional=True),
        "3": nn.Linear(10, 5),
    }

    def run(tokens):
        x, _ = layers["1"](layers["0"](tokens))
        _, (h, _) = layers["2"](x)
        return layers["3"](torch.cat([h[0], h[1]], 1))

    return network(layers, run)


if __name__ == "__main__":
    folder = sys.argv[1]
    write(folder + "/AutogradTests/Resources/sequences.json", operations())
    networks = {"convolutional": convolutional(), "recurrent": stacked()}
    write(folder + "/NeuralNetworksTests/Resources/sequences.json", networks)
