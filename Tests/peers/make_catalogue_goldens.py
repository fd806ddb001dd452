"""Goldens for the catalogues of optimisers, schedules and losses, computed by PyTorch in float64.

usage: make_catalogue_goldens.py TESTS_FOLDER
Writes NeuralNetworksTests/Resources/catalogue_{optimizers,schedules,losses,distribution_losses}.json. The name of a case is the section
of a configuration that it is held against.
"""

import sys
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim import lr_scheduler

from make_operation_goldens import case, leaf, write

STEPS = 50
# The schedulers are stepped without an optimiser that steps.
warnings.filterwarnings("ignore")


def optimizer_case(gradients, biases, start, state, kind, weight_decay=0.0, **options):
    """A weight [3, 5] and a bias [3] after each tenth step, and the state after the last; only the weight decays."""
    weight, bias = nn.Parameter(start[0].clone()), nn.Parameter(start[1].clone())
    optimizer = kind(
        [{"params": [weight], "weight_decay": weight_decay}, {"params": [bias], "weight_decay": 0.0}], lr=0.1, **options)
    weights, bias_values = [], []
    for step in range(STEPS):
        weight.grad, bias.grad = gradients[step] / 4, biases[step] / 4
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (1 + step)
        optimizer.step()
        if step % 10 == 9:
            weights.append(weight.detach().clone())
            bias_values.append(bias.detach().clone())
    found = {f"state:{ours}:{name}": optimizer.state[parameter][theirs]
             for ours, theirs in state.items() for name, parameter in (("weight", weight), ("bias", bias))}
    return case(weight=torch.stack(weights), bias=torch.stack(bias_values), **found)


class Lion(torch.optim.Optimizer):
    """Chen et al., 2023, algorithm 2."""

    def __init__(self, groups, lr, betas=(0.9, 0.99)):
        super().__init__(groups, dict(lr=lr, betas=betas, weight_decay=0.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), rate = group["betas"], group["lr"]
            for w in group["params"]:
                average = self.state[w].setdefault("exp_avg", torch.zeros_like(w))
                direction = (beta1 * average + (1 - beta1) * w.grad).sign()
                w.mul_(1 - rate * group["weight_decay"]).sub_(rate * direction)
                average.mul_(beta2).add_((1 - beta2) * w.grad)


class LARS(torch.optim.Optimizer):
    """You et al., 2017, with the trust ratio inside the momentum; `adapt` says which group has it."""

    def __init__(self, groups, lr, momentum=0.9, trust=0.001, eps=1e-8):
        super().__init__(groups, dict(lr=lr, momentum=momentum, trust=trust, eps=eps, weight_decay=0.0))

    @torch.no_grad()
    def step(self):
        for index, group in enumerate(self.param_groups):
            for w in group["params"]:
                decay = group["weight_decay"]
                ratio = group["trust"] * w.norm() / (w.grad.norm() + decay * w.norm() + group["eps"])
                change = (w.grad + decay * w) * (ratio if index == 0 else 1)
                velocity = self.state[w].setdefault("momentum", torch.zeros_like(w))
                velocity.mul_(group["momentum"]).add_(change)
                w.sub_(group["lr"] * velocity)


def optimizers():
    gradients, biases = torch.randn(STEPS, 3, 5), torch.randn(STEPS, 3)
    start = (torch.randn(3, 5), torch.randn(3))
    moments = {"exp_avg": "exp_avg", "exp_avg_sq": "exp_avg_sq"}
    square, mean, velocity = ({k: k} for k in ("square_avg", "grad_avg", "momentum_buffer"))

    def made(*arguments, **options):
        return optimizer_case(gradients, biases, start, *arguments, **options)

    optim = torch.optim
    return {
        "gradients": case(weight=gradients, bias=biases, start_weight=start[0], start_bias=start[1]),
        "{kind: sgd}": made({}, optim.SGD),
        "{kind: sgd, momentum: 0.85, nesterov: true, weight_decay: 0.1}": made(
            {"momentum": "momentum_buffer"}, optim.SGD, 0.1, momentum=0.85, nesterov=True),
        "{kind: adam, betas: [0.8, 0.95], epsilon: 1e-3, weight_decay: 0.1}": made(
            moments, optim.Adam, 0.1, betas=(0.8, 0.95), eps=1e-3),
        "{kind: adamw, betas: [0.7, 0.9], epsilon: 1e-4, weight_decay: 0.1}": made(
            moments, optim.AdamW, 0.1, betas=(0.7, 0.9), eps=1e-4),
        "{kind: rmsprop}": made(square, optim.RMSprop),
        "{kind: rmsprop, alpha: 0.9, epsilon: 1e-3, weight_decay: 0.1}": made(
            square, optim.RMSprop, 0.1, alpha=0.9, eps=1e-3),
        "{kind: rmsprop, alpha: 0.9, epsilon: 1e-3, momentum: 0.8}": made(
            square | velocity, optim.RMSprop, alpha=0.9, eps=1e-3, momentum=0.8),
        "{kind: rmsprop, alpha: 0.9, epsilon: 1e-3, centered: true}": made(
            square | mean, optim.RMSprop, alpha=0.9, eps=1e-3, centered=True),
        "{kind: rmsprop, alpha: 0.9, epsilon: 1e-3, momentum: 0.8, centered: true, weight_decay: 0.1}": made(
            square | mean | velocity, optim.RMSprop, 0.1, alpha=0.9, eps=1e-3, momentum=0.8, centered=True),
        "{kind: adagrad}": made({"sum": "sum"}, optim.Adagrad),
        "{kind: adagrad, rate_decay: 0.05, initial_sum: 0.3, epsilon: 1e-3, weight_decay: 0.1}": made(
            {"sum": "sum"}, optim.Adagrad, 0.1, lr_decay=0.05, initial_accumulator_value=0.3, eps=1e-3),
        "{kind: lion}": made({"exp_avg": "exp_avg"}, Lion),
        "{kind: lion, betas: [0.8, 0.95], weight_decay: 0.1}": made({"exp_avg": "exp_avg"}, Lion, 0.1, betas=(0.8, 0.95)),
        "{kind: lars}": made({"scaled_momentum": "momentum"}, LARS),
        "{kind: lars, momentum: 0.8, trust: 0.2, epsilon: 1e-6, weight_decay: 0.1}": made(
            {"scaled_momentum": "momentum"}, LARS, 0.1, momentum=0.8, trust=0.2, eps=1e-6),
    }


def schedules():
    def made(rate, make, losses=None, accuracies=None):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=rate)
        schedule = make(optimizer)
        rates = []
        for step in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            metrics = losses if losses is not None else accuracies
            if metrics is not None:
                schedule.step(metrics[step].item())
            elif step + 1 < STEPS:
                schedule.step()
        return case(rates=torch.tensor(rates), losses=losses, accuracies=accuracies)

    # A loss that falls, stays, and falls a little; an accuracy that rises likewise. Rounded, so that ties are ties.
    losses = (3 * torch.exp(-torch.arange(STEPS) / 9) + 0.1 * torch.rand(STEPS)).mul(1000).round().div(1000)
    accuracies = (1 - losses / 4).mul(1000).round().div(1000)
    plateau = lr_scheduler.ReduceLROnPlateau
    return {
        "{kind: constant, rate: 0.3}": made(0.3, lambda o: lr_scheduler.LambdaLR(o, lambda step: 1)),
        "{kind: step, rate: 0.5, gamma: 0.7, every: 7}": made(0.5, lambda o: lr_scheduler.StepLR(o, 7, 0.7)),
        "{kind: multi_step, rate: 0.5, gamma: 0.3, milestones: [5, 6, 31]}": made(
            0.5, lambda o: lr_scheduler.MultiStepLR(o, [5, 6, 31], 0.3)),
        "{kind: exponential, rate: 0.5, gamma: 0.93}": made(0.5, lambda o: lr_scheduler.ExponentialLR(o, 0.93)),
        "{kind: cosine, rate: 0.4, min: 0.05}": made(
            0.4, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, 0.05)),
        "{kind: warm_restarts, rate: 0.5, min: 0.02, cycle: 7, cycle_growth: 2}": made(
            0.5, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7, 2, 0.02)),
        "{kind: warm_restarts, rate: 0.5, cycle: 7}": made(
            0.5, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7)),
        "{kind: triangular, min: 0.01, max: 0.5, half_cycle: 6}": made(
            0.01, lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.5, 6, cycle_momentum=False)),
        "{kind: triangular, min: 0.01, max: 0.5, half_cycle: 6, peak_decay: 0.5}": made(
            0.01, lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.5, 6, mode="triangular2", cycle_momentum=False)),
        "{kind: one_cycle, rate: 0.5}": made(
            0.5, lambda o: lr_scheduler.OneCycleLR(o, 0.5, STEPS, cycle_momentum=False)),
        "{kind: one_cycle, rate: 0.5, rise: 0.42, curve: linear, start_divisor: 8, end_divisor: 100}": made(
            0.5, lambda o: lr_scheduler.OneCycleLR(
                o, 0.5, STEPS, pct_start=0.42, anneal_strategy="linear", cycle_momentum=False, div_factor=8,
                final_div_factor=100)),
        "{kind: plateau, rate: 0.5, factor: 0.4, patience: 2}": made(
            0.5, lambda o: plateau(o, factor=0.4, patience=2), losses=losses),
        "{kind: plateau, rate: 0.5, factor: 0.4, patience: 1, threshold: 0.05, min: 0.02, cooldown: 3, metric: accuracy}":
            made(0.5, lambda o: plateau(
                o, mode="max", factor=0.4, patience=1, threshold=0.05, min_lr=0.02, cooldown=3), accuracies=accuracies),
    }


def losses():
    rows, classes = 11, 3
    labels = torch.arange(rows) * 7 % classes
    weights = torch.tensor([1, 0.5, 2.0])
    hot = F.one_hot(labels, classes).double()

    def made(f, weight=rows):
        x = leaf(rows, classes, scale=3)
        value = f(x)
        (gradient,) = torch.autograd.grad(value, x)
        numbers = dict(sum=value.item(), weight=weight, correct=(x.argmax(1) == labels).sum().item())
        return case(numbers=numbers, x=x, gradient=gradient, labels=labels.double())

    def true_class(x):
        return F.log_softmax(x, 1)[torch.arange(rows), labels]

    def smoothed(x, epsilon=0.2):
        target = torch.full_like(x, epsilon / (classes - 1))
        target[torch.arange(rows), labels] = 1 - epsilon
        return -(weights[labels] * (target * F.log_softmax(x, 1)).sum(1)).sum()

    def focal(x, gamma, alpha):
        log_p = true_class(x)
        return -(alpha * (1 - log_p.exp()) ** gamma * log_p).sum()

    def symmetric(x, alpha, beta):
        reverse = -(F.softmax(x, 1) * torch.where(hot == 1, 0.0, -4.0)).sum()
        return alpha * F.cross_entropy(x, labels, reduction="sum") + beta * reverse

    weighted = weights[labels].sum().item()
    return {
        "{kind: cross-entropy}": made(lambda x: F.cross_entropy(x, labels, reduction="sum")),
        "{kind: cross-entropy, label_smoothing: 0.2, class_weights: [1, 0.5, 2]}": made(smoothed, weighted),
        "{kind: focal}": made(lambda x: focal(x, 2, 1)),
        "{kind: focal, gamma: 1.5, class_weights: [1, 0.5, 2]}": made(lambda x: focal(x, 1.5, weights[labels]), weighted),
        "{kind: focal, gamma: 0}": made(lambda x: F.cross_entropy(x, labels, reduction="sum")),
        "{kind: symmetric_cross_entropy}": made(lambda x: symmetric(x, 0.1, 1)),
        "{kind: symmetric_cross_entropy, alpha: 0.7, beta: 0.4}": made(lambda x: symmetric(x, 0.7, 0.4)),
        "{kind: binary-cross-entropy}": made(
            lambda x: F.binary_cross_entropy_with_logits(x, hot, reduction="sum"), rows * classes),
        "{kind: mean-squared-error}": made(lambda x: F.mse_loss(x, hot, reduction="sum"), rows * classes),
    }


def distribution_losses():
    """Losses against distributions over the classes, one of them a single class."""
    rows, classes = 11, 3
    weights = torch.tensor([1, 0.5, 2.0], dtype=torch.float64)
    shares = torch.softmax(2 * torch.randn(rows, classes, dtype=torch.float64), 1)
    shares[4] = torch.tensor([0, 0, 1.0])

    def made(f, weight=rows):
        x = leaf(rows, classes, scale=3)
        value = f(x)
        (gradient,) = torch.autograd.grad(value, x)
        numbers = dict(sum=value.item(), weight=weight, correct=(x.argmax(1) == shares.argmax(1)).sum().item())
        return case(numbers=numbers, x=x, gradient=gradient, distributions=shares)

    def smoothed(x, epsilon=0.2):
        # The expectation over labels of their weighted, smoothed losses.
        log_p = F.log_softmax(x, 1)
        others = epsilon / (classes - 1)
        total = 0
        for label in range(classes):
            target = torch.full((classes,), others, dtype=torch.float64)
            target[label] = 1 - epsilon
            total = total - (shares[:, label] * weights[label] * (target * log_p).sum(1)).sum()
        return total

    def symmetric(x, alpha, beta):
        reverse = -(F.softmax(x, 1) * torch.log(shares).clamp(min=-4)).sum()
        return alpha * F.cross_entropy(x, shares, reduction="sum") + beta * reverse

    weighted = (shares * weights).sum().item()
    return {
        "{kind: cross-entropy}": made(lambda x: F.cross_entropy(x, shares, reduction="sum")),
        "{kind: cross-entropy, class_weights: [1, 0.5, 2]}": made(
            lambda x: F.cross_entropy(x, shares, weight=weights, reduction="sum"), weighted),
        "{kind: cross-entropy, label_smoothing: 0.2, class_weights: [1, 0.5, 2]}": made(smoothed, weighted),
        "{kind: symmetric_cross_entropy, alpha: 0.7, beta: 0.4}": made(lambda x: symmetric(x, 0.7, 0.4)),
        "{kind: binary-cross-entropy}": made(
            lambda x: F.binary_cross_entropy_with_logits(x, shares, reduction="sum"), rows * classes),
        "{kind: mean-squared-error}": made(lambda x: F.mse_loss(x, shares, reduction="sum"), rows * classes),
    }


if __name__ == "__main__":
    torch.manual_seed(17)
    folder = sys.argv[1] + "/NeuralNetworksTests/Resources/catalogue_"
    write(folder + "optimizers.json", optimizers())
    write(folder + "schedules.json", schedules())
    write(folder + "losses.json", losses())
    write(folder + "distribution_losses.json", distribution_losses())
