"""Records how Python pickles what training scripts keep beside a state dictionary (beside.json): each object in a dictionary,
`{"beside": object, "epoch": 3}`, by the protocol of torch.save and the newest.

    python3 test/assets/torch-checkpoints/beside.py
"""

import argparse
import collections
import datetime
import json
import pathlib
import pickle
import sys
import types

OBJECTS = {
    "namespace": argparse.Namespace(lr=0.1, names=["a", "b"], nested=argparse.Namespace(x=1)),
    "simple namespace": types.SimpleNamespace(lr=0.1),
    "defaultdict": collections.defaultdict(list, {"loss": [0.5, 0.25]}),
    "counter": collections.Counter("hello"),
    "deque": collections.deque([1, 2], maxlen=3),
    "path": pathlib.PurePosixPath("/data/images"),
    "date": datetime.datetime(2024, 5, 6, 7, 8, 9),
    "duration": datetime.timedelta(seconds=90),
    "set": {1, 2},
    "frozen set": frozenset(["a"]),
    "bytes": b"\x00\xff",
    "bytearray": bytearray(b"\x00\xff"),
    "complex": 1 + 2j,
    "class": int,
}
recorded = {
    f"{name}, protocol {protocol}": pickle.dumps({"beside": item, "epoch": 3}, protocol).hex()
    for name, item in OBJECTS.items()
    for protocol in (2, 5)
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"python": sys.version.split()[0], "pickles": recorded}, indent=1) + "\n")
