"""ES256 as WebCrypto writes it, over canonical JSON: for a device's acts and for the lender's word about a device."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from koumen.kit.errors import Invalid

# P-256: a point as 0x04 with two numbers of 32 bytes, a signature as two such numbers (RFC 7518, 3.4).
POINT_BYTES, SIGNATURE_BYTES, HALF = 65, 64, 32


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """The key of an uncompressed point; raises Invalid("device-key-unreadable") when it lies on no curve."""
    if len(point) != POINT_BYTES:
        raise Invalid("device-key-unreadable", field="public_key")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise Invalid("device-key-unreadable", field="public_key") from None


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point of a key."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_signed_by(point: bytes, text: str, signature: bytes) -> bool:
    """Whether exactly this text was signed by the owner of the key."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = (int.from_bytes(signature[at : at + HALF], "big") for at in (0, HALF))
    try:
        public_key(point).verify(encode_dss_signature(r, s), text.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def sign(key: ec.EllipticCurvePrivateKey, text: str) -> bytes:
    """The signature of a text, as WebCrypto would give it."""
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


def to_text(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: object, *, field: str) -> bytes:
    """Bytes again; raises Invalid("act-unreadable") for what is not the one way to write them."""
    try:
        raw = base64.b64decode(
            f"{text}{'=' * (-len(str(text)) % 4)}".encode("ascii"), altchars=b"-_", validate=True
        )
    except (ValueError, binascii.Error):
        raise Invalid("act-unreadable", field=field) from None
    if to_text(raw) != text:
        raise Invalid("act-unreadable", field=field)
    return raw
