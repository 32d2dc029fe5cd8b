"""What a pack changes of the packs below it: each change as the checker tells it, and what holds now."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from forbear.describe.markdown import comment, item, plain
from forbear.describe.own import Pack
from forbear.explain import promise_sentence, rule_sentence
from forbear.explain.words import LANGUAGES
from forbear.language import ir


def change_section(pack: Pack) -> Iterator[str]:
    """Every change, with the rule as it is now, or the promises that were added."""
    own = {one.name for one in pack.decided}
    for message, name in pack.changes:
        decision, _, rule = name.partition(".")
        told = []
        if rule and (decision in pack.policy.decisions or decision in pack.policy.rankings):
            told = [plain(rule_sentence(pack.policy, decision, rule, language)) for language in LANGUAGES]
        yield item(comment(message), *told)
        if name not in own:
            added = (promise_item(pack.policy, one) for one in pack.promises if one.decision == name)
            yield from (indent(one, "  ") for one in added)


def promise_item(policy: ir.Policy, one: ir.Invariant) -> str:
    """A promise in both languages, with its reason and source."""
    told = [plain(promise_sentence(policy, one, language)) for language in LANGUAGES]
    return item(*told, " · ".join(filter(None, (f"*{plain(one.because)}*", plain(one.source)))))
