"""Writes pandas-frames.json: one frame, and what to_json of pandas 3.1 makes of it, with which `test/oracles` is held."""

import io
import json

import pandas as pd

frame = pd.DataFrame({"depth": [0, 1, 3, 2], "width": [256, 512, 1024, 512], "error": [0.5, None, -3.0, 1e-9]})
# Rows taken out leave gaps between the numbers of the others.
frames = {"whole": frame, "filtered": frame[frame.width > 256]}
written = [
    {
        "name": f"{name}, {orient}",
        "csv": one.to_csv(index=False),
        "json": one.to_json(orient=orient),
    }
    for name, one in frames.items()
    for orient in ["records", "split", "table", "columns", "index"]
]
written.append({"name": "lists", "csv": frame.to_csv(index=False), "json": json.dumps(frame.to_dict("list"))})
written.append({"name": "lines", "csv": frame.to_csv(index=False), "json": frame.to_json(orient="records", lines=True)})
indexed = frame.set_index(["depth", "width"])
written.append({"name": "indexed, table", "csv": frame.to_csv(index=False), "json": indexed.to_json(orient="table")})
named = frame.set_axis(["a", "b", "c", "d"])
odd = [named.to_json(), named.to_json(orient="index"), frame.set_axis(["0", "1", "2"], axis=1).to_json()]
with open(__file__.replace(".py", ".json"), "w") as file:
    json.dump({"frames": written, "undecided": odd, "nameless": frame.to_json(orient="values")}, file, indent=1)
