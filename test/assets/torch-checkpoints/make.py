"""Makes the checkpoints of this folder: small state dictionaries saved by torch.save in its formats, with the values
they must give (expected.json), and files that a reader has to refuse.

    pip install torch numpy && python test/assets/torch-checkpoints/make.py
"""

import collections
import json
import os
import pathlib

import torch

folder = pathlib.Path(__file__).parent
torch.manual_seed(7)

base = torch.arange(40, dtype=torch.float32).reshape(5, 8) / 3
module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, bias=False), torch.nn.BatchNorm2d(4))
module[1].running_mean.normal_()
tensors = collections.OrderedDict(
    float32=torch.randn(3, 4),
    float64=torch.randn(2, 3, dtype=torch.float64),
    float16=torch.randn(7).half(),
    bfloat16=torch.randn(2, 2).bfloat16(),
    int64=torch.tensor([-(2**23), 0, 123456]),
    int32=torch.tensor([[-5, 6]], dtype=torch.int32),
    int16=torch.tensor([-300, 300], dtype=torch.int16),
    int8=torch.tensor([-3, 3], dtype=torch.int8),
    uint8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False, True]),
    special=torch.tensor([float("inf"), float("-inf"), 1e-40, -0.0]).half(),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
    transposed=base.t(),
    strided=base[1::2, 2::3],
    shared=base[3],
    permuted=torch.randn(2, 3, 4).permute(2, 0, 1),
    half_transposed=torch.randn(3, 5).half().t(),
    parameter=torch.nn.Parameter(torch.randn(2, 5)),
)
for name, value in module.state_dict().items():
    tensors[f"module.{name}"] = value

expected = {
    name: {
        "shape": list(value.shape),
        "values": [str(v) for v in value.detach().to(torch.float32).contiguous().flatten().tolist()],
    }
    for name, value in tensors.items()
}
(folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
torch.save(tensors, folder / "zip.pth")
torch.save(tensors, folder / "zip-protocol-4.pth", pickle_protocol=4)
torch.save({"epoch": 3, "model": tensors}, folder / "wrapped.pth")
torch.save(tensors, folder / "legacy.pt", _use_new_zipfile_serialization=False)
torch.save(module.state_dict(), folder / "module.pth")
torch.save(dict(module.state_dict()), folder / "module-legacy.pt", _use_new_zipfile_serialization=False)


class Evil:
    """Unpickled by Python, it would run a command."""

    def __reduce__(self):
        return os.system, ("echo a checkpoint ran a command",)


torch.save({"weight": torch.zeros(2), "evil": Evil()}, folder / "evil.pth")
torch.save({"weight": torch.zeros(2), "evil": Evil()}, folder / "evil-legacy.pt", _use_new_zipfile_serialization=False)
torch.save(module, folder / "whole-module.pth")
torch.save({"weight": torch.zeros(1).expand(1000)}, folder / "expanded.pth")
torch.jit.script(module).save(folder / "torchscript.pt")
cycle = {"weight": torch.zeros(2)}
cycle["itself"] = cycle
torch.save(cycle, folder / "cycle.pth")
