"""Writes python-literals.json: values as Python shows them and as JSON.

python -m venv v && v/bin/pip install numpy && v/bin/python python-literals.py (made with Python 3.11, numpy 2.4.6)
"""

import json
import pathlib
from collections import OrderedDict

import numpy as np

values = [
    {"name": "polygon", "all_points_x": [1, 2.5, -3], "all_points_y": (0, 1e-7, 1e22)},
    {"a'b": 'it\'s "quoted"', "line\nbreak": "tab\t\\ é 汉 😀 \x00\x7f\xa0"},
    [None, True, False, [], {}, (), ""],
    (1,),
    [(1, 2), [(3, (4,))]],
    {"deep": [{"deeper": {"deepest": [[[1]]]}}]},
    "text",
    3,
    -0.5,
]
cases = [[repr(value), value] for value in values]
cases += [
    [repr({"size": [4, 6], "counts": b"42b0\\\x27"}), {"size": [4, 6], "counts": "42b0\\'"}],
    [repr([np.int64(3), np.float32(0.5), np.array([1, 2])]), [3, 0.5, [1, 2]]],
    [repr({"x": np.array([[1.0, 2.0], [3.5, 4.0]])}), {"x": [[1, 2], [3.5, 4]]}],
    [repr(OrderedDict()).replace("()", "({'a': 1})"), {"a": 1}],
    [repr([float("nan"), float("inf"), -float("inf")]), [None, None, None]],
]
refused = ["{1, 2}", "{'a': object()}", "[1, 2", "1]", "__import__('os')", "{'a': 1, 'a': 2}", "'open", "[1 2]", "lambda: 1", "<a b>"]
content = {"cases": [{"python": text, "value": value} for text, value in cases], "refused": refused}
pathlib.Path(__file__).with_name("python-literals.json").write_text(json.dumps(content, indent=1) + "\n")
