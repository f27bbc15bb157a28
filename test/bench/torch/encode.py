"""Times the encoder of a model folder: `encode.py MODEL IMAGES`, one image at a time.

Reads one JSON line a run, {"name", "sizes": active size by piece}, and answers with {"wall", "cpu"} in milliseconds for all images.
"""
import json
import sys
import time

import torch
from tinyvit import blocks, stem

images = int(sys.argv[2])
torch.set_grad_enabled(False)
SIDE = 448

picture = torch.randn(1, 3, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
for line in sys.stdin:
    sizes = json.loads(line)['sizes']
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(images):
        blocks(stem(picture, sizes), sizes)
    spent = {'wall': 1000 * (time.perf_counter() - wall), 'cpu': 1000 * (time.process_time() - cpu)}
    print(json.dumps(spent), flush=True)
