"""An interactor for CVAT by an extracted model: this folder with encoder.onnx and decoder.onnx beside it is the whole function."""
import base64
import hashlib
import io
import json
import os

import numpy as np
import onnxruntime
from PIL import Image

FOLDER = os.environ.get("SUPERSAM_MODEL", os.path.dirname(os.path.abspath(__file__)))
MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def init_context(context):
    for name in ("encoder", "decoder"):
        session = onnxruntime.InferenceSession(f"{FOLDER}/{name}.onnx", providers=["CPUExecutionProvider"])
        setattr(context.user_data, name, session)
    # Of the image that was asked about last: clicks come one after the other.
    context.user_data.last = (None, None)


def embed(encoder, image):
    scale = 1024 / max(image.size)
    resized = np.asarray(image.resize([int(side * scale + 0.5) for side in image.size], Image.BILINEAR), np.float32)
    pixels = np.zeros((1, 3, 1024, 1024), np.float32)
    pixels[0, :, : resized.shape[0], : resized.shape[1]] = ((resized - MEAN) / STD).transpose(2, 0, 1)
    return encoder.run(None, {"input": pixels})[0]


def handler(context, event):
    data, state = event.body, context.user_data
    content = base64.b64decode(data["image"])
    image = Image.open(io.BytesIO(content)).convert("RGB")
    key = hashlib.sha256(content).hexdigest()
    if state.last[0] != key:
        state.last = (key, embed(state.encoder, image))
    inside, outside = data.get("pos_points") or [], data.get("neg_points") or []
    box = np.array(data.get("obj_bbox") or [], np.float32).reshape(-1, 2)[:2].tolist()
    points = [*inside, *outside, *(box or [[0, 0]])]
    labels = [1] * len(inside) + [0] * len(outside) + ([2, 3] if box else [-1])
    masks = state.decoder.run(["masks"], {
        "image_embeddings": state.last[1],
        "point_coords": np.array([points], np.float32) * np.float32(1024 / max(image.size)),
        "point_labels": np.array([labels], np.float32),
        "mask_input": np.zeros((1, 1, 256, 256), np.float32),
        "has_mask_input": np.zeros(1, np.float32),
        "orig_im_size": np.array(image.size[::-1], np.float32),
    })[0]
    mask = (masks[0, 0] > 0).astype(np.uint8) * 255
    body = json.dumps({"points": [], "mask": mask.tolist()})
    return context.Response(body=body, headers={}, content_type="application/json", status_code=200)
