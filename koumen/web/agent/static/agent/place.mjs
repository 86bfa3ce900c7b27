// Where the agent is when they set out, arrive and leave: asked once at that moment, never in between.
// Without an answer within three seconds, or without permission, the form goes as it is.
const PATIENCE_MS = 3000;

function ask() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    navigator.geolocation.getCurrentPosition(
      (found) => resolve(found.coords),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 },
    );
  });
}

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
    const coords = await ask();
    if (coords) {
      put(form, "latitude", coords.latitude);
      put(form, "longitude", coords.longitude);
      put(form, "accuracy", coords.accuracy);
    }
    form.submit();
  }, { once: true });
}
