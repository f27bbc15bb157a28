"""Writes arrays.json: label maps and stacks of masks as NumPy saves them, as base64, and the pixels of their objects.

python -m venv v && v/bin/pip install numpy && v/bin/python make.py (made with numpy 2.4.6)
"""

import base64
import io
import json
import pathlib

import numpy as np

HEIGHT, WIDTH = 4, 6
labels = np.zeros((HEIGHT, WIDTH), np.uint8)
labels[0:2, 0:2] = 1
labels[1:4, 3:5] = 2
labels[3, 0:3] = 3
stack = np.stack([labels == label for label in (1, 2, 3)])
stack[0, 1, 3] = True  # objects may overlap


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(packed, **arrays):
    file = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(file, **arrays)
    return file.getvalue()


kinds = ["<i2", ">u2", "<u4", ">i4", "<i8", ">u8", "<f4", ">f8", "|u1", "|i1"]
last = np.moveaxis(stack, 0, -1)
cases = [[f"labels {kind}.npy", npy(labels.astype(kind)), "labels"] for kind in kinds] + [
    ["labels by columns.npy", npy(np.asfortranarray(labels)), "labels"],
    ["labels in a stack of one.npy", npy(labels[None]), "labels"],
    ["labels with one channel.npy", npy(labels[..., None]), "labels"],
    ["labels alone.npz", npz(True, arr_0=labels), "labels"],
    ["stack first.npy", npy(stack), "stack"],
    ["stack of white.npy", npy(stack * np.uint8(255)), "stack"],
    ["stack last.npy", npy(np.ascontiguousarray(last)), "stack"],
    ["stack last by columns.npy", npy(np.asfortranarray(last)), "stack"],
    ["stack last packed.npz", npz(True, arr_0=last), "stack"],
    ["stack beside boxes.npz", npz(False, masks=stack, boxes=np.zeros((3, 4))), "stack"],
]
objects = {
    "labels": [np.flatnonzero(labels == label).tolist() for label in (1, 2, 3)],
    "stack": [np.flatnonzero(mask).tolist() for mask in stack],
}
content = {
    "size": [WIDTH, HEIGHT],
    "cases": [
        {"name": name, "base64": base64.b64encode(data).decode(), "objects": objects[kind]}
        for name, data, kind in cases
    ],
}
pathlib.Path(__file__).with_name("arrays.json").write_text(json.dumps(content, indent=1) + "\n")
