"""Goldens for groups of parameters, computed by PyTorch in float64.

usage: make_parameter_group_goldens.py TESTS_FOLDER
Writes NeuralNetworksTests/Resources/parameter_groups.json: ten steps of a small network. The name of a case is the part of a
configuration that it is held against; its groups are written down here once more, by hand.
"""

import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from make_operation_goldens import case, write

STEPS = 10


def trajectory(x, labels, start, make, groups, frozen=(), l2=(), clip_norm=None):
    """Values after the last step, and the gradient's norm and the penalty of every step.

    groups: for each list of parameters, the factor of its rate and its weight decay; l2: λ of λ·Σw² by parameter.
    """
    net = nn.Sequential(nn.Linear(7, 6), nn.Tanh(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    net.load_state_dict(start)
    parameters = dict(net.named_parameters())
    for name in frozen:
        parameters[name].requires_grad_(False)
    optimizer = make([
        {"params": [parameters[n] for n in names], "lr": 0.1 * rate, "weight_decay": decay, "rate": rate}
        for names, rate, decay in groups])
    trained = [p for p in parameters.values() if p.requires_grad]
    norms, penalties = [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * group["rate"] / (1 + step)
        optimizer.zero_grad()
        penalty = sum((weight * (parameters[n] ** 2).sum() for n, weight in dict(l2).items()), torch.zeros(()))
        (F.cross_entropy(net(x), labels) + penalty).backward()
        penalties.append(float(penalty))
        norms.append(float(nn.utils.clip_grad_norm_(trained, clip_norm or float("inf"))))
        optimizer.step()
    values = {f"value:{n}": p.detach().clone() for n, p in parameters.items()}
    starts = {f"start:{n}": p for n, p in start.items()}
    return case(norms=torch.tensor(norms), penalties=torch.tensor(penalties), x=x, labels=labels.double(), **starts, **values)


def main():
    torch.manual_seed(23)
    net = nn.Sequential(nn.Linear(7, 6), nn.Tanh(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    start = {n: p.detach().clone() for n, p in net.named_parameters()}
    x, labels = torch.randn(9, 7), torch.arange(9) * 5 % 3

    def made(*arguments, **options):
        return trajectory(x, labels, start, *arguments, **options)

    optim = torch.optim
    write(sys.argv[1] + "/NeuralNetworksTests/Resources/parameter_groups.json", {
        "{optimizer: {kind: sgd, momentum: 0.9, weight_decay: 0.05}, parameters: [{match: '0.*', rate: 0.1, weight_decay: 0.2}, "
        "{match: 4.bias, weight_decay: 0.3, rate: 2}]}": made(
            lambda g: optim.SGD(g, lr=0.1, momentum=0.9),
            [(["0.weight", "0.bias"], 0.1, 0.2), (["2.weight", "4.weight"], 1, 0.05), (["2.bias"], 1, 0), (["4.bias"], 2, 0.3)]),
        "{optimizer: {kind: adamw, epsilon: 1e-3, weight_decay: 0.1, clip_norm: 0.4}, parameters: [{match: '0.*', rate: 0.3, "
        "weight_decay: 0.4}, {match: '*.bias', weight_decay: 0}]}": made(
            lambda g: optim.AdamW(g, lr=0.1, eps=1e-3),
            [(["0.weight"], 0.3, 0.4), (["0.bias"], 0.3, 0), (["2.weight", "4.weight"], 1, 0.1), (["2.bias", "4.bias"], 1, 0)],
            clip_norm=0.4),
        "{optimizer: {kind: sgd, l2: 0.02, clip_norm: 0.4}, parameters: [{match: '0.*', l2: 0.05}, {match: 4.weight, l2: 0}]}": made(
            lambda g: optim.SGD(g, lr=0.1), [(list(start), 1, 0)],
            l2={"0.weight": 0.05, "0.bias": 0.05, "2.weight": 0.02}.items(), clip_norm=0.4),
        "{optimizer: {kind: sgd, momentum: 0.9, weight_decay: 0.05, l2: 0.01}, parameters: [{match: 2.weight, freeze: true}, "
        "{match: 0.bias, freeze: true}, {match: '4.*', rate: 0.5}]}": made(
            lambda g: optim.SGD(g, lr=0.1, momentum=0.9),
            [(["0.weight"], 1, 0.05), (["2.bias"], 1, 0), (["4.weight"], 0.5, 0.05), (["4.bias"], 0.5, 0)],
            frozen=["2.weight", "0.bias"], l2={"0.weight": 0.01, "4.weight": 0.01}.items()),
        "{optimizer: {kind: adamw, epsilon: 1e-3, weight_decay: 0.1}, parameters: [{match: '[02].*', freeze: true}]}": made(
            lambda g: optim.AdamW(g, lr=0.1, eps=1e-3), [(["4.weight"], 1, 0.1), (["4.bias"], 1, 0)],
            frozen=["0.weight", "0.bias", "2.weight", "2.bias"]),
    })


if __name__ == "__main__":
    main()
