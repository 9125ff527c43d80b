// The number beside the slider follows it while it moves.
"use strict";

document.addEventListener("input", (event) => {
  const output = event.target.matches("[data-shows-in]") && document.getElementById(event.target.dataset.showsIn);
  if (output) output.textContent = output.dataset.prefix + event.target.value;
});
