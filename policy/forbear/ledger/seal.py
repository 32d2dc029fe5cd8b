"""Hashes and sealed bodies: how the ledger writes down what only its keys can read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forbear.errors import LedgerError
from forbear.ledger.entries import Entry
from forbear.ledger.keys import Keys

NAME_BYTES = 16
_NONCE_BYTES = 12
_MAX_CACHED = 4096
_MAX_OPENED = 512


class Sealer:
    """Names things by keyed hash, and seals bodies with a customer's key (AES-GCM, 256 bits)."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._secret = keys.secret()
        self._ciphers: dict[int, AESGCM] = {}
        self._names: dict[tuple[str, str], bytes] = {}
        self._opened: dict[tuple[object, ...], Entry] = {}
        self._doomed: set[int] = set()

    def name(self, space: str, id: str) -> bytes:
        """The keyed hash by which the ledger knows something; `space` says what it is."""
        found = self._names.get((space, id))
        if found is None:
            raw = id.encode("utf-8", "surrogatepass")
            found = hashlib.blake2b(raw, key=self._secret, person=space.encode(), digest_size=NAME_BYTES).digest()
            if len(self._names) >= _MAX_CACHED:
                self._names.clear()
            self._names[space, id] = found
        return found

    def seal(self, number: int, body: bytes, about: bytes) -> bytes:
        """The body sealed with a key, bound to the name that it is about. Raises LedgerError where the key is gone."""
        cipher = self._cipher(number)
        if cipher is None:
            raise LedgerError("the customer was erased while this was decided; send the event again")
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, body, about)

    def unseal(self, number: int, sealed: bytes, about: bytes) -> bytes | None:
        """The body again, None where the key is gone. Raises LedgerError where it was changed."""
        cipher = self._cipher(number)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
        except InvalidTag:
            raise LedgerError("the ledger holds a body that was changed; `forbear audit` says where") from None

    def again(self, number: int, told: tuple[object, ...], read: Callable[[], Entry | None]) -> Entry | None:
        """What `read` makes of an entry, told by all that stands of it, where it was read of late: what was read then.

        Without the key nothing is left of it.
        """
        found = self._opened.get(told)
        if found is not None and self.has(number):
            return found
        found = read()
        if found is not None:
            if len(self._opened) >= _MAX_OPENED:
                self._opened.clear()
            self._opened[told] = found
        return found

    def has(self, number: int) -> bool:
        """Whether a key is there."""
        return self._cipher(number) is not None

    def doom(self, numbers: Iterable[int]) -> None:
        """Let keys be destroyed with the next ones."""
        self._doomed.update(numbers)

    def destroy(self, numbers: Iterable[int]) -> None:
        """Destroy keys, and forget them here; one on which the key store fails is destroyed with the next ones."""
        self.doom(numbers)
        for number in tuple(self._doomed):
            self.keys.destroy(number)
            self._ciphers.pop(number, None)
            self._opened.clear()
            self._doomed.discard(number)

    def _cipher(self, number: int) -> AESGCM | None:
        cipher = self._ciphers.get(number)
        if cipher is not None:
            return cipher
        key = self.keys.key(number)
        if key is None:
            return None
        if len(self._ciphers) >= _MAX_CACHED:
            self._ciphers.clear()
        self._ciphers[number] = cipher = AESGCM(key)
        return cipher


def digest(body: bytes) -> bytes:
    """What a chain keeps of a body; it stays when the body goes."""
    return hashlib.sha256(body).digest()


def link(before: bytes, position: int, parts: list[bytes]) -> bytes:
    """The next link of a chain."""
    told = [before, position.to_bytes(8, "big")]
    for part in parts:
        told += (len(part).to_bytes(4, "big"), part)
    return hashlib.sha256(b"".join(told)).digest()


def moment(at: int) -> bytes:
    """Microseconds as bytes."""
    return at.to_bytes(16, "big", signed=True)
