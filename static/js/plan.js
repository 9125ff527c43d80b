// The number beside the slider follows it while it moves.
"use strict";

document.addEventListener("input", (event) => {
  const output = event.target.matches("[data-shows-in]") && document.getElementById(event.target.dataset.showsIn);
  if (!output) return;
  const { prefix, group } = output.dataset;
  output.textContent = prefix + event.target.value.replace(/\B(?=(\d{3})+$)/g, group);
});
