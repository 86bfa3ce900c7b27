// Where the agent is: asked once, at the moment of setting out, arriving or leaving, and never in between.

// Without an answer within three seconds, or without permission, what is done is done without a place.
const PATIENCE_MS = 3000;

export function askPlace() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    navigator.geolocation.getCurrentPosition(
      (found) => resolve(found.coords),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 },
    );
  });
}
