"""The TinyViT encoder of a model folder (the first argument) in PyTorch, eager: tensors in channels-last order, its fastest here."""
import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(os.cpu_count() or 1)


def weights(path):
    with open(path, 'rb') as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), 'little')))
        data = file.read()
    return {
        name: torch.from_numpy(np.frombuffer(data[slice(*t['data_offsets'])], np.float32).reshape(t['shape']).copy())
        for name, t in header.items()
        if name != '__metadata__'
    }


folder = sys.argv[1]
W = weights(f'{folder}/weights.safetensors')
with open(f'{folder}/network.json') as file:
    SPEC = json.load(file)['encoder']
for name, tensor in W.items():
    if tensor.dim() == 4:
        W[name] = tensor.contiguous(memory_format=torch.channels_last)


def conv(x, name, **options):
    return F.conv2d(x, W[f'{name}.weight'], W[f'{name}.bias'], **options)


def depthwise(x, name, stride=1):
    return conv(x, name, stride=stride, padding=1, groups=x.shape[1])


def norm(x, name, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], W[f'{name}.weight'], W[f'{name}.bias'], eps)


def mbconv(x, name):
    inner = F.gelu(depthwise(F.gelu(conv(x, f'{name}.conv1.c')), f'{name}.conv2.c'))
    return F.gelu(x + conv(inner, f'{name}.conv3.c'))


def merging(x, name, stride):
    return conv(F.gelu(depthwise(F.gelu(conv(x, f'{name}.conv1.c')), f'{name}.conv2.c', stride)), f'{name}.conv3.c')


OFFSETS = {}


def biases(name, window):
    if window not in OFFSETS:
        i = torch.arange(window * window)
        y, x = i // window, i % window
        OFFSETS[window] = (y[:, None] - y).abs() * window + (x[:, None] - x).abs()
    return W[name][:, OFFSETS[window]]


def attention(x, name, heads, window):
    b, c, h, w = x.shape
    t = x.permute(0, 2, 3, 1).reshape(b, h // window, window, w // window, window, c).transpose(2, 3)
    t = norm(t.reshape(-1, window * window, c), f'{name}.norm')
    qkv = F.linear(t, W[f'{name}.qkv.weight'][: 96 * heads], W[f'{name}.qkv.bias'][: 96 * heads])
    q, k, v = qkv.view(t.shape[0], -1, heads, 96).transpose(1, 2).split(32, dim=-1)
    scores = (q @ k.transpose(-1, -2)) * 32**-0.5 + biases(f'{name}.attention_biases', window)[:heads]
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(t.shape[0], -1, 32 * heads)
    out = F.linear(mixed, W[f'{name}.proj.weight'][:, : 32 * heads], W[f'{name}.proj.bias'])
    out = out.view(b, h // window, w // window, window, window, c).transpose(2, 3).reshape(b, h, w, c)
    return x + out.permute(0, 3, 1, 2)


def mlp(x, name, width):
    t = x.permute(0, 2, 3, 1)
    hidden = F.gelu(F.linear(norm(t, f'{name}.norm'), W[f'{name}.fc1.weight'][:width], W[f'{name}.fc1.bias'][:width]))
    return x + F.linear(hidden, W[f'{name}.fc2.weight'][:, :width], W[f'{name}.fc2.bias']).permute(0, 3, 1, 2)


def channel_norm(x, name):
    return norm(x.permute(0, 2, 3, 1), name, 1e-6).permute(0, 3, 1, 2)


def stem(x, sizes):
    """Everything before the first transformer block."""
    root = 'image_encoder'
    x = F.gelu(conv(x, f'{root}.patch_embed.seq.0.c', stride=2, padding=1))
    x = conv(x, f'{root}.patch_embed.seq.2.c', stride=2, padding=1)
    for block in range(len(SPEC['mbconvHidden'])):
        if sizes.get(f'stage0.block{block}', 0):
            x = mbconv(x, f'{root}.layers.0.blocks.{block}')
    return merging(x, f'{root}.layers.0.downsample', SPEC['stages'][0]['stride'])


def blocks(x, sizes):
    """The transformer blocks and the neck."""
    root = 'image_encoder'
    for index, stage in enumerate(SPEC['stages']):
        if index > 0:
            x = merging(x, f'{root}.layers.{index}.downsample', stage['stride'])
        for block in range(len(stage['blocks'])):
            piece, name = f'stage{index + 1}.block{block}', f'{root}.layers.{index + 1}.blocks.{block}'
            if sizes.get(f'{piece}.attention', 0):
                x = attention(x, f'{name}.attn', sizes[f'{piece}.attention'], stage['window'])
            x = depthwise(x, f'{name}.local_conv.c')
            if sizes.get(f'{piece}.mlp', 0):
                x = mlp(x, f'{name}.mlp', sizes[f'{piece}.mlp'])
    x = channel_norm(F.conv2d(x, W[f'{root}.neck.0.weight']), f'{root}.neck.1')
    return channel_norm(F.conv2d(x, W[f'{root}.neck.2.weight'], padding=1), f'{root}.neck.3')
