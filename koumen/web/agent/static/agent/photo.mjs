// A photo is made smaller before it is sent, and loses on the phone already what was hidden in its file. When that
// cannot be done the file goes as it is, and the server does the same.
const LONGEST_SIDE = 1600;
const QUALITY = 0.85;

async function smaller(file) {
  const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(drawn.width, drawn.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawn.width * scale);
  canvas.height = Math.round(drawn.height * scale);
  canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return new File([blob], "photo.jpg", { type: "image/jpeg" });
}

for (const input of document.querySelectorAll("input[data-smaller]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const chosen = new DataTransfer();
      chosen.items.add(await smaller(file));
      input.files = chosen.files;
    } catch {
      // not a picture that this browser reads: the server says so
    }
  });
}
