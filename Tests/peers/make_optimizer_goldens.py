"""Goldens for Adam, AdamW and clipping by value, computed by PyTorch's optimisers in float64.

usage: make_optimizer_goldens.py TESTS_FOLDER
Writes NeuralNetworksTests/Resources/optimizers.json.
"""

import sys

import torch
import torch.nn as nn

from make_operation_goldens import case, write

KINDS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


def trajectory(kind, clip_norm=None, clip_value=None, l2=0.0, weight_decay=0.0, **options):
    """Seven steps on a weight [3, 5] and a bias [3] from given gradients; only the weight is regularised."""
    weight, bias = nn.Parameter(torch.randn(3, 5)), nn.Parameter(torch.randn(3))
    optimizer = KINDS[kind](
        [{"params": [weight], "weight_decay": weight_decay}, {"params": [bias], "weight_decay": 0.0}],
        lr=0.1, **options)
    out = {"weight": weight.clone(), "bias": bias.clone()}
    norms = {}
    for step in range(7):
        g, b = torch.randn(3, 5), torch.randn(3)
        out[f"gradient_weight_{step}"], out[f"gradient_bias_{step}"] = g, b
        # The loss is the mean over four samples plus the L2 term.
        weight.grad, bias.grad = g / 4 + 2 * l2 * weight.detach(), b / 4
        norm = nn.utils.clip_grad_norm_([weight, bias], clip_norm if clip_norm else 1e30)
        norms[f"norm_{step}"] = norm.item()
        if clip_value:
            nn.utils.clip_grad_value_([weight, bias], clip_value)
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (1 + step)
        optimizer.step()
        out[f"weight_{step}"], out[f"bias_{step}"] = weight.clone(), bias.clone()
    if kind != "sgd":
        for name, parameter in (("weight", weight), ("bias", bias)):
            for key in ("exp_avg", "exp_avg_sq"):
                out[f"{key}_{name}"] = optimizer.state[parameter][key].clone()
    beta1, beta2 = options.get("betas", (0.9, 0.999))
    numbers = dict(
        norms, beta1=beta1, beta2=beta2, epsilon=options.get("eps", 1e-8), momentum=options.get("momentum", 0),
        weight_decay=weight_decay, l2=l2, clip_norm=clip_norm or 0, clip_value=clip_value or 0)
    return case(numbers=numbers, **out)


if __name__ == "__main__":
    torch.manual_seed(11)
    write(sys.argv[1] + "/NeuralNetworksTests/Resources/optimizers.json", {
        "adam/plain": trajectory("adam"),
        "adam/weight_decay": trajectory("adam", weight_decay=0.3),
        "adam/l2": trajectory("adam", l2=0.2, clip_norm=0.7),
        "adam/betas": trajectory("adam", betas=(0.5, 0.9), eps=1e-3),
        "adamw/plain": trajectory("adamw", weight_decay=0.3),
        "adamw/clip": trajectory("adamw", weight_decay=0.1, clip_norm=0.5, l2=0.1, betas=(0.8, 0.95)),
        "adamw/clip_value": trajectory("adamw", weight_decay=0.1, clip_value=0.2, l2=0.1),
        "sgd/clip_value": trajectory("sgd", momentum=0.9, weight_decay=0.1, clip_value=0.2, l2=0.1),
    })
