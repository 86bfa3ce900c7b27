"""The whole signed act in a QR code: deflated, then base64url, small enough for a phone's screen."""

import json
import zlib

from koumen.devices.rules.envelope import MOST_CHARACTERS, SignedAct, read_signed_act
from koumen.devices.rules.signing import SIGNATURE_BYTES, from_text, to_text
from koumen.kit.errors import Invalid


def pack_act(act: SignedAct) -> str:
    """Signature and text, packed."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return to_text(act.signature + squeezed.compress(act.text.encode()) + squeezed.flush())


def unpack_act(packed: str) -> SignedAct:
    """The act again; raises Invalid("act-unreadable"), also for a few bytes that would unfold to very many."""
    raw = from_text(packed, field="act")
    signature, rest = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    unfold = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        text = unfold.decompress(rest, 4 * MOST_CHARACTERS).decode()
    except (zlib.error, ValueError):
        raise Invalid("act-unreadable", field="act") from None
    if unfold.unconsumed_tail or unfold.unused_data or not unfold.eof:
        raise Invalid("act-unreadable", field="act")
    return read_signed_act({"act": text, "sig": to_text(signature)})


def statement_text(packed: str) -> str:
    """The act with its signature as JSON, for somebody who checks it with other tools."""
    act = unpack_act(packed)
    return json.dumps({"act": act.text, "sig": to_text(act.signature)}, ensure_ascii=False)
