"""The weights: a file that holds numbers and nothing that runs, and the small function that sums them up."""

from __future__ import annotations

import json
import math
import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence
from importlib.resources import files

from attrs import frozen

from forbear.errors import ForbearError

from .features import PLACES, Features

FILE = "weights.bin"
_WIDTH = 2  # bytes of a number
_MOST = 32_767  # of a whole number of sixteen bits


class WeightsError(ForbearError):
    """The file of weights cannot be used."""


@frozen
class Head:
    """One question, such as `abuse`: a number for each place, what one is worth, how sums become probabilities."""

    table: array[int]
    step: float
    bias: float
    slope: float  # of the calibration

    def score(self, found: Features) -> float:
        """The sum of the weights of what was found."""
        grams = found.flat
        worth = sum(map(self.table.__getitem__, grams))
        signals = sum(map(self.table.__getitem__, found.signals))
        return self.bias + self.step * (worth / math.sqrt(len(grams) or 1) + signals)

    def probability(self, found: Features) -> float:
        """How likely the answer is yes."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * self.score(found)))))

    def contributions(self, found: Features) -> list[float]:
        """What the grams that begin at each word add, unscaled."""
        return [sum(map(self.table.__getitem__, some)) for some in found.grams]


@frozen
class Weights:
    """All heads by name, and what the file says of its making."""

    heads: Mapping[str, Head]
    about: Mapping[str, object]


def packed(heads: Mapping[str, Head], about: Mapping[str, object]) -> bytes:
    """The bytes of a file of weights."""
    numbers = [{"name": name, "step": one.step, "bias": one.bias, "slope": one.slope} for name, one in heads.items()]
    header = json.dumps({"places": PLACES, "heads": numbers, "about": dict(about)}, sort_keys=True).encode()
    body = zlib.compress(b"".join(_little(one.table).tobytes() for one in heads.values()), 9)
    return len(header).to_bytes(4, "big") + header + body


def unpacked(raw: bytes) -> Weights:
    """The weights of a file's bytes. Raises WeightsError."""
    try:
        size = int.from_bytes(raw[:4], "big")
        header = json.loads(raw[4 : 4 + size])
        wanted = len(header["heads"]) * PLACES * _WIDTH
        unpacking = zlib.decompressobj()
        body = unpacking.decompress(raw[4 + size :], wanted + 1)
        if header["places"] != PLACES or len(body) != wanted or not unpacking.eof:
            raise WeightsError("the weights do not fit these features; train them again")
        heads = {
            str(one["name"]): Head(_numbers(body, n), *(float(one[key]) for key in ("step", "bias", "slope")))
            for n, one in enumerate(header["heads"])
        }
        return Weights(heads, header["about"])
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error) as error:
        raise WeightsError(f"the file of weights is damaged: {error}") from None


def bundled_weights() -> Weights:
    """The weights that come with the plugin."""
    return unpacked(files(__package__).joinpath(FILE).read_bytes())


def quantised(weights: Sequence[float], bias: float, slope: float) -> Head:
    """A head with weights as whole numbers."""
    step = (max(map(abs, weights)) or 1.0) / _MOST
    return Head(array("h", (round(one / step) for one in weights)), step, bias, slope)


def _numbers(body: bytes, n: int) -> array[int]:
    """The nth table of a file, whose numbers begin with their lower byte."""
    found = array("h", body[n * PLACES * _WIDTH : (n + 1) * PLACES * _WIDTH])
    return _little(found)


def _little(table: array[int]) -> array[int]:
    """The same numbers with their lower byte first, or back."""
    if sys.byteorder == "little":
        return table
    turned = array("h", table)
    turned.byteswap()
    return turned
