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
let unsaved = [];

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.closest("#sheet")) sent.set(target.id, target.value);
});

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const field = detail.target;
  if (sent.has(field.id) && sent.get(field.id) !== field.value) detail.shouldSwap = false;
});

// An error brings a new sheet: carry over what the old one had not sent yet.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "day") return;
  const fields = [...detail.target.querySelectorAll("#sheet .dur")];
  unsaved = fields.filter((field) => field !== detail.elt && field.value !== field.defaultValue);
});

document.addEventListener("htmx:afterSettle", () => {
  for (const { id, value } of unsaved.splice(0)) {
    const field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
