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
