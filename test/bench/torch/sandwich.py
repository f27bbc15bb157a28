"""Times the gradients of a sandwich step (encoder, decoder and loss of docs/decisions/003; every subnet over every image): `sandwich.py MODEL`.

First line read: {"trained": names of tensors}. Then one line a step: {"side", "together": whether the images go through the encoder at once,
"subnets": [active size by piece], "examples": [{"pixels", "coordinates", "labels", "targets" (base64 of float32, of bytes for targets),
"count", "points"}]}. Answers with {"wall", "processor"} in seconds, the losses, and the gradient (base64, tensor after tensor as named).
"""
import base64
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from decoder import decode, positions, prompts
from tinyvit import W, blocks, stem


def tensor(text, kind, *shape):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), kind).reshape(shape).astype(np.float32))


def mask_loss(logits, target):
    """Dice with squared denominators and 20 times the mean focal loss, a mask."""
    p = logits.sigmoid()
    overlap, mass = (p * target).sum((-2, -1)), (p * p + target * target).sum((-2, -1))
    cross = F.binary_cross_entropy_with_logits(logits, target, reduction='none')
    alpha = 0.25 * target + 0.75 * (1 - target)
    focal = (alpha * (1 - (-cross).exp()) ** 2 * cross).mean((-2, -1))
    return 1 - (2 * overlap + 1) / (mass + 1) + 20 * focal


def loss_of(logits, ious, targets):
    against = targets[:, None].expand_as(logits)
    with torch.no_grad():
        answer, truth = logits > 0, against == 1
        union = (answer | truth).sum((-2, -1))
        real = torch.where(union == 0, 0, (answer & truth).sum((-2, -1)) / union)
    each = mask_loss(logits, against)
    # The best by IoU; of equal ones that of the least loss.
    order = [max(range(1, 4), key=lambda i: (iou[i], -loss[i])) for iou, loss in zip(real.tolist(), each.tolist())]
    masks = each[:, 0] + each.gather(1, torch.tensor(order)[:, None])[:, 0]
    return (masks + ((ious - real) ** 2).mean(1)).mean()


def backward(step):
    """The losses, with gradients added to the weights'."""
    side = step['side']
    places = positions(side // 16)
    examples = step['examples']
    pixels = [e['pixels'] for e in examples]
    groups = [(torch.cat(pixels), examples)] if step['together'] else [(x, [e]) for x, e in zip(pixels, examples)]
    losses = [0] * len(step['subnets'])
    # What is not trained is computed once for all subnets.
    with torch.no_grad():
        entries = [(stem(x.contiguous(memory_format=torch.channels_last), step['subnets'][0]), group) for x, group in groups]
        asked = {id(e): prompts(e['coordinates'], e['labels'], side) for e in examples}
    for index, sizes in enumerate(step['subnets']):
        for entry, group in entries:
            embeddings = blocks(entry, sizes).split(1)
            total = sum(loss_of(*decode(x, asked[id(e)], places), e['targets']) for x, e in zip(embeddings, group))
            total.backward()
            losses[index] += total.item() / len(examples)
    return losses


trained = json.loads(sys.stdin.readline())['trained']
for name in trained:
    W[name].requires_grad_(True)
print(json.dumps({'torch': torch.__version__}), flush=True)
for line in sys.stdin:
    step = json.loads(line)
    for e in step['examples']:
        count, points, side = e['count'], e['points'], step['side']
        e['pixels'] = tensor(e['pixels'], np.float32, 1, side, side, 3).permute(0, 3, 1, 2)
        e['coordinates'] = tensor(e['coordinates'], np.float32, count, points, 2)
        e['labels'] = tensor(e['labels'], np.float32, count, points)
        e['targets'] = tensor(e['targets'], np.uint8, count, side // 4, side // 4)
    for name in trained:
        W[name].grad = None
    wall, cpu = time.perf_counter(), time.process_time()
    losses = backward(step)
    answer = {'losses': losses, 'wall': time.perf_counter() - wall, 'processor': time.process_time() - cpu}
    flat = [(torch.zeros_like(W[n]) if W[n].grad is None else W[n].grad).contiguous().reshape(-1) for n in trained]
    print(json.dumps({**answer, 'gradient': base64.b64encode(torch.cat(flat).numpy().tobytes()).decode()}), flush=True)
