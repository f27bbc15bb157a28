"""SAM's prompt encoder (points and boxes) and mask decoder over the weights of tinyvit.py, as its paper's code computes them."""
import math

import torch
import torch.nn.functional as F
from tinyvit import W, norm

HEADS = 8
TRANSFORMER = 'mask_decoder.transformer'
GAUSSIAN = W['prompt_encoder.pe_layer.positional_encoding_gaussian_matrix']


def linear(x, name):
    return F.linear(x, W[f'{name}.weight'], W[f'{name}.bias'])


def fourier(unit):
    """Features of places in -1..1."""
    phase = 2 * math.pi * (unit @ GAUSSIAN)
    return torch.cat([phase.sin(), phase.cos()], -1)


def positions(grid):
    cells = 2 * (torch.arange(grid) + 0.5) / grid - 1
    y, x = torch.meshgrid(cells, cells, indexing='ij')
    return fourier(torch.stack([x, y], -1)).reshape(1, grid * grid, -1)


def prompts(coordinates, labels, side):
    features = fourier(2 * (coordinates + 0.5) / side - 1)
    kinds = labels[..., None]
    out = torch.where(kinds == -1, W['prompt_encoder.not_a_point_embed.weight'], features)
    for label in range(4):
        out = out + (kinds == label) * W[f'prompt_encoder.point_embeddings.{label}.weight']
    return out


def attend(name, q, k, v):
    def heads(x, projection):
        x = linear(x, f'{name}.{projection}')
        return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)

    mixed = F.scaled_dot_product_attention(heads(q, 'q_proj'), heads(k, 'k_proj'), heads(v, 'v_proj'))
    return linear(mixed.transpose(1, 2).flatten(2), f'{name}.out_proj')


def two_way(image, places, points):
    tokens, keys = points, image
    for index in range(2):
        layer = f'{TRANSFORMER}.layers.{index}'
        placed = tokens if index == 0 else tokens + points
        mixed = attend(f'{layer}.self_attn', placed, placed, tokens)
        tokens = norm(mixed if index == 0 else tokens + mixed, f'{layer}.norm1')
        tokens = norm(tokens + attend(f'{layer}.cross_attn_token_to_image', tokens + points, keys + places, keys), f'{layer}.norm2')
        hidden = F.relu(linear(tokens, f'{layer}.mlp.lin1'))
        tokens = norm(tokens + linear(hidden, f'{layer}.mlp.lin2'), f'{layer}.norm3')
        keys = norm(keys + attend(f'{layer}.cross_attn_image_to_token', keys + places, tokens + points, tokens), f'{layer}.norm4')
    final = attend(f'{TRANSFORMER}.final_attn_token_to_image', tokens + points, keys + places, keys)
    return norm(tokens + final, f'{TRANSFORMER}.norm_final_attn'), keys


def head(x, name):
    x = F.relu(linear(x, f'{name}.layers.0'))
    return linear(F.relu(linear(x, f'{name}.layers.1')), f'{name}.layers.2')


def upscale(x, name):
    return F.conv_transpose2d(x, W[f'{name}.weight'], W[f'{name}.bias'], stride=2)


def decode(embedding, sparse, places):
    """Logits [prompts, 4, 4 grid, 4 grid] and predicted IoUs [prompts, 4] from an embedding [1, 256, grid, grid]."""
    grid = embedding.shape[-1]
    count = sparse.shape[0]
    output = torch.cat([W['mask_decoder.iou_token.weight'], W['mask_decoder.mask_tokens.weight']])
    points = torch.cat([output.expand(count, -1, -1), sparse], 1)
    image = embedding.flatten(2).transpose(1, 2) + W['prompt_encoder.no_mask_embed.weight']
    # Shared by all prompts until they make it differ, which is quicker than one copy a prompt.
    tokens, keys = two_way(image, places, points)
    x = upscale(keys.transpose(1, 2).unflatten(2, (grid, grid)), 'mask_decoder.output_upscaling.0')
    x = F.gelu(norm(x.permute(0, 2, 3, 1), 'mask_decoder.output_upscaling.1', 1e-6)).permute(0, 3, 1, 2)
    x = F.gelu(upscale(x, 'mask_decoder.output_upscaling.3'))
    vectors = torch.stack([head(tokens[:, 1 + i], f'mask_decoder.output_hypernetworks_mlps.{i}') for i in range(4)], 1)
    logits = (vectors @ x.flatten(2)).unflatten(2, x.shape[2:])
    return logits, head(tokens[:, 0], 'mask_decoder.iou_prediction_head')
