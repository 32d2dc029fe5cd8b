"""Hostile input of every kind, by the way in which it comes in."""

from __future__ import annotations

from hostile.commands_given import COMMAND_FAMILIES
from hostile.grammar import GRAMMAR
from hostile.inheritance import INHERITANCE
from hostile.lines import LINE_FAMILIES
from hostile.places import PLACES
from hostile.sizes import SIZES
from hostile.texts import TEXTS
from hostile.words import WORDS

FAMILIES = [*TEXTS, *SIZES, *WORDS, *GRAMMAR, *LINE_FAMILIES, *COMMAND_FAMILIES, *PLACES, *INHERITANCE]

# Those that take a second or more, because they go as far as the bounds let them; `FORBEAR_HOSTILE=all` runs them too.
LONG = {
    "size/many invariants",
    "size/many folds",
    "size/many decisions",
    "size/many rules",
    "size/a long chain of decisions",
    "size/a long cycle of decisions",
    "size/a table of many rows",
    "size/a table cell with many values",
    "work/boxes of many paths",
    "work/products of alternatives",
    "work/rules that leave ever smaller gaps",
    "work/rules that must be told apart pair by pair",
    "work/a table of ranges that cross",
    "work/conditions as long as they may be",
    "work/conditions as deep as they may be",
    "work/promises that read everything",
}
