"""A policy pack as a page for people: every rule as a sentence in both languages, its settings, duties and graph."""

from __future__ import annotations

from forbear.describe.index import index_page
from forbear.describe.markdown import MARK
from forbear.describe.own import Pack, pack_of
from forbear.describe.page import pack_page

__all__ = ["MARK", "Pack", "index_page", "pack_of", "pack_page"]
