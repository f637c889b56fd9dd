"""Makes the schemas beside this file from Istio's own: `python3 trim.py CRDS.yaml` (needs PyYAML).

CRDS.yaml is `kubernetes/customresourcedefinitions.gen.yaml` of the Go module `istio.io/api`, which
`go mod download -json istio.io/api@v1.30.3` unpacks and whose folder it prints as `Dir`.
"""

import json
import pathlib
import sys

import yaml

# The kinds that gloo writes, in the versions in which it writes them.
KINDS = {
    "DestinationRule": "v1",
    "EnvoyFilter": "v1alpha3",
    "Gateway": "v1",
    "PeerAuthentication": "v1",
    "ServiceEntry": "v1",
    "Sidecar": "v1",
    "VirtualService": "v1",
}


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


def main(path):
    folder = pathlib.Path(__file__).parent
    for crd in yaml.safe_load_all(pathlib.Path(path).read_text()):
        kind = crd and crd["spec"]["names"]["kind"]
        if kind not in KINDS:
            continue
        [version] = [one for one in crd["spec"]["versions"] if one["name"] == KINDS[kind]]
        schema = trimmed(version["schema"]["openAPIV3Schema"])
        schema["properties"].pop("status", None)
        text = json.dumps(schema, sort_keys=True, separators=(",", ":")) + "\n"
        (folder / f"{kind}.json").write_text(text)


main(sys.argv[1])
