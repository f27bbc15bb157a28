"""Calls docs/examples/cvat as CVAT's server does: python cvat-call.py MODEL IMAGE x,y,w,h."""
import base64
import json
import os
import sys
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../docs/examples/cvat"))
import main

model, path, box = sys.argv[1:]
x, y, w, h = (float(side) for side in box.split(","))
context = SimpleNamespace(user_data=SimpleNamespace(), Response=lambda body, **_: json.loads(body))
main.init_context(context)
image = base64.b64encode(open(path, "rb").read()).decode()
ask = lambda **more: main.handler(context, SimpleNamespace(body={"image": image, "pos_points": [], "neg_points": [], **more}))
boxed = ask(obj_bbox=[[x, y], [x + w, y + h]])["mask"]
middle = [int(x + w / 2), int(y + h / 2)]
clicked = ask(pos_points=[middle])["mask"]
print(json.dumps({
    "boxed": [1 if value else 0 for row in boxed for value in row],
    "clicked": clicked[middle[1]][middle[0]],
    "size": [len(boxed), len(boxed[0])],
}))
