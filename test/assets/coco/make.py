"""Records masks as pycocotools encodes and draws them: masks.json.

    pip install pycocotools numpy && python test/assets/coco/make.py
"""

import json
import pathlib

import numpy as np
from pycocotools import mask as coco

rng = np.random.default_rng(11)


def rows(mask):
    return ["".join(map(str, row)) for row in mask.tolist()]


def lengths(mask):
    flat = mask.flatten(order="F")
    counts, value, run = [], 0, 0
    for pixel in flat:
        if pixel == value:
            run += 1
        else:
            counts.append(run)
            value, run = pixel, 1
    counts.append(run)
    return counts


encoded = []
for _ in range(24):
    height, width = (int(n) for n in rng.integers(1, 40, 2))
    kind = rng.integers(4)
    if kind == 0:
        mask = (rng.random((height, width)) < rng.random()).astype(np.uint8)
    else:
        y, x = np.mgrid[:height, :width]
        mask = ((y - rng.integers(height)) ** 2 + (x - rng.integers(width)) ** 2 < (3 * kind) ** 2).astype(np.uint8)
    packed = coco.encode(np.asfortranarray(mask))
    encoded.append(
        {
            "width": width,
            "height": height,
            "counts": packed["counts"].decode(),
            "lengths": lengths(mask),
            "area": int(coco.area(packed)),
            "bbox": [int(n) for n in coco.toBbox(packed)],
            "rows": rows(mask),
        }
    )

wide = np.zeros((1, 300000), np.uint8)
wide[0, [0, 5, 100000, 299999]] = 1
encoded.append({"width": 300000, "height": 1, "counts": coco.encode(np.asfortranarray(wide))["counts"].decode(), "lengths": lengths(wide), "area": 4, "bbox": [0, 0, 300000, 1]})

drawn = []
for i in range(60):
    height, width = (int(n) for n in rng.integers(4, 36, 2))
    polygons = []
    for _ in range(1 + i % 2):
        points = rng.random((int(rng.integers(3, 9)), 2)) * [width + 8, height + 8] - 4
        if i % 3 == 0:
            points = np.round(points)
        polygons.append([round(float(n), 2) for n in points.flatten()])
    mask = coco.decode(coco.merge(coco.frPyObjects(polygons, height, width)))
    drawn.append({"width": width, "height": height, "polygons": polygons, "rows": rows(mask)})

# Corners far outside, which are few pixels of long edges inside.
far = np.random.default_rng(12)
for i in range(24):
    height, width = (int(n) for n in far.integers(4, 36, 2))
    scale = 10.0 ** far.integers(2, 7)
    points = (far.random((int(far.integers(3, 7)), 2)) - 0.5) * scale
    polygon = [round(float(n), 2) for n in points.flatten()]
    mask = coco.decode(coco.merge(coco.frPyObjects([polygon], height, width)))
    drawn.append({"width": width, "height": height, "polygons": [polygon], "rows": rows(mask)})

path = pathlib.Path(__file__).parent / "masks.json"
path.write_text(json.dumps({"encoded": encoded, "drawn": drawn}, separators=(",", ":")) + "\n")
