// A signature drawn with a finger, a pen or a mouse. Without this script the ways on paper and by name remain.
const WIDTH = 5;
const INK = "#1c2430";

function onPaper(canvas, event) {
  const edge = canvas.getBoundingClientRect();
  return [
    ((event.clientX - edge.left) * canvas.width) / edge.width,
    ((event.clientY - edge.top) * canvas.height) / edge.height,
  ];
}

function wipe(canvas, pen) {
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
}

function draw(canvas, pen) {
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...onPaper(canvas, event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...onPaper(canvas, event));
    pen.stroke();
  });
}

for (const form of document.querySelectorAll("form[data-sign]")) {
  const canvas = form.querySelector("canvas");
  const pen = canvas.getContext("2d");
  Object.assign(pen, { lineWidth: WIDTH, lineCap: "round", lineJoin: "round", strokeStyle: INK });
  wipe(canvas, pen);
  draw(canvas, pen);
  form.querySelector("[data-again]").addEventListener("click", () => wipe(canvas, pen));
  form.addEventListener("submit", () => {
    form.elements.drawn.value = canvas.toDataURL("image/png");
  });
  form.hidden = false;
}
