"""Hashes and sealed bodies: how the ledger writes down what only its keys can read."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forbear.errors import LedgerError
from forbear.ledger.keys import Keys

NAME_BYTES = 16
_NONCE_BYTES = 12
_MAX_CACHED = 4096


class Sealer:
    """Names things by keyed hash, and seals bodies with a customer's key (AES-GCM, 256 bits)."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._secret = keys.secret()
        self._ciphers: OrderedDict[int, AESGCM] = OrderedDict()
        self._names: dict[tuple[str, str], bytes] = {}
        self._lock = threading.Lock()

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

    def has(self, number: int) -> bool:
        """Whether a key is there."""
        return self._cipher(number) is not None

    def destroy(self, number: int) -> None:
        """Destroy a key, and forget it here."""
        self.keys.destroy(number)
        with self._lock:
            self._ciphers.pop(number, None)

    def _cipher(self, number: int) -> AESGCM | None:
        with self._lock:
            cipher = self._ciphers.get(number)
            if cipher is not None:
                self._ciphers.move_to_end(number)
                return cipher
        key = self.keys.key(number)
        if key is None:
            return None
        cipher = AESGCM(key)
        with self._lock:
            self._ciphers[number] = cipher
            if len(self._ciphers) > _MAX_CACHED:
                self._ciphers.popitem(last=False)
        return cipher


def digest(body: bytes) -> bytes:
    """What a chain keeps of a body; it stays when the body goes."""
    return hashlib.sha256(body).digest()


def link(before: bytes, position: int, parts: list[bytes]) -> bytes:
    """The next link of a chain."""
    found = hashlib.sha256(before + position.to_bytes(8, "big"))
    for part in parts:
        found.update(len(part).to_bytes(4, "big") + part)
    return found.digest()


def moment(at: int) -> bytes:
    """Microseconds as bytes."""
    return at.to_bytes(16, "big", signed=True)
