// The forms that carry where the agent is when they set out, arrive and leave.

import { askPlace } from "./where.mjs";

function put(form, name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = String(value);
  form.append(field);
}

for (const form of document.querySelectorAll("form[data-place]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    const coords = await askPlace();
    if (coords) {
      put(form, "latitude", coords.latitude);
      put(form, "longitude", coords.longitude);
      put(form, "accuracy", coords.accuracy);
    }
    form.submit();
  }, { once: true });
}
