"""Goldens for the safetensors reader and the checkpoint writer, by independent means.

usage: make_checkpoint_goldens.py TESTS_FOLDER
Writes into CheckpointsTests/Resources:
  types.safetensors, types.json  every element type, written by the reference implementation, and its values as float32
  checkpoint.safetensors         a checkpoint put together here, byte by byte, which ours must equal
Needs torch and safetensors.
"""

import hashlib
import json
import struct
import sys
import zlib

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

folder = f"{sys.argv[1]}/CheckpointsTests/Resources"


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def make_types():
    values = torch.tensor([[0.0, -1.5, 3.25], [1e-3, 65504.0, -0.1]], dtype=torch.float64)
    small = torch.tensor([0.0, 6e-8, -6.1e-5, 6.2e-5, float("inf"), -float("inf")], dtype=torch.float64)
    tensors = {
        "float64": values,
        "float32": values.to(torch.float32),
        "float16": values.to(torch.float16),
        "float16.small": small.to(torch.float16),
        "bfloat16": values.to(torch.bfloat16),
        "int64": torch.tensor([-(2**40) - 1, 0, 7]),
        "int32": torch.tensor([-(2**31), 5], dtype=torch.int32),
        "int16": torch.tensor([-32768, 32767], dtype=torch.int16),
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(2.5),
    }
    save_file(tensors, f"{folder}/types.safetensors", metadata={"format": "pt", "größe": "a \"quoted\"\nline"})
    expected = {
        name: {"shape": list(t.shape), "bits": [f"{v:08x}" for v in
               struct.unpack(f"<{t.numel()}I", t.to(torch.float32).contiguous().numpy().tobytes())]}
        for name, t in tensors.items()
    }
    with open(f"{folder}/types.json", "w") as file:
        json.dump(expected, file, indent=1)


def make_checkpoint():
    """The layout of CheckpointFormat.swift, for the tensors of CheckpointGoldenTests.swift."""
    convolution = torch.arange(3 * 2 * 2 * 2, dtype=torch.float32).reshape(3, 2, 2, 2) / 7  # [out, height, width, in]
    weights = [
        ("0.weight", convolution.permute(0, 3, 1, 2).contiguous()),
        ("0.bias", torch.tensor([1.0, -2.5, 1e-8])),
        ("1.running_mean", torch.tensor([0.25, float("-0.0"), 3e38])),
    ]
    state = [("optimizer.momentum.0.bias", torch.tensor([0.5, 0.0, -0.5])), ("data.mean", torch.zeros(0))]
    data = [(name, t, t.numpy().tobytes()) for name, t in weights + state]
    sha256 = hashlib.sha256(b"".join(raw for _, _, raw in data[: len(weights)])).hexdigest()
    checksums = {name: f"{zlib.crc32(raw):08x}" for name, _, raw in data}
    run_state = {
        "step": 1200, "epoch": 3, "position": 400, "shards": 4, "workers": 2, "blas_threads": 1,
        "best": {"step": 1100, "metric": "validation_loss", "value": 0.1},
    }
    header = {"__metadata__": {
        "format": "pt",
        "lockstep.format_version": "1",
        "lockstep.header_crc32": "00000000",
        "lockstep.weights": str(len(weights)),
        "lockstep.weights_sha256": sha256,
        "lockstep.checksums": compact(checksums),
        "lockstep.state": compact(run_state),
        "lockstep.progress": '{"samples":120000}',
        "lockstep.configuration": "training: {batch_size: 100}\n# größer\n",
    }}
    end = 0
    for name, t, raw in data:
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [end, end + len(raw)]}
        end += len(raw)
    text = compact(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    head = struct.pack("<Q", len(text)) + text
    head = head.replace(b'crc32":"00000000"', f'crc32":"{zlib.crc32(head):08x}"'.encode(), 1)
    path = f"{folder}/checkpoint.safetensors"
    with open(path, "wb") as file:
        file.write(head + b"".join(raw for _, _, raw in data))

    # The reference implementation agrees that this is a safetensors file of these tensors.
    read = load_file(path)
    assert all(torch.equal(read[name], t) for name, t in weights + state)
    with safe_open(path, "pt") as opened:
        assert opened.metadata()["lockstep.weights_sha256"] == sha256


make_types()
make_checkpoint()
