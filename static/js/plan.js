// The number beside the slider follows it while it moves.
"use strict";

document.addEventListener("input", (event) => {
  const output = event.target.matches("[data-shows-in]") && document.getElementById(event.target.dataset.showsIn);
  if (!output) return;
  const { prefix, group, pairs } = output.dataset;
  // As report.js: before each three digits from the end, or before the last three and each two above them.
  const thousands = pairs === undefined ? /\B(?=(\d{3})+$)/g : /\B(?=(\d\d)*\d{3}$)/g;
  output.textContent = prefix + event.target.value.replace(thousands, group);
});
// An answer to where it stood before would put it back there; the next one is on its way.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const slider = detail.requestConfig.elt.elements?.budget;
  if (slider && detail.requestConfig.parameters.budget !== slider.value) detail.shouldSwap = false;
});
