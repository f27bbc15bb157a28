"""Records how the original classes name and shape their tensors (names.json), and a batch norm folded by PyTorch
(batch-norm.json).

    pip install torch torchvision segment-anything transformers mobilesam-mirror timm && python test/assets/layouts/make.py
"""

import json
import pathlib

import torch
from mobile_sam.modeling import TinyViT
from segment_anything import sam_model_registry
from torch.nn.utils.fusion import fuse_conv_bn_eval
from transformers import SamConfig, SamModel

folder = pathlib.Path(__file__).parent


def shapes(model):
    return {name: list(tensor.shape) for name, tensor in model.state_dict().items()}


# Tensors of the meta device have shapes and no memory.
with torch.device("meta"):
    names = {"sam": shapes(sam_model_registry["vit_b"]()), "huggingface": shapes(SamModel(SamConfig()))}
encoder = TinyViT(
    img_size=1024,
    embed_dims=[64, 128, 160, 320],
    depths=[2, 2, 6, 2],
    num_heads=[2, 4, 5, 10],
    window_sizes=[7, 7, 14, 7],
)
names["mobilesam"] = {f"image_encoder.{name}": shape for name, shape in shapes(encoder).items()}


def compact(value):
    return json.dumps(value, separators=(",", ":")).replace("],", "],\n")


(folder / "names.json").write_text(compact(names) + "\n")

torch.manual_seed(3)
layer = torch.nn.Sequential()
layer.add_module("c", torch.nn.Conv2d(3, 4, 3, bias=False))
layer.add_module("bn", torch.nn.BatchNorm2d(4))
with torch.no_grad():
    for tensor in (layer.bn.weight, layer.bn.bias, layer.bn.running_mean):
        tensor.normal_()
    layer.bn.running_var.uniform_(0.01, 3)
layer.eval()
fused = fuse_conv_bn_eval(layer.c, layer.bn)
record = {
    "layer": {name: {"shape": list(t.shape), "data": t.flatten().tolist()} for name, t in layer.state_dict().items()},
    "weight": fused.weight.flatten().tolist(),
    "bias": fused.bias.flatten().tolist(),
}
(folder / "batch-norm.json").write_text(json.dumps(record) + "\n")
