"""Writes brushes.json: masks and the run lengths that Label Studio's own tools pack them into.

    pip install --no-deps label-studio-sdk numpy pillow   # 2.1.2
    python make.py > brushes.json
"""

import importlib.util
import json
import pathlib
import random
import site

# The module alone: its package asks for much more.
found = next(pathlib.Path(site.getsitepackages()[0]).glob("label_studio_sdk/converter/brush.py"))
spec = importlib.util.spec_from_file_location("brush", found)
brush = importlib.util.module_from_spec(spec)
spec.loader.exec_module(brush)

import numpy as np

draw = random.Random(1)
cases = []
for width, height, kind in [(6, 4, "square"), (1, 1, "full"), (13, 9, "noise"), (40, 30, "noise"), (7, 5, "empty")]:
    mask = np.zeros((height, width), dtype=np.uint8)
    if kind == "square":
        mask[1:3, 1:3] = 255
    elif kind == "full":
        mask[:] = 255
    elif kind == "noise":
        for at in range(width * height):
            mask.flat[at] = 255 if draw.random() < 0.5 else 0
    rle = [int(byte) for byte in brush.mask2rle(mask)]
    rows = ["".join("#" if value else "." for value in row) for row in mask]
    cases.append({"width": width, "height": height, "rows": rows, "rle": rle})
print(json.dumps(cases))
