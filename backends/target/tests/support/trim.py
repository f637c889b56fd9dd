"""Makes the schemas of a backend's tests: `python3 trim.py FOLDER KIND=VERSION... CRDS.yaml...` (needs PyYAML).

The README of each backend's `tests/schema` says which kinds these are and where their CRDs are from.
"""

import json
import pathlib
import sys

import yaml


def trimmed(schema):
    """The schema without what no check reads."""
    if isinstance(schema, list):
        return [trimmed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for key, value in schema.items():
        if key == "description" and isinstance(value, str):
            continue
        kept[key] = trimmed(value)
    return kept


def main(folder, arguments):
    kinds = dict(argument.split("=") for argument in arguments if "=" in argument)
    for path in (argument for argument in arguments if "=" not in argument):
        for crd in yaml.safe_load_all(pathlib.Path(path).read_text()):
            kind = crd and crd["kind"] == "CustomResourceDefinition" and crd["spec"]["names"]["kind"]
            if kind not in kinds:
                continue
            [version] = [one for one in crd["spec"]["versions"] if one["name"] == kinds[kind]]
            schema = trimmed(version["schema"]["openAPIV3Schema"])
            schema["properties"].pop("status", None)
            text = json.dumps(schema, sort_keys=True, separators=(",", ":")) + "\n"
            (pathlib.Path(folder) / f"{kind}.json").write_text(text)


main(sys.argv[1], sys.argv[2:])
