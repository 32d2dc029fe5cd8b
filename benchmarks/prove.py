"""How long a proof takes: a pack, again after one of its rules was changed, one decision of it, one of many rules.

python -m benchmarks.prove [--pack standard --decision response] [--rules 500] [--changed abuse:response.yaml] [--json]
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time

from attrs import evolve

from forbear import Policy
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, load_policy, read_pack
from forbear.prove import Report, prove
from forbear.prove.kept import kept_in

WORDS = """\
facts:
  contact.wait: {type: int, unit: seconds, range: [0, 1000000], default: 0}
  contact.kind: {type: [a, b, c, d, e], default: a}
"""
HITS = ("unique", "priority", "first")


def many(rules: int, hit: str) -> str:
    """A decision of so many rules, each with a stretch of its own, and a promise about all of them."""
    lines = [
        f"  - {{rule: r{n}, when: 'contact.wait >= {n * 10} && contact.wait < {n * 10 + 10} && contact.kind != \"e\"', "
        f"then: {'ab'[n % 2]}, because: {{en: So., zh: 如此。}}}}"
        for n in range(rules)
    ]
    head = f"decision: many\nasked_on: [contact_offered]\noutcome: [none, a, b]\nfallback: none\nhit: {hit}\nrules:\n"
    promise = 'invariants:\n  - never: \'many != "none" && contact.kind == "e"\'\n    because: Kind e gets nothing.\n'
    return "\n".join([head.rstrip(), *lines, "  - otherwise: none", promise])


def large(rules: int, hit: str) -> Policy:
    """A pack of one such decision."""
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "many"
        folder.mkdir()
        (folder / "pack.yaml").write_text("pack: many\nversion: 1.0.0\nlanguage: 1\n", encoding="utf-8")
        (folder / "words.yaml").write_text(WORDS, encoding="utf-8")
        (folder / "many.yaml").write_text(many(rules, hit), encoding="utf-8")
        return load_policy(folder)


def changed(pack: str, file: str) -> Policy:
    """A pack, the last rule with a condition in one of its files changed: it holds in fewer cases."""
    sources = list(read_pack(find_pack(pack)))
    n = next(n for n, one in enumerate(sources) if one.name == file)
    text = sources[n].text
    last = [*re.finditer(r"(?m)^ *when: (\w.*)$", text)][-1]
    told = f'({last.group(1)}) && event.type != "tick"'
    sources[n] = evolve(sources[n], text=text[: last.start(1)] + told + text[last.end(1) :])
    return build_policy(sources)


def timed(name: str, ask: Callable[[], Report]) -> dict[str, object]:
    """One row of the table."""
    wall, cpu = perf_counter(), process_time()
    report = ask()
    found = {one: sum(1 for each in report.verdicts if each.verdict == one) for one in ("proved", "refuted", "unknown")}
    took = {"seconds": round(perf_counter() - wall, 2), "cpu": round(process_time() - cpu, 2)}
    counted = {"promises": len(report.verdicts), **found, "findings": len(report.findings), "kept": report.kept}
    return {"name": name, **took, **counted}


def again(pack: str, file: str) -> Iterator[dict[str, object]]:
    """A pack without proofs that were kept, with all of them, and with those that one changed rule leaves."""
    policy = load_policy(pack)
    with tempfile.TemporaryDirectory() as room:
        kept = kept_in(Path(room), pack)
        yield timed(f"the pack {pack}", lambda: prove(policy, kept=kept))
        kept.save()
        yield timed("again", lambda: prove(policy, kept=kept_in(Path(room), pack)))
        after = changed(pack, file)
        yield timed(f"one rule of {file} changed", lambda: prove(after, kept=kept_in(Path(room), pack)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", default="standard")
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--decision", default="response")
    parser.add_argument("--changed", default="abuse:response.yaml")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pack, one = load_policy(options.pack), options.decision
    rows = [*again(options.pack, options.changed), timed(f"its decision `{one}`", lambda: prove(pack, only=[one]))]
    for hit in HITS:
        policy = large(options.rules, hit)
        rows.append(timed(f"{options.rules} rules in one, {hit}", lambda policy=policy: prove(policy)))
    if options.json:
        print(json.dumps({"results": rows}))
        return
    for row in rows:
        told = f"{row['seconds']:>7} s, of one core {row['cpu']:>7} s; {row['proved']} of {row['promises']} proved"
        print(f"{row['name']:42} {told}", f", {row['kept']} answers kept" if row["kept"] else "", sep="")


if __name__ == "__main__":
    main()
