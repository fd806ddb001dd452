"""Goldens for recurrent layers with layer normalisation inside, by PyTorch in float64.

usage: make_normalized_recurrent_goldens.py TESTS_FOLDER
Writes AutogradTests/Resources/normalized_recurrent.json. Equations of Ba, Kiros and Hinton, 2016, gates in
PyTorch's order.
"""

import sys

import torch
import torch.nn.functional as F

from make_operation_goldens import case, leaf, with_gradients, write

HIDDEN = 5


def norm(v, gain, shift):
    return F.layer_norm(v, v.shape[-1:], gain, shift, 1e-5)


def norm_gates(v, gain, shift):
    """A GRU's gates together, its candidate apart."""
    n = 2 * HIDDEN
    return norm(v[:, :n], gain[:n], shift[:n]), norm(v[:, n:], gain[n:], shift[n:])


def step(kind, p, x, h, c):
    a, u = x @ p["input"].T, h @ p["hidden"].T
    if kind.startswith("rnn"):
        v = norm(a + u, p["norm_input"], p["input_bias"] + p["hidden_bias"])
        return (v.tanh() if kind == "rnn_tanh" else v.relu()), c
    if kind == "lstm":
        gates = norm(a, p["norm_input"], p["input_bias"]) + norm(u, p["norm_hidden"], p["hidden_bias"])
        i, f, g, o = gates.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * norm(c, p["norm_cell"], p["norm_cell_bias"]).tanh(), c
    gates, candidate = norm_gates(a, p["norm_input"], p["input_bias"])
    inner_gates, inner = norm_gates(u, p["norm_hidden"], p["hidden_bias"])
    r, z = (gates + inner_gates).sigmoid().chunk(2, 1)
    n = (candidate + r * inner).tanh()
    return (1 - z) * n + z * h, c


def cell(kind, reverse, carried):
    width = {"lstm": 4, "gru": 3}.get(kind, 1) * HIDDEN
    x = leaf(3, 4, 6)
    p = {"input": leaf(width, 6), "hidden": leaf(width, HIDDEN), "input_bias": leaf(width), "hidden_bias": leaf(width)}
    p["norm_input"] = leaf(width)
    if width > HIDDEN:
        p["norm_hidden"] = leaf(width)
    if kind == "lstm":
        p["norm_cell"], p["norm_cell_bias"] = leaf(HIDDEN), leaf(HIDDEN)
    start = torch.randn(3, HIDDEN), torch.randn(3, HIDDEN)
    h, c = start if carried else (torch.zeros(3, HIDDEN), torch.zeros(3, HIDDEN))
    states = [None] * 4
    for t in reversed(range(4)) if reverse else range(4):
        h, c = step(kind, p, x[:, t], h, c)
        states[t] = h
    others = {"h": start[0], "c": start[1], "last_h": h, "last_c": c}
    return case(**with_gradients(torch.stack(states, 1), {"x": x, **p}), **others)


if __name__ == "__main__":
    torch.manual_seed(19)
    write(sys.argv[1] + "/AutogradTests/Resources/normalized_recurrent.json", {
        f"{kind}/{direction}/{start}": cell(kind, direction == "reverse", start == "carried")
        for kind in ("rnn_tanh", "rnn_relu", "lstm", "gru")
        for direction, start in (("forward", "zero"), ("forward", "carried"), ("reverse", "zero"))
    })
