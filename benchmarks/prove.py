"""How long a proof takes: a pack, one of its decisions, and one decision of many rules.

python -m benchmarks.prove [--pack standard --decision response] [--rules 500] [--json]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from forbear.language.pack import load_policy
from forbear.prove import prove

WORDS = """\
facts:
  contact.wait: {type: int, unit: seconds, range: [0, 1000000], default: 0}
  contact.kind: {type: [a, b, c, d, e], default: a}
"""


def many(rules: int) -> str:
    """A decision of so many rules, each with a stretch of its own, and a promise about all of them."""
    lines = [
        f"  - {{rule: r{n}, when: 'contact.wait >= {n * 10} && contact.wait < {n * 10 + 10} && contact.kind != \"e\"', "
        f"then: {'ab'[n % 2]}, because: {{en: So., zh: 如此。}}}}"
        for n in range(rules)
    ]
    head = "decision: many\nasked_on: [contact_offered]\noutcome: [none, a, b]\nfallback: none\nhit: unique\nrules:\n"
    promise = 'invariants:\n  - never: \'many != "none" && contact.kind == "e"\'\n    because: Kind e gets nothing.\n'
    return "\n".join([head.rstrip(), *lines, "  - otherwise: none", promise])


def timed(name: str, policy: object, **given: object) -> dict[str, object]:
    """One row of the table."""
    wall, cpu = perf_counter(), process_time()
    report = prove(policy, **given)  # type: ignore[arg-type]
    found = {one: sum(1 for each in report.verdicts if each.verdict == one) for one in ("proved", "refuted", "unknown")}
    took = {"seconds": round(perf_counter() - wall, 2), "cpu": round(process_time() - cpu, 2)}
    return {"name": name, **took, "promises": len(report.verdicts), **found, "findings": len(report.findings)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", default="standard")
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--decision", default="response")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pack = load_policy(options.pack)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "many"
        folder.mkdir()
        (folder / "pack.yaml").write_text("pack: many\nversion: 1.0.0\nlanguage: 1\n", encoding="utf-8")
        (folder / "words.yaml").write_text(WORDS, encoding="utf-8")
        (folder / "many.yaml").write_text(many(options.rules), encoding="utf-8")
        large = load_policy(folder)
    rows = [
        timed(f"the pack {pack.name}", pack),
        timed(f"its decision `{(one := options.decision)}`", pack, only=[one]),
        timed(f"{options.rules} rules in one decision", large),
    ]
    if options.json:
        print(json.dumps({"results": rows}))
        return
    for row in rows:
        told = f"{row['seconds']:>7} s, of one core {row['cpu']:>7} s; {row['proved']} of {row['promises']} proved"
        print(f"{row['name']:32} {told}")


if __name__ == "__main__":
    main()
