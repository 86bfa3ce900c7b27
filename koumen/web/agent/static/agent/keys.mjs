// The device's key: made here, used here, and by no script to be taken out.

import { canonical } from "./canonical.mjs";
import { sha256, toText, utf8 } from "./bytes.mjs";
import { read, write } from "./store.mjs";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const BY = { name: "ECDSA", hash: "SHA-256" };

// The same key for all tabs: whoever comes second finds the first one's.
export async function deviceKey() {
  const known = await read("key");
  if (known) return known;
  const made = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  return write(async (store) => {
    const meanwhile = await store.get("key");
    if (meanwhile) return meanwhile;
    await store.put("key", made);
    return made;
  });
}

export async function pointOf(key) {
  return toText(await crypto.subtle.exportKey("raw", key.publicKey));
}

export async function sign(key, text) {
  return toText(await crypto.subtle.sign(BY, key.privateKey, utf8(text)));
}

// That this phone holds the key, for this enrolment and no other.
export async function enrolmentProof(key, token) {
  const digest = toText(await sha256(utf8(token)));
  const text = canonical({ enrol: "koumen.device.1", token_sha256: digest, public_key: await pointOf(key) });
  return sign(key, text);
}
