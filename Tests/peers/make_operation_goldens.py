"""Goldens for operations, layers, losses and optimisers, computed by PyTorch in float64.

usage: make_operation_goldens.py TESTS_FOLDER
Writes AutogradTests/Resources/operations.json and NeuralNetworksTests/Resources/networks.json.
Images and kernels are written channels-last, as the tests hold them; everything else in PyTorch's layout.
"""

import json
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def tensor(t):
    """A 4-d tensor is written channels-last: images NCHW -> NHWC, kernels OIHW -> OHWI."""
    t = t.detach()
    if t.dim() == 4:
        t = t.permute(0, 2, 3, 1)
    values = [float(f"{v:.11g}") for v in t.reshape(-1).tolist()]
    return {"shape": list(t.shape), "values": values}


def case(integers=None, numbers=None, **tensors):
    return {
        "integers": {k: int(v) for k, v in (integers or {}).items()},
        "numbers": {k: float(v) for k, v in (numbers or {}).items()},
        "tensors": {k: tensor(v) for k, v in tensors.items() if v is not None},
    }


def leaf(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).requires_grad_()


def with_gradients(y, inputs):
    """Output, the gradient given to it, and the gradients of the inputs."""
    given = torch.randn_like(y)
    gradients = torch.autograd.grad(y, list(inputs.values()), given)
    out = {"y": y, "gradient_y": given}
    for (name, value), gradient in zip(inputs.items(), gradients):
        out[name] = value
        out["gradient_" + name] = gradient
    return out


def convolution(n, h, w, c, o, kh, kw, sh=1, sw=1, dh=1, dw=1, top=0, bottom=0, left=0, right=0, groups=1, bias=True):
    x, weight = leaf(n, c, h, w), leaf(o, c // groups, kh, kw)
    b = leaf(o) if bias else None
    y = F.conv2d(F.pad(x, (left, right, top, bottom)), weight, b, (sh, sw), 0, (dh, dw), groups)
    inputs = {"x": x, "weight": weight}
    if bias:
        inputs["bias"] = b
    keys = dict(kh=kh, kw=kw, sh=sh, sw=sw, dh=dh, dw=dw, top=top, bottom=bottom, left=left, right=right, groups=groups)
    return case(keys, **with_gradients(y, inputs))


def operations():
    cases = {
        "convolution/plain": convolution(2, 5, 7, 3, 4, 3, 2),
        "convolution/stride": convolution(2, 7, 6, 2, 3, 3, 3, sh=2, sw=3, top=1, bottom=1, left=1, right=1),
        "convolution/dilation": convolution(1, 9, 8, 2, 3, 3, 2, dh=2, dw=3, top=2, bottom=2, left=1, right=1),
        "convolution/groups": convolution(2, 5, 5, 6, 9, 3, 3, groups=3, top=1, bottom=1, left=1, right=1),
        "convolution/depthwise": convolution(2, 6, 5, 5, 5, 3, 3, groups=5, sh=2, top=1, bottom=1, left=1, right=1),
        "convolution/asymmetric": convolution(2, 6, 6, 3, 2, 3, 3, sh=2, sw=2, bottom=1, right=1, bias=False),
        "convolution/pointwise": convolution(3, 4, 3, 5, 7, 1, 1),
        "convolution/patches": convolution(2, 8, 12, 3, 5, 4, 4, sh=4, sw=4),
    }

    def pool(f, n, h, w, c):
        x = leaf(n, c, h, w)
        return case(**with_gradients(f(x), {"x": x}))

    cases["max_pool/plain"] = pool(lambda x: F.max_pool2d(x, 2), 2, 6, 4, 3)
    cases["max_pool/padded"] = pool(lambda x: F.max_pool2d(x, 3, 2, 1), 2, 7, 6, 3)
    cases["average_pool/plain"] = pool(lambda x: F.avg_pool2d(x, (2, 3)), 2, 6, 6, 3)
    cases["average_pool/padded"] = pool(lambda x: F.avg_pool2d(x, 3, 2, 1), 2, 7, 5, 2)
    cases["average_pool/excluding"] = pool(lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), 2, 7, 5, 2)
    cases["global_average_pool"] = pool(lambda x: x.mean((2, 3)), 3, 5, 3, 4)
    cases["flatten"] = pool(lambda x: x.flatten(1), 2, 3, 5, 4)

    activations = {
        "relu": F.relu,
        "leaky_relu": lambda x: F.leaky_relu(x, 0.1),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu": F.gelu,
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
    }
    for name, f in activations.items():
        x = leaf(5, 7, scale=3)
        cases["activation/" + name] = case(**with_gradients(f(x), {"x": x}))

    x, weight, b = leaf(5, 7), leaf(3, 7), leaf(3)
    cases["linear"] = case(**with_gradients(F.linear(x, weight, b), {"x": x, "weight": weight, "bias": b}))
    x = leaf(5, 7, scale=4)
    cases["softmax"] = case(**with_gradients(F.softmax(x, 1), {"x": x}))
    x = leaf(5, 7, scale=4)
    cases["log_softmax"] = case(**with_gradients(F.log_softmax(x, 1), {"x": x}))

    for name, shape in (("vector", (11, 5)), ("image", (3, 4, 5, 2)), ("single", (1, 3))):
        training = name != "single"  # PyTorch refuses statistics of a single value
        x, weight, b = leaf(*shape), leaf(shape[1]), leaf(shape[1])
        mean, var = torch.randn(shape[1]), torch.rand(shape[1]) + 0.5
        running = {"running_mean": mean.clone(), "running_var": var.clone()}
        y = F.batch_norm(x, mean.clone(), var.clone(), weight, b, False, 0.3, 1e-3)
        inputs = {"x": x, "weight": weight, "bias": b}
        cases[f"batch_norm/evaluation/{name}"] = case(**with_gradients(y, inputs), **running)
        if training:
            y = F.batch_norm(x, mean, var, weight, b, True, 0.3, 1e-3)
            new = {"new_running_mean": mean, "new_running_var": var}
            cases[f"batch_norm/training/{name}"] = case(**with_gradients(y, inputs), **running, **new)

    cases.update(losses())
    return cases


def group_norms():
    """Of images [samples, height, width, channels]; instance_norm is PyTorch's own function of that name."""
    cases = {}
    for groups in (1, 2, 3, 6):
        x, weight, b = leaf(3, 6, 4, 5), leaf(6), leaf(6)
        inputs = {"x": x, "weight": weight, "bias": b}
        y = F.group_norm(x, groups, weight, b, 1e-3)
        cases[f"group_norm/{groups}"] = case(dict(groups=groups), **with_gradients(y, inputs))
    x, weight, b = leaf(3, 6, 4, 5), leaf(6), leaf(6)
    inputs = {"x": x, "weight": weight, "bias": b}
    y = F.instance_norm(x, weight=weight, bias=b, eps=1e-3)
    cases["instance_norm"] = case(dict(groups=6), **with_gradients(y, inputs))
    return cases


def losses():
    cases = {}
    n, k = 7, 5
    labels = torch.tensor([4, 0, 2, 2, 1, 3, 0])
    weights = torch.tensor([0.5, 2.0, 1.25, 0.75, 3.0])

    def add(name, f, **more):
        x = leaf(n, k, scale=3)
        value = f(x)
        (gradient,) = torch.autograd.grad(value, x)
        numbers = dict(sum=value.item(), correct=(x.argmax(1) == labels).sum().item(), **more)
        cases["loss/" + name] = case(numbers=numbers, x=x, gradient_x=gradient, labels=labels.double(), class_weights=weights)

    add("cross_entropy", lambda x: F.cross_entropy(x, labels, reduction="sum"), weight=n)
    add("weighted", lambda x: F.cross_entropy(x, labels, weights, reduction="sum"), weight=weights[labels].sum().item())

    def smoothed(x, epsilon=0.1):
        target = torch.full_like(x, epsilon / (k - 1))
        target[torch.arange(n), labels] = 1 - epsilon
        return -(target * F.log_softmax(x, 1)).sum()

    add("smoothed", smoothed, weight=n)
    hot = F.one_hot(labels, k).double()
    add("binary", lambda x: F.binary_cross_entropy_with_logits(x, hot, reduction="sum"), weight=n * k)
    add("squared", lambda x: F.mse_loss(x, hot, reduction="sum"), weight=n * k)
    return cases


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Parallel(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def network():
    """A small CNN with every kind of layer that holds parameters; its state_dict keys are the paths."""
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        Residual(
            nn.Sequential(nn.Conv2d(4, 6, 3, 2, 1), nn.BatchNorm2d(6)),
            nn.Sequential(nn.Conv2d(4, 6, 1, 2, bias=False)),
        ),
        nn.ReLU(),
        Parallel(
            nn.Sequential(nn.Conv2d(6, 3, 1), nn.Tanh()),
            nn.Sequential(nn.Conv2d(6, 6, 3, padding=1, groups=3), nn.GELU()),
        ),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(36, 7),
        nn.BatchNorm1d(7),
        nn.Sigmoid(),
        nn.Linear(7, 5),
    )
    for parameter in net.parameters():
        nn.init.normal_(parameter, 0, 0.5)
    x, labels = torch.randn(6, 3, 8, 8), torch.tensor([4, 0, 2, 2, 1, 3])
    before = {k: v.clone() for k, v in net.state_dict().items() if v.dim() > 0}
    output = net(x)
    loss = F.cross_entropy(output, labels, reduction="sum")
    loss.backward()
    tensors = {"x": x, "labels": labels.double(), "output": output}
    tensors.update({"value:" + k: v for k, v in before.items()})
    tensors.update({"gradient:" + k: v.grad for k, v in net.named_parameters()})
    tensors.update({"after:" + k: v for k, v in net.state_dict().items() if "running" in k})
    net.eval()
    tensors["evaluation"] = net(x)
    return case(numbers={"loss": loss.item()}, **tensors)


def trajectory(clip=None, l2=0.0, weight_decay=0.0, **options):
    """Five steps on a weight [3, 5] and a bias [3] from given gradients; only the weight is regularised."""
    weight, bias = nn.Parameter(torch.randn(3, 5)), nn.Parameter(torch.randn(3))
    optimizer = torch.optim.SGD(
        [{"params": [weight], "weight_decay": weight_decay}, {"params": [bias]}], lr=0.1, **options)
    out = {"weight": weight.clone(), "bias": bias.clone()}
    norms = []
    for step in range(5):
        g, b = torch.randn(3, 5), torch.randn(3)
        out[f"gradient_weight_{step}"], out[f"gradient_bias_{step}"] = g, b
        # The loss is the mean over four samples plus the L2 term.
        weight.grad, bias.grad = g / 4 + 2 * l2 * weight.detach(), b / 4
        norms.append(nn.utils.clip_grad_norm_([weight, bias], clip if clip else 1e30).item())
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (1 + step)
        optimizer.step()
        out[f"weight_{step}"], out[f"bias_{step}"] = weight.clone(), bias.clone()
    numbers = {f"norm_{i}": v for i, v in enumerate(norms)}
    numbers.update(
        momentum=options.get("momentum", 0), nesterov=options.get("nesterov", False), l2=l2,
        weight_decay=weight_decay, clip=clip or 0)
    return case(numbers=numbers, **out)


def networks():
    return {
        "network": network(),
        "sgd/plain": trajectory(),
        "sgd/weight_decay": trajectory(weight_decay=0.3),
        "sgd/l2": trajectory(l2=0.2),
        "sgd/momentum": trajectory(momentum=0.9, weight_decay=0.1),
        "sgd/nesterov": trajectory(momentum=0.8, nesterov=True, weight_decay=0.1),
        "sgd/clip": trajectory(clip=0.7, momentum=0.9, l2=0.2, weight_decay=0.05),
    }


def write(path, cases):
    with open(path, "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    folder = sys.argv[1]
    cases, trained = operations(), networks()
    # Last, so that the draws of the others stay as they were.
    cases.update(group_norms())
    write(folder + "/AutogradTests/Resources/operations.json", cases)
    write(folder + "/NeuralNetworksTests/Resources/networks.json", trained)
