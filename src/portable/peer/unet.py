#!/usr/bin/env python3
"""PyTorch's own training step of Lobule's U-Net, to compare with; called by first-hour --part peer.

    unet.py --json FILE [--cuda] about | check FIXTURE | step --math MODE | layers --math MODE
"""
import argparse
import contextlib
import json
import statistics
import struct
import sys
import time

import torch
import torch.nn.functional as F

LEVELS = 4
PADDING = 44
EPSILON = 1e-3
MOMENTUM = 0.01
DICE_EPSILON = 1e-7
LEARNING_RATE = 5e-4
WARM_UP = 2
LAYER_REPEATS = 10
CONVOLUTION = {2: F.conv2d, 3: F.conv3d}
UP_CONVOLUTION = {2: F.conv_transpose2d, 3: F.conv_transpose3d}
POOL = {2: F.max_pool2d, 3: F.max_pool3d}
CHANNELS_LAST = {2: torch.channels_last, 3: torch.channels_last_3d}


def channels(base, level):
    """That leave a level."""
    return base << (level + 1)


def parameters(rank, base, classes, device):
    """The network's parameters by Lobule's names, drawn at random, and the running statistics of its norms."""
    values, statistics_of = {}, {}

    def weight(name, outer, inner, size):
        values[name] = torch.randn([outer, inner] + [size] * rank, device=device) * (2 / (inner * size ** rank)) ** .5

    def block(name, which, inner, outer):
        weight(f"{name}.conv{which}.weight", outer, inner, 3)
        values[f"{name}.norm{which}.weight"] = torch.ones(outer, device=device)
        values[f"{name}.norm{which}.bias"] = torch.zeros(outer, device=device)
        statistics_of[f"{name}.norm{which}"] = torch.zeros(outer, device=device), torch.ones(outer, device=device)

    inner = 1
    for level in range(LEVELS):
        middle = base if level == 0 else channels(base, level - 1)
        block(f"encoder.{level}", 1, inner, middle)
        block(f"encoder.{level}", 2, middle, channels(base, level))
        inner = channels(base, level)
    for level in reversed(range(LEVELS - 1)):
        below, outer = channels(base, level + 1), channels(base, level)
        weight(f"decoder.{level}.up.weight", below, below, 2)
        block(f"decoder.{level}", 1, outer + below, outer)
        block(f"decoder.{level}", 2, outer, outer)
    weight("head.weight", classes, channels(base, 0), 1)
    values["head.bias"] = torch.zeros(classes, device=device)
    return values, statistics_of


def batch_norm(values, statistics_of):
    """What batch renormalisation is at r = 1 and d = 0."""
    def norm(x, name):
        mean, variance = statistics_of[name]
        return F.batch_norm(x, mean, variance, values[name + ".weight"], values[name + ".bias"], True, MOMENTUM,
                            EPSILON)
    return norm


def batch_renorm(values, statistics_of, r_max, d_max):
    """By its definition, r and d without gradients."""
    def norm(x, name):
        axes = [axis for axis in range(x.dim()) if axis != 1]
        shape = [1, -1] + [1] * (x.dim() - 2)
        running_mean, running_deviation = statistics_of[name]
        mean = x.mean(axes)
        deviation = (x.var(axes, unbiased=False) + EPSILON).sqrt()
        r = (deviation / running_deviation).clamp(1 / r_max, r_max).detach()
        d = ((mean - running_mean) / running_deviation).clamp(-d_max, d_max).detach()
        normal = (x - mean.view(shape)) / deviation.view(shape) * r.view(shape) + d.view(shape)
        return normal * values[name + ".weight"].view(shape) + values[name + ".bias"].view(shape)
    return norm


def crop(x, like):
    """The centre."""
    for axis in range(2, x.dim()):
        size = like.shape[axis]
        x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
    return x


def forward(values, norm, x):
    """To the logits."""
    rank = x.dim() - 2

    def block(y, name, which):
        return F.relu_(norm(CONVOLUTION[rank](y, values[f"{name}.conv{which}.weight"]), f"{name}.norm{which}"))

    skips = []
    for level in range(LEVELS):
        if level > 0:
            x = POOL[rank](x, 2)
        x = block(block(x, f"encoder.{level}", 1), f"encoder.{level}", 2)
        skips.append(x)
    skips.pop()
    for level in reversed(range(LEVELS - 1)):
        name = f"decoder.{level}"
        up = UP_CONVOLUTION[rank](x, values[name + ".up.weight"], stride=2)
        x = torch.cat([crop(skips.pop(), up), up], 1)
        x = block(block(x, name, 1), name, 2)
    return CONVOLUTION[rank](x, values["head.weight"], values["head.bias"])


def dice_loss(logits, one_hot):
    axes = [axis for axis in range(logits.dim()) if axis != 1]
    p = torch.softmax(logits.float(), 1)
    overlap = (p * one_hot).sum(axes)
    return 1 - ((2 * overlap + DICE_EPSILON) / (p.sum(axes) + one_hot.sum(axes) + DICE_EPSILON)).mean()


def to_one_hot(labels, classes):
    return F.one_hot(labels, classes).movedim(-1, 1).float()


def set_math(math):
    """Of products, and the fastest algorithms; returns what the forward pass is to run under."""
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = math != "fp32"
    torch.backends.cuda.matmul.allow_tf32 = math != "fp32"
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.autocast(device, torch.bfloat16) if math == "bf16" else contextlib.nullcontext()


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def about(device, _):
    gpu = torch.cuda.get_device_name() if device == "cuda" else ""
    return {"torch": torch.__version__, "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(),
            "python": sys.version.split()[0], "device": device, "gpu": gpu}


def step(device, options):
    """Seconds of a training step, patch from the host to loss on the host, as Lobule counts."""
    autocast = set_math(options.math)
    torch.manual_seed(1)
    output = [int(size) for size in options.patch.split("x")]
    rank = len(output)
    values, statistics_of = parameters(rank, options.base_channels, 2, device)
    layout = CHANNELS_LAST[rank] if options.math == "bf16" else torch.contiguous_format
    for name, value in values.items():
        if value.dim() == rank + 2:
            values[name] = value.contiguous(memory_format=layout)
        values[name].requires_grad_(True)
    optimizer = torch.optim.Adam(list(values.values()), LEARNING_RATE, **({"fused": True} if device == "cuda" else {}))
    host = torch.randn([1, 1] + [size + 2 * PADDING for size in output])
    labels = torch.randint(0, 2, [1] + output)
    if device == "cuda":
        host, labels = host.pin_memory(), labels.pin_memory()
    norm = batch_norm(values, statistics_of)
    seconds, losses = [], []
    for _ in range(options.steps):
        wait(device)
        start = time.perf_counter()
        x = host.to(device, non_blocking=True).contiguous(memory_format=layout)
        one_hot = to_one_hot(labels.to(device, non_blocking=True), 2)
        optimizer.zero_grad(set_to_none=True)
        with autocast:
            logits = forward(values, norm, x)
        loss = dice_loss(logits, one_hot)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        wait(device)
        seconds.append(time.perf_counter() - start)
    result = {"device": device, "math": options.math, "median_step_seconds": statistics.median(seconds[WARM_UP:]),
              "step_seconds": seconds, "losses": losses, "parameters": sum(v.numel() for v in values.values())}
    if device == "cuda":
        result["most_allocated_bytes"] = torch.cuda.max_memory_allocated()
        result["most_reserved_bytes"] = torch.cuda.max_memory_reserved()
    return result


def layer_shapes(output, base):
    """Input and channels out of the layers that take most of the time."""
    inner = [size + 2 * PADDING for size in output]
    below = [(size - 4) // 2 for size in inner]
    return {
        "encoder.0.conv2": ([1, base] + [size - 2 for size in inner], channels(base, 0)),
        "encoder.1.conv2": ([1, channels(base, 0)] + [size - 2 for size in below], channels(base, 1)),
        "decoder.0.conv1": ([1, channels(base, 0) + channels(base, 1)] + [size + 4 for size in output],
                            channels(base, 0)),
    }


def milliseconds(device, run):
    for _ in range(WARM_UP):
        run()
    wait(device)
    start = time.perf_counter()
    for _ in range(LAYER_REPEATS):
        run()
    wait(device)
    return (time.perf_counter() - start) / LAYER_REPEATS * 1e3


def layers(device, options):
    """Milliseconds of the three passes of a convolution by itself."""
    set_math(options.math)
    output = [int(size) for size in options.patch.split("x")]
    rank = len(output)
    kind = torch.bfloat16 if options.math == "bf16" else torch.float32
    layout = CHANNELS_LAST[rank] if options.math == "bf16" else torch.contiguous_format
    rows = []
    for name, (shape, outer) in layer_shapes(output, options.base_channels).items():
        x = torch.randn(shape, device=device).to(kind).contiguous(memory_format=layout)
        w = (torch.randn([outer, shape[1]] + [3] * rank, device=device) * 0.1).to(kind).contiguous(memory_format=layout)
        dy = torch.randn_like(CONVOLUTION[rank](x, w))

        def passes(data, weights):
            return torch.ops.aten.convolution_backward(dy, x, w, None, [1] * rank, [0] * rank, [1] * rank, False,
                                                       [0] * rank, 1, [data, weights, False])
        rows.append({"layer": name, "forward_ms": milliseconds(device, lambda: CONVOLUTION[rank](x, w)),
                     "data_ms": milliseconds(device, lambda: passes(True, False)),
                     "weights_ms": milliseconds(device, lambda: passes(False, True))})
    return {"device": device, "math": options.math, "layers": rows}


def read_safetensors(path):
    types = {"F32": torch.float32, "U8": torch.uint8, "I64": torch.int64}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data[first:last], dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return metadata, tensors


def relative(actual, expected):
    return float((actual - expected).norm() / expected.norm())


def check(device, options):
    """A recorded step of Lobule's network must come out: then the two are the same."""
    set_math("fp32")
    metadata, recorded = read_safetensors(options.fixture)
    tensors = {name: tensor.to(device) for name, tensor in recorded.items()}
    r_max, d_max = float(metadata["r_max"]), float(metadata["d_max"])
    values = {name[6:]: tensor.requires_grad_(True) for name, tensor in tensors.items()
              if name.startswith("param.") and ".running_" not in name}
    statistics_of = {name[6:-13]: (tensor, tensors[name[:-4] + "std"]) for name, tensor in tensors.items()
                     if name.startswith("param.") and name.endswith(".running_mean")}
    plain = r_max == 1 and d_max == 0
    norm = batch_norm(values, statistics_of) if plain else batch_renorm(values, statistics_of, r_max, d_max)
    logits = forward(values, norm, tensors["input"])
    labels = tensors["target"].long()
    loss = F.cross_entropy(logits, labels) if metadata["loss"] == "cce" \
        else dice_loss(logits, to_one_hot(labels, int(metadata["classes"])))
    loss.backward()
    names = list(values)
    errors = {"loss": abs(loss.item() / tensors["loss"].item() - 1),
              "logits": relative(logits.detach(), tensors["logits"]),
              "gradients": relative(torch.cat([values[name].grad.flatten() for name in names]),
                                    torch.cat([tensors["grad." + name].flatten() for name in names]))}
    for name, tolerance in {"loss": 1e-5, "logits": 1e-4, "gradients": 2e-3}.items():
        if not errors[name] <= tolerance:
            sys.exit(f"{name} differ by {errors[name]:.1e} from {options.fixture}, expected at most {tolerance:.0e}: "
                     "this is another network")
    return {"device": device, "relative_errors": errors}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", required=True, help="file for the figures")
    parser.add_argument("--cuda", action="store_true", help="fail where there is no GPU")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("about").set_defaults(run=about)
    checking = commands.add_parser("check")
    checking.add_argument("fixture")
    checking.set_defaults(run=check)
    for name, run in {"step": step, "layers": layers}.items():
        command = commands.add_parser(name)
        command.add_argument("--math", choices=["fp32", "tf32", "bf16"], required=True)
        command.add_argument("--patch", required=True, help="output, as 60x60x52")
        command.add_argument("--base-channels", type=int, required=True)
        command.add_argument("--steps", type=int, default=12)
        command.set_defaults(run=run)
    options = parser.parse_args()
    if options.cuda and not torch.cuda.is_available():
        sys.exit("PyTorch sees no GPU: " + torch.__version__)
    figures = options.run("cuda" if torch.cuda.is_available() else "cpu", options)
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(figures, file)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
