"""A table of packs, each with what it is for and how much it holds."""

from __future__ import annotations

from collections.abc import Sequence

from forbear.describe.markdown import MARK, both, code, plain, table
from forbear.describe.own import Pack

_HEADS = ("pack<br>策略包", "what it is for<br>用途", "builds on<br>基于", "decisions<br>决定", "rules<br>规则",
          "obligations<br>义务", "promises<br>承诺", "settings<br>设置", "metrics<br>指标")  # fmt: skip


def index_page(packs: Sequence[Pack]) -> str:
    """The page that names every pack; what a pack takes over from others is counted there."""
    names = {one.policy.name for one in packs}
    rows = []
    for pack in packs:
        below = ", ".join(f"[{one}]({one}.md)" if one in names else code(one) for one in pack.direct)
        counts = [len(pack.decided), pack.rules, len(pack.names("obligations")), len(pack.promises)]
        counts += [len(pack.names("settings")), len(pack.names("metrics"))]
        about = both(plain(pack.about.get("en", "")), plain(pack.about.get("zh", "")))
        rows.append(
            [f"[{pack.policy.name}]({pack.policy.name}.md)", about, below, *(str(one or "–") for one in counts)]
        )
    told = ("The packs, a page each: every rule as a sentence in English and Chinese with its reason and source.",
            "各策略包一页：每条规则均有中英文句子、理由和出处。")  # fmt: skip
    lines = [MARK, "", "# Policies", "", "\\\n".join(told), "", *table(_HEADS, rows)]
    return "\n".join(lines).rstrip("\n") + "\n"
