"""A word sealed on the phone for the lender alone: ECDH on P-256, HKDF-SHA-256, AES-256-GCM.

The phone makes a key for each word and forgets it, so that not even the phone can read it again. What the word
belongs to is authenticated with it: copied into another act it does not open.
"""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from koumen.devices.rules.signing import POINT_BYTES, from_text, point_of, public_key, to_text
from koumen.kit.canonical import canonical
from koumen.kit.errors import Invalid

NONCE_BYTES = 12
_INFO = b"koumen.seal.1"
# The order of P-256 (FIPS 186-4, D.1.2.3): a private key is a number below it, and not zero.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def sealing_key(door_key: bytes) -> ec.EllipticCurvePrivateKey:
    """The lender's half, derived from the key of the door; its public half travels in each day pack.

    64 bytes are taken modulo the order, so that no number is likelier than another by anything measurable.
    """
    wide = hmac.digest(door_key, b"koumen.seal.key.1", "sha512")
    return ec.derive_private_key(int.from_bytes(wide, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def belongs_to(**to: str | int) -> bytes:
    """What a sealed word is bound to."""
    return canonical(to).encode()


def seal_word(
    word: str, *, to: bytes, bound: bytes, ephemeral: ec.EllipticCurvePrivateKey, nonce: bytes
) -> str:
    """Seal as the phone does: ephemeral point, nonce, ciphertext. ``to`` is the lender's public point."""
    key = _shared(ephemeral, public_key(to))
    point = point_of(ephemeral.public_key())
    return to_text(point + nonce + AESGCM(key).encrypt(nonce, word.encode(), bound))


def open_word(sealed: str, *, key: ec.EllipticCurvePrivateKey, bound: bytes) -> str | None:
    """The word, or None when it is not one that was sealed to us for exactly this."""
    try:
        raw = from_text(sealed, field="sealed")
        point, nonce = raw[:POINT_BYTES], raw[POINT_BYTES : POINT_BYTES + NONCE_BYTES]
        shared = _shared(key, public_key(point))
        return AESGCM(shared).decrypt(nonce, raw[POINT_BYTES + NONCE_BYTES :], bound).decode()
    except (Invalid, InvalidTag, ValueError):
        return None


def _shared(private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey) -> bytes:
    secret = private.exchange(ec.ECDH(), public)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_INFO).derive(secret)
