"""Writes pandas-frames.json: one frame, and what to_json of pandas 3.1 makes of it, and one as to_csv writes it, with which `test/oracles` is held."""

import base64
import csv
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
mixed = pd.DataFrame(
    {
        "n": [1, 2, 4, 8, 1000],
        "rate": [0.1, 0.2, 0.30000000000000004, 1e-5, 0.5],
        "kind": ["adam", "a,b", 'it\'s "q"', "NA", " pad "],
        "flag": [True, False, True, False, True],
        "loss": [1.5, None, -3.0, 1234567.891, 1e-9],
    }
)
plain = mixed.assign(kind=["adam", "b", "c", "d", "größe"])
frames = {
    "mixed": mixed,
    "Int64": mixed.astype({"n": "Int64", "flag": "boolean", "loss": "Float64"}),
    "floats": mixed.astype({"n": float}),
    "categories": mixed.astype({"kind": "category", "flag": "category"}),
    "dates": mixed.assign(when=pd.date_range("2024-01-01", periods=5)),
    "two of a name": mixed.assign(**{"loss.1": mixed.loss * 2}),
    "index of several": mixed.set_index(["n", "rate", "kind", "flag"]),
}
nothing = {"index": False}
options = {
    "with its index": {},
    "without its index": nothing,
    "all quoted": {**nothing, "quoting": csv.QUOTE_ALL},
    "texts quoted": {**nothing, "quoting": csv.QUOTE_NONNUMERIC},
    "NaN": {**nothing, "na_rep": "NaN"},
    "semicolons, commas": {**nothing, "sep": ";", "decimal": ","},
    "tabs, commas": {**nothing, "sep": "\t", "decimal": ","},
    "tabs": {**nothing, "sep": "\t"},
    "bars": {**nothing, "sep": "|"},
    "Windows": {**nothing, "lineterminator": "\r\n"},
    "old Mac": {**nothing, "lineterminator": "\r"},
    "scientific": {**nothing, "float_format": "%.17e"},
    "thousands": {**nothing, "float_format": "{:,.9f}".format},
}
written_csv = [
    {"name": f"{name}, {how}", "base64": base64.b64encode(one.to_csv(**said).encode()).decode()}
    for name, one in frames.items()
    for how, said in options.items()
    if name != "index of several" or said == {}
]
named = mixed.set_axis(pd.MultiIndex.from_tuples([("params", name) for name in mixed.columns]), axis=1)
turned = {
    "two lines of names": named.to_csv(index=False),
    "decimal commas": mixed.to_csv(index=False, decimal=","),
    "no names": mixed.to_csv(index=False, header=False),
    "turned": mixed.T.to_csv(),
    "a title": "made by a program\n" + mixed.to_csv(index=False),
    "blanks": mixed.to_csv(index=False, sep=" "),
    "a web page": mixed.to_html(index=False),
    "to_string": mixed.to_string(index=False),
}
encodings = {encoding: base64.b64encode(plain.to_csv(index=False).encode(encoding)).decode() for encoding in ["utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-16-le", "utf-32"]}
tables = {
    "rows": json.loads(mixed.to_json(orient="records", double_precision=15)),
    "encoded": encodings,
    "csv": written_csv,
    "refused": [{"name": name, "text": text} for name, text in turned.items()],
}
with open(__file__.replace(".py", ".json"), "w") as file:
    json.dump({"frames": written, "undecided": odd, "tables": tables, "nameless": frame.to_json(orient="values")}, file, indent=1)
