"""Signing checkpoints with a key from a file: Ed25519, as PEM."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from forbear.errors import LedgerError
from forbear.ledger.checkpoints import Sign, Verify

_ADVICE = "make one with `openssl genpkey -algorithm ed25519`"


def signer_of(pem: bytes) -> Sign:
    """Signs with a private key without a password. Raises LedgerError."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise LedgerError(f"this is no private key in PEM without a password; {_ADVICE}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise LedgerError(f"the key is not one of Ed25519; {_ADVICE}")
    name = name_of(key.public_key())
    return lambda root: (name, key.sign(root))


def verifier_of(pem: bytes) -> Verify:
    """Verifies with a public key. Raises LedgerError."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise LedgerError("this is no public key in PEM; make it with `openssl pkey -in KEYFILE -pubout`") from error
    if not isinstance(key, Ed25519PublicKey):
        raise LedgerError("the public key is not one of Ed25519, which checkpoints are signed with")

    def verify(root: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, root)
        except InvalidSignature:
            return False
        return True

    return verify


def name_of(key: Ed25519PublicKey) -> str:
    """A key's fingerprint: `ed25519:` and half of the SHA-256 of its bytes."""
    return f"ed25519:{hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]}"
