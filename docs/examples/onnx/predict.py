"""Masks by ONNX Runtime alone, called as segment-anything's ONNX notebook calls it: python predict.py MODEL IMAGE x0 y0 x1 y1 MASK."""
import sys
import numpy as np
import onnxruntime
from PIL import Image

model, path, *box, output = sys.argv[1:]
encoder = onnxruntime.InferenceSession(f"{model}/encoder.onnx", providers=["CPUExecutionProvider"])
decoder = onnxruntime.InferenceSession(f"{model}/decoder.onnx", providers=["CPUExecutionProvider"])

image = Image.open(path).convert("RGB")
scale = 1024 / max(image.size)
resized = np.asarray(image.resize([int(side * scale + 0.5) for side in image.size], Image.BILINEAR), np.float32)
pixels = np.zeros((1, 3, 1024, 1024), np.float32)
normal = (resized - [123.675, 116.28, 103.53]) / [58.395, 57.12, 57.375]
pixels[0, :, : resized.shape[0], : resized.shape[1]] = normal.transpose(2, 0, 1)
(embedding,) = encoder.run(None, {"input": pixels})

masks, iou, low = decoder.run(None, {
    "image_embeddings": embedding,
    "point_coords": np.array(box, np.float32).reshape(1, 2, 2) * np.float32(scale),
    "point_labels": np.array([[2, 3]], np.float32),
    "mask_input": np.zeros((1, 1, 256, 256), np.float32),
    "has_mask_input": np.zeros(1, np.float32),
    "orig_im_size": np.array(image.size[::-1], np.float32),
})
Image.fromarray((masks[0, 0] > 0).astype(np.uint8) * 255).save(output)
print(iou[0, 0], masks.shape, low.shape)
