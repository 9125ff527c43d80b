// Small comforts. Every page works without this file.
"use strict";

// An error summary takes the focus, so that it is read first.
document.getElementById("problem")?.focus();

// The zone of a new owner, for the form that signs them up.
for (const field of document.querySelectorAll("[data-time-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

// The number beside the slider follows it while it moves.
document.addEventListener("input", (event) => {
  const output = event.target.matches("[data-shows-in]") && document.getElementById(event.target.dataset.showsIn);
  if (output) output.textContent = output.dataset.prefix + event.target.value;
});

// The day sheet saves each field alone. What is typed while an answer is on its way outlives the answer.
const sent = new Map();
const isOutdated = (field) => sent.has(field.id) && sent.get(field.id) !== field.value;

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.closest("#sheet")) sent.set(target.id, target.value);
});

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (isOutdated(detail.target)) detail.shouldSwap = false;
});

// An error brings its row anew.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id.startsWith("row_") && isOutdated(detail.elt)) detail.shouldSwap = false;
});

// A click into a time takes all of it, so that typing replaces it.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input.dur")) event.target.select();
});
