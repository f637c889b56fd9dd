"""Made-up workspaces of any size: the same arguments give the same files.

Each file has one host with a table of `rules` rules: exact paths, subtrees, captures, header and query conditions,
splits, timeouts and retries, in the shares that a shop's routes have; the last rule of each table is an `otherwise`.
"""

import pathlib
import random

SEED = 20261123
SERVICES = 40
WORDS = "account album banner basket blog brand card cart catalog charge coupon feed gift help image invoice item label " \
        "login media menu news offer order page photo price profile promo rating refund report review sale search " \
        "shelf ship shop size stock store style tag team theme ticket token topic tour user video vote wish zone".split()


def write(folder, files, rules, clusters):
    """Writes a workspace of `files` tables with `rules` rules each, placed on `clusters` clusters."""
    choose = random.Random(SEED)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    (folder / "gloo.toml").write_text('[workspace]\nname = "made-up"\n')
    (folder / "infrastructure.gloo").write_text(infrastructure(clusters))
    for number in range(files):
        (folder / f"host-{number:03}.gloo").write_text(table(number, rules, choose))
    return folder


def infrastructure(clusters):
    """Clusters, services and one gateway."""
    lines = [f'cluster c{number:02} {{ backend: envoy(version: "1.40") }}' for number in range(clusters)]
    lines += ["", "namespace made {"]
    lines += [f'  service s{number:02} {{ port http: 8080  subset v1 {{ version: "v1" }}  subset v2 {{ version: "v2" }} }}'
              for number in range(SERVICES)]
    lines += ["}", "", "gateway front {", '  namespace: "front"', '  workload: { app: "front" }',
              '  listener web: http(8080) { hosts: ["*.made.example"] }', "}", ""]
    return "\n".join(lines)


def table(number, rules, choose):
    """One host with its rules."""
    lines = [f'routes table-{number:03} on front for "h{number:03}.made.example" {{']
    for index in range(rules - 1):
        service = f"s{choose.randrange(SERVICES):02}"
        first, second = choose.choice(WORDS), choose.choice(WORDS)
        path = choose.choice([f"/{first}/{second}-{index}", f"/{first}-{index}/**", f"/{first}/{{id}}/{second}-{index}"])
        method = choose.choice(["GET", "POST", "any", "GET|HEAD"])
        where = choose.choice(["", "", "", ' where header("x-ring") == "beta"', ' where query("v") == "2"'])
        action = choose.choice([service, service, f"{service}.v1", f"split({service}.v1: 90%, {service}.v2: 10%)"])
        options = choose.choice(["", "", " { timeout: 2s }", " { timeout: 5s  retries: 2 }"])
        lines.append(f"  {method} {path}{where} => {action}{options}")
    lines += ["  otherwise => respond(404)", "}", ""]
    return "\n".join(lines)
