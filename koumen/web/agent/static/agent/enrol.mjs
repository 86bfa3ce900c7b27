// The page "This phone": is it enrolled, and if a secret came with the address, enrol it.

import { deviceKey, enrolmentProof, pointOf } from "./keys.mjs";
import { put, read } from "./store.mjs";

const place = document.getElementById("device");

function show(state, code = "") {
  place.dataset.state = state;
  for (const part of place.querySelectorAll("[data-shown-for]")) part.hidden = part.dataset.shownFor !== state;
  for (const part of place.querySelectorAll("[data-code]")) part.textContent = code;
}

async function enrol(token) {
  show("working");
  history.replaceState(null, "", location.pathname); // the secret stays in no history
  const key = await deviceKey();
  const form = document.getElementById("enrol");
  form.elements.token.value = token;
  form.elements.public_key.value = await pointOf(key);
  form.elements.proof.value = await enrolmentProof(key, token);
  form.submit();
}

async function look() {
  const known = JSON.parse(document.getElementById("known-devices").textContent);
  const key = await read("key");
  const point = key ? await pointOf(key) : "";
  const own = known.find((device) => device.public_key === point);
  const token = location.hash.slice(1);
  if (own) {
    await put("device", { id: own.id, code: own.code });
    show(own.revoked ? "revoked" : "enrolled", own.code);
  } else if (token) await enrol(token);
  else show("none");
}

look().catch(() => show("failed"));
