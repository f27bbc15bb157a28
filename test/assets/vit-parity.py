"""Makes vit-parity.safetensors: what the original PyTorch classes of SAM and EfficientSAM compute with weights from a formula.

pip install torch segment-anything torchvision numpy safetensors
git clone https://github.com/yformer/EfficientSAM
python test/assets/vit-parity.py --efficientsam EfficientSAM [--vit-b]

Weights and inputs are not stored: `noise` below is repeated in test/supernet/networks/formula-weights.ts. Outputs and
gradients are stored at evenly spaced entries. --vit-b adds vit-b-parity.safetensors, which needs 8 GB and minutes.
"""

import argparse
import sys
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, TwoWayTransformer

ENTRIES = 96


def noise(name, shape):
    """Uniform numbers of variance 1 that depend on the name and the position alone."""
    seed = 2166136261
    for byte in name.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    x = np.arange(int(np.prod(shape)), dtype=np.uint64) * 0x9E3779B9 + seed & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> shift)) * factor & 0xFFFFFFFF
    x ^= x >> 16
    return ((2 * (x.astype(np.float64) / 2**32) - 1) * np.sqrt(3)).reshape(shape)


def weight(name, shape):
    z = noise(name, shape)
    if name.endswith(".bias"):
        return 0.1 * z
    if len(shape) == 1:
        return 1 + 0.2 * z
    if "rel_pos" in name or "pos_embed" in name:
        return 0.5 * z
    if name.endswith("gaussian_matrix"):
        return z
    return z / np.sqrt(np.prod(shape[1:]))


def fill(module, prefix):
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        tensor.data = torch.tensor(weight(f"{prefix}.{name}", tuple(tensor.shape)), dtype=torch.float32)
    return module.eval()


def entries(tensor):
    flat = tensor.detach().contiguous().numpy().ravel()
    count = min(len(flat), ENTRIES)
    return flat[(np.arange(count) * len(flat)) // count].astype(np.float32)


def keep(out, case, values):
    for name, tensor in values.items():
        if tensor is not None:
            out[f"{case}/{name}"] = entries(tensor)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def random_input(name, *shape):
    return torch.tensor(noise(name, shape), dtype=torch.float32)


def image_of(case, count, size):
    """[count, 3, size, size], drawn with the channels last."""
    return random_input(f"{case}/image", count, size, size, 3).permute(0, 3, 1, 2).contiguous()


def sam_encoder(size, out_chans, **changes):
    settings = dict(
        img_size=size, patch_size=16, embed_dim=24, depth=3, num_heads=3, mlp_ratio=2, out_chans=out_chans,
        qkv_bias=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), act_layer=torch.nn.GELU,
        use_rel_pos=True, window_size=4, global_attn_indexes=(1,),
    )
    return ImageEncoderViT(**{**settings, **changes})


def gradients(loss, module, prefix):
    named = {f"{prefix}.{name}": tensor for name, tensor in module.named_parameters()}
    values = torch.autograd.grad(loss, list(named.values()), allow_unused=True, retain_graph=True)
    return {f"gradient/{name}": value for name, value in zip(named, values)}


def encoder_case(out, case, encoder, images):
    """The output, the activations after every branch and the gradients of a random weighting of the output."""
    seen = {}
    blocks = encoder.blocks

    def before(name):
        return lambda _, inputs: seen.__setitem__(name, inputs[0])

    blocks[0].norm1.register_forward_pre_hook(before("patchEmbed"))
    for i, block in enumerate(blocks):
        block.norm2.register_forward_pre_hook(before(f"layer{i}.attention"))
        block.register_forward_hook(lambda _, __, output, i=i: seen.__setitem__(f"layer{i}.mlp", output))
    y = channels_last(encoder(images))
    cotangent = random_input(f"{case}/cotangent", *y.shape)
    keep(out, case, {f"activation/{name}": value for name, value in seen.items()})
    keep(out, case, {"output": y, **gradients((y * cotangent).sum(), encoder, "image_encoder")})


def resized_sam_encoder(out):
    """Tables learned for a grid of 6, a map of 8: the relative ones are interpolated by the class itself."""
    case, encoder = "sam-resized", sam_encoder(128, 16)
    for block in encoder.blocks:
        if block.window_size == 0:
            block.attn.rel_pos_h = torch.nn.Parameter(torch.zeros(11, 8))
            block.attn.rel_pos_w = torch.nn.Parameter(torch.zeros(11, 8))
    encoder.pos_embed = torch.nn.Parameter(torch.zeros(1, 6, 6, 24))
    fill(encoder, "image_encoder")
    stored = encoder.pos_embed
    del encoder.pos_embed
    resized = F.interpolate(stored.permute(0, 3, 1, 2), size=(8, 8), mode="bilinear", align_corners=False)
    encoder.pos_embed = channels_last(resized)
    encoder.register_parameter("stored", stored)
    encoder_case(out, case, encoder, image_of(case, 1, 128))
    out[f"{case}/gradient/image_encoder.pos_embed"] = out.pop(f"{case}/gradient/image_encoder.stored")


def masks_case(out, case, encoder, mask_decoder, decode):
    """A whole network: masks and predicted IoUs of two prompts on one image, and gradients through all of it."""
    image = image_of(case, 1, encoder.img_size)
    logits, ious = decode(encoder(image))
    loss = (logits * random_input(f"{case}/cotangent", *logits.shape)).sum() + ious.sum()
    keep(out, case, {"logits": logits, "iouPredictions": ious, **gradients(loss, encoder, "image_encoder")})
    keep(out, case, gradients(loss, mask_decoder, "mask_decoder"))


COORDINATES = [[[20.0, 31.5], [0.0, 0.0]], [[12.0, 9.0], [70.0, 83.0]]]
LABELS = [[1, -1], [2, 3]]


def sam_masks(out):
    case = "sam-masks"
    encoder = fill(sam_encoder(96, 256), "image_encoder")
    prompt = fill(PromptEncoder(256, (6, 6), (96, 96), 16), "prompt_encoder")
    transformer = TwoWayTransformer(depth=2, embedding_dim=256, mlp_dim=2048, num_heads=8)
    mask = fill(MaskDecoder(transformer_dim=256, transformer=transformer, iou_head_depth=3, iou_head_hidden_dim=256),
                "mask_decoder")

    def decode(embedding):
        results = []
        for coordinates, labels in zip(COORDINATES, LABELS):
            points = torch.tensor([coordinates])
            is_box = labels == [2, 3]
            sparse = prompt._embed_boxes(points) if is_box else prompt._embed_points(points, torch.tensor([labels]), False)
            dense = prompt.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(1, -1, 6, 6)
            results.append(mask.predict_masks(embedding, prompt.get_dense_pe(), sparse, dense))
        return (torch.cat(parts) for parts in zip(*results))

    masks_case(out, case, encoder, mask, decode)


def efficient_encoder(size, neck):
    from efficient_sam.efficient_sam_encoder import ImageEncoderViT as EfficientEncoder

    encoder = EfficientEncoder(
        img_size=size, patch_size=16, in_chans=3, patch_embed_dim=24, normalization_type="layer_norm", depth=2,
        num_heads=3, mlp_ratio=2.0, neck_dims=[neck, neck], act_layer=torch.nn.GELU,
    )
    return fill(encoder, "image_encoder")


def efficient_masks(out):
    from efficient_sam.efficient_sam_decoder import MaskDecoder as EfficientDecoder, PromptEncoder as EfficientPrompts
    from efficient_sam.two_way_transformer import TwoWayTransformer as EfficientTransformer

    case, size = "efficientsam-masks", 96
    gelu = torch.nn.GELU
    prompt = fill(EfficientPrompts(256, (6, 6), (size, size)), "prompt_encoder")
    mask = fill(EfficientDecoder(
        transformer_dim=256,
        transformer=EfficientTransformer(depth=2, embedding_dim=256, num_heads=8, mlp_dim=2048, activation=gelu,
                                         normalize_before_activation=False),
        num_multimask_outputs=3, activation=gelu, normalization_type="layer_norm", normalize_before_activation=False,
        iou_head_depth=2, iou_head_hidden_dim=256, upscaling_layer_dims=[64, 32]), "mask_decoder")

    def decode(embedding):
        # One point is a prompt of one point; every prompt is padded to six.
        rows = [(c[:1], l[:1]) if l[1] == -1 else (c, l) for c, l in zip(COORDINATES, LABELS)]
        points = torch.cat([F.pad(torch.tensor([c]), (0, 0, 0, 6 - len(c)), value=-1.0) for c, _ in rows])
        labels = torch.cat([F.pad(torch.tensor([l]), (0, 6 - len(l)), value=-1) for _, l in rows])
        sparse = prompt(points, labels)
        return mask.predict_masks(embedding.expand(2, -1, -1, -1), prompt.get_dense_pe(), sparse)

    masks_case(out, case, efficient_encoder(size, 256), mask, decode)


def vit_b():
    encoder = ImageEncoderViT(
        img_size=1024, patch_size=16, embed_dim=768, depth=12, num_heads=12, mlp_ratio=4, out_chans=256, qkv_bias=True,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), use_rel_pos=True, window_size=14,
        global_attn_indexes=(2, 5, 8, 11),
    )
    fill(encoder, "image_encoder")
    out = {}
    with torch.no_grad():
        keep(out, "vit-b", {"output": channels_last(encoder(image_of("vit-b", 1, 1024)))})
    save_file(out, "test/assets/vit-b-parity.safetensors")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--efficientsam", required=True)
    parser.add_argument("--vit-b", action="store_true")
    arguments = parser.parse_args()
    sys.path.insert(0, arguments.efficientsam)
    out = {}
    encoder_case(out, "sam", fill(sam_encoder(96, 16), "image_encoder"), image_of("sam", 2, 96))
    resized_sam_encoder(out)
    sam_masks(out)
    encoder_case(out, "efficientsam", efficient_encoder(96, 16), image_of("efficientsam", 2, 96))
    encoder_case(out, "efficientsam-large", efficient_encoder(256, 16), image_of("efficientsam-large", 1, 256))
    efficient_masks(out)
    save_file(out, "test/assets/vit-parity.safetensors")
    if arguments.vit_b:
        vit_b()
