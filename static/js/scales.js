// Keys 1 to 5 answer a scale and go on to the next one; only while the focus is in it.
"use strict";

document.addEventListener("keydown", (event) => {
  const scale = event.target.closest?.(".scale");
  if (!scale || event.ctrlKey || event.metaKey || event.altKey || !/^[1-5]$/.test(event.key)) return;
  event.preventDefault();
  scale.querySelector(`input[value="${event.key}"]`).click();
  const scales = [...scale.form.querySelectorAll(".scale")];
  const next = scales[scales.indexOf(scale) + 1];
  const answer = next?.querySelector("input:checked") ?? next?.querySelector("input");
  (answer ?? scale.form.querySelector("button:not([tabindex])")).focus();
});
