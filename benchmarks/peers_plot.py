"""Ratios as bars on a logarithmic scale, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

LEFT, WIDTH, ROW, TOP = 270, 430, 24, 30


def plot(ratios: Sequence[tuple[str, float]]) -> str:
    """The bars, the fastest first; the line at 1 is plain Python."""
    ordered = sorted(ratios, key=lambda one: -one[1])
    low, high = floor(log10(ordered[-1][1])), max(ceil(log10(ordered[0][1])), 1)

    def across(ratio: float) -> float:
        return LEFT + WIDTH * (log10(ratio) - low) / (high - low)

    height = TOP + ROW * len(ordered) + 16
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 70} {height}" font-family="sans-serif" '
        'font-size="13">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        x = across(10.0**power)
        colour = "#333" if power == 0 else "#ddd"
        lines.append(f'<line x1="{x:.0f}" y1="{TOP - 6}" x2="{x:.0f}" y2="{height - 10}" stroke="{colour}"/>')
        lines.append(f'<text x="{x:.0f}" y="{TOP - 12}" text-anchor="middle" fill="#555">{10.0**power:g}</text>')
    for n, (name, ratio) in enumerate(ordered):
        y = TOP + ROW * n
        fill = "#2a6f97" if name.startswith("forbear") else "#b0b0b0"
        lines.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        lines.append(
            f'<rect x="{LEFT}" y="{y + 3}" width="{across(ratio) - LEFT:.0f}" height="{ROW - 8}" fill="{fill}"/>'
        )
        lines.append(f'<text x="{across(ratio) + 5:.0f}" y="{y + 15}" fill="#333">{ratio:.3g}</text>')
    return "\n".join([*lines, "</svg>", ""])
