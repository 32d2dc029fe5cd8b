"""The weights: a file that holds numbers and nothing that runs, and the small function that sums them up."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from importlib.resources import files

from attrs import frozen

from forbear.errors import ForbearError

from .features import PLACES, Features

FILE = "weights.bin"
_ZERO = 128  # the byte that stands for a weight of nothing


class WeightsError(ForbearError):
    """The file of weights cannot be used."""


@frozen
class Head:
    """One question, such as `abuse`: a byte for each place, what a byte is worth, and how sums become probabilities."""

    table: bytes
    step: float
    bias: float
    slope: float  # of the calibration

    def score(self, found: Features) -> float:
        """The sum of the weights of what was found."""
        grams = found.flat()
        worth = sum(map(self.table.__getitem__, grams)) - _ZERO * len(grams)
        signals = sum(map(self.table.__getitem__, found.signals)) - _ZERO * len(found.signals)
        return self.bias + self.step * (worth / math.sqrt(len(grams) or 1) + signals)

    def probability(self, found: Features) -> float:
        """How likely the answer is yes."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * self.score(found)))))

    def contributions(self, found: Features) -> list[float]:
        """What the grams that begin at each word add, unscaled."""
        return [sum(map(self.table.__getitem__, some)) - _ZERO * len(some) for some in found.grams]


@frozen
class Weights:
    """All heads by name, and what the file says of its making."""

    heads: Mapping[str, Head]
    about: Mapping[str, object]


def packed(heads: Mapping[str, Head], about: Mapping[str, object]) -> bytes:
    """The bytes of a file of weights."""
    numbers = {name: {"step": one.step, "bias": one.bias, "slope": one.slope} for name, one in heads.items()}
    header = json.dumps({"places": PLACES, "heads": numbers, "about": dict(about)}, sort_keys=True).encode()
    body = zlib.compress(b"".join(one.table for one in heads.values()), 9)
    return len(header).to_bytes(4, "big") + header + body


def unpacked(raw: bytes) -> Weights:
    """The weights of a file's bytes. Raises WeightsError."""
    try:
        size = int.from_bytes(raw[:4], "big")
        header = json.loads(raw[4 : 4 + size])
        wanted = len(header["heads"]) * PLACES
        unpacking = zlib.decompressobj()
        body = unpacking.decompress(raw[4 + size :], wanted + 1)
        if header["places"] != PLACES or len(body) != wanted or not unpacking.eof:
            raise WeightsError("the weights do not fit these features; train them again")
        heads = {
            name: Head(body[n * PLACES : (n + 1) * PLACES], *(float(one[key]) for key in ("step", "bias", "slope")))
            for n, (name, one) in enumerate(header["heads"].items())
        }
        return Weights(heads, header["about"])
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error) as error:
        raise WeightsError(f"the file of weights is damaged: {error}") from None


def bundled_weights() -> Weights:
    """The weights that come with the plugin."""
    return unpacked(files(__package__).joinpath(FILE).read_bytes())


def quantised(weights: Sequence[float], bias: float, slope: float) -> Head:
    """A head with weights in 255 steps."""
    largest = max(map(abs, weights)) or 1.0
    step = largest / 127
    return Head(bytes(_ZERO + round(one / step) for one in weights), step, bias, slope)
