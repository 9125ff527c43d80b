// The day sheet and the week grid: saved field by field, and worked by keyboard alone.
"use strict";

const sheet = document.getElementById("sheet");
const fields = () => [...sheet.querySelectorAll("[name^=time-]")];
const isOpen = (field) => !field.readOnly;

// --- Saving: what is typed while an answer is on its way outlives the answer ---------
// The changed fields of the save that is on its way, and what they held when it left.
let sent = new Map();
// Whether what comes in answers a save; else it is the refresh of each minute.
let answers = false;
let isNewer = false;

sheet?.addEventListener("change", (event) => {
  // One told again to an htmx that came late is not the browser's, and its field may be typed in anew.
  if (event.isTrusted) typing = null;
  if (event.target.name?.startsWith("time-") && isChanged(event.target)) keyOf(event.target);
}, true);

// A save takes along what is typed elsewhere, but not the field that is typed in.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt === sheet && typing?.isConnected) detail.parameters[typing.name] = shownIn(typing);
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt !== sheet) return;
  sent = new Map(fields().filter((field) => isChanged(field) && field !== typing).map((field) => [field.name, field.value]));
});

// Whoever is signed out by now is sent to another page.
const isElsewhere = ({ xhr, requestConfig }) => new URL(xhr.responseURL).pathname !== requestConfig.path;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  answers = detail.requestConfig.elt === sheet;
  if (sheet?.contains(detail.requestConfig.elt) && isElsewhere(detail)) detail.shouldSwap = false;
});

// A cell comes as three parts, the time first. One that was changed since keeps its time and what is said of it, and
// learns from the answer to a save, but not from a refresh, what is there now.
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const part = detail.target.id.match(/^(time|was|said)-\d/)?.[1];
  if (part === "time") {
    const field = detail.target;
    isNewer = answers && sent.has(field.name) ? field.value !== sent.get(field.name) : isChanged(field);
    // The key of what is answered is used up.
    if (!isNewer) besides(field, "key")?.remove();
    else if (answers) keyOf(field);
  }
  if (part && isNewer && !(answers && part === "was")) detail.shouldSwap = false;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== sheet || ![200, 409, 422].includes(detail.xhr.status)) return;
  if (isElsewhere(detail)) return unsent.keep(sheet, SIGN_IN);
  unsent.forget(sent.keys());
  sent.clear();
});

for (const trouble of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(trouble, ({ detail }) => {
    const status = detail.xhr?.status ?? 0;
    if (detail.elt !== sheet || (status > 0 && status < 500 && status !== 403)) return;
    unsent.keep(sheet, AWAY);
    sent.clear();
    // A page from before a sign-in has an old token; the cookie has the new one.
    if (status === 403) unsent.send();
  });
}

// Who leaves the page sooner than it could be saved finds it kept, and the next page sends it.
let submits = false;
sheet?.addEventListener("submit", ({ submitter }) => { submits = !submitter?.hasAttribute("formaction"); });
addEventListener("pagehide", () => { if (!submits) unsent.keep(sheet); });

// --- Keys, only inside a time field -------------------------------------------------
const isGrid = () => sheet.querySelector("table") !== null;

// The field so many rows down and columns across; past the last row the button that saves all.
function go(field, down, across = 0) {
  const open = fields().filter(isOpen);
  const columns = isGrid() ? sheet.querySelectorAll("tbody tr:first-child [name^=time-]").length : 1;
  const all = fields();
  const at = all.indexOf(field);
  if (across && Math.floor((at + across) / columns) !== Math.floor(at / columns)) return false;
  const next = all[at + down * columns + across];
  if (next && isOpen(next)) {
    next.focus();
    return true;
  }
  if (down > 0 && open.length) sheet.querySelector(".btn-primary")?.focus();
  return false;
}

function fill(field, text) {
  typing = null;
  field.value = text;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

const keys = {
  Enter: (field) => {
    // What was refused once, such as an older reading, is sent again; a browser sees no change in it.
    if (isChanged(field) && field.value === field.defaultValue) fill(field, field.value);
    go(field, 1);
  },
  ArrowDown: (field) => go(field, 1),
  ArrowUp: (field) => go(field, -1),
  // Back to what is on its way or there; what is on its way by now is followed by what was there.
  Escape: (field) => {
    const leaving = sent.get(field.name);
    if (field.value === leaving) return fill(field, shownIn(field));
    field.value = leaving ?? shownIn(field);
    typing = null;
    unsent.drop(field);
    calm(field);
    say(field, "");
  },
  "?": () => { const list = document.getElementById("keys"); if (list) { list.open = true; list.scrollIntoView({ block: "nearest" }); } },
  "[": () => document.querySelector('[data-key="["]')?.click(),
  "]": () => document.querySelector('[data-key="]"]')?.click(),
};
// Letters could be typed into a time (90 minutes), so they are keys only where nothing is typed yet.
const letters = {
  t: (field) => { const button = field.closest("li")?.querySelector(".timer"); if (button) sheet.requestSubmit(button); },
  y: (field) => { const { yesterday } = field.closest("li")?.dataset ?? {}; if (yesterday && isOpen(field)) fill(field, yesterday); },
};
// In a grid the arrows go across when the cursor stands at that end of the text, or all of it is taken.
const across = {
  ArrowLeft: (field) => field.selectionStart === 0 && go(field, 0, -1),
  ArrowRight: (field) => field.selectionEnd === field.value.length && go(field, 0, 1),
};

sheet?.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.name?.startsWith("time-") || event.ctrlKey || event.altKey || event.metaKey) return;
  const untouched = field.value === shownIn(field);
  const act = keys[event.key] ?? (untouched ? letters[event.key.toLowerCase()] : undefined);
  if (act) {
    event.preventDefault();
    act(field);
  } else if (isGrid() && !event.shiftKey && across[event.key]?.(field)) {
    // Else the arrow would go on to move the cursor of the next one.
    event.preventDefault();
  }
});

// Into a time comes all of it selected, so that typing replaces it; also if this file came after the cursor did.
sheet?.addEventListener("focusin", (event) => {
  if (event.target.name?.startsWith("time-")) event.target.select();
});
const first = document.activeElement;
if (first?.name?.startsWith("time-") && !isChanged(first)) first.select();
// A key that was pressed before it came stands there as a letter.
const early = first?.name?.startsWith("time-") && (keys[first.value] ?? letters[first.value.toLowerCase()]);
if (early) {
  first.value = shownIn(first);
  early(first);
}

// --- The reading, said before it is saved ---------------------------------------------
let asked = 0;

sheet?.addEventListener("input", (event) => {
  const field = event.target;
  clearTimeout(asked);
  if (!field.name?.startsWith("time-")) return;
  typing = field;
  asked = setTimeout(() => read(field), 150);
});
sheet?.addEventListener("focusout", () => { typing = null; });

async function read(field) {
  // Replaced by an answer meanwhile.
  if (!field.isConnected) return;
  const text = field.value;
  if (!isChanged(field)) return say(field, "");
  // "+15m" counts from what stands there, with what a timer measures.
  const [hours, minutes] = (shownIn(field) || "0:00").split(":");
  const seen = hours * 3600 + minutes * 60;
  const answer = await fetch(`/reading/?${new URLSearchParams({ text, seen })}`).catch(() => null);
  const reading = answer?.ok && !answer.redirected ? await answer.text() : "";
  if (field.value === text && document.activeElement === field) say(field, reading);
}

function say(field, reading) {
  const echo = document.getElementById(field.id.replace("time", "said")) ?? document.getElementById("echo");
  if (reading) calm(field);
  if (!echo || echo.classList.contains("invalid-feedback")) return;
  const key = document.createElement("kbd");
  key.textContent = "Enter";
  echo.replaceChildren(...(reading ? [`${reading}. Press `, key, " to save."] : []));
}

// What was wrong is so no more: it can be read now, or stands as it was before.
function calm(field) {
  field.classList.remove("is-invalid");
  field.removeAttribute("aria-invalid");
  field.removeAttribute("title");
  const said = document.getElementById(field.id.replace("time", "said"));
  if (said?.classList.contains("invalid-feedback")) {
    said.className = "echo";
    said.textContent = "";
  }
}

sheet?.addEventListener("change", ({ target }) => {
  if (!target.name?.startsWith("time-")) return;
  if (!isChanged(target)) calm(target);
  say(target, "");
});

// --- A block from a spreadsheet, from this cell to the right and down -------------------
sheet?.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  if (!isGrid() || !event.target.name?.startsWith("time-") || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const all = fields();
  const columns = sheet.querySelectorAll("tbody tr:first-child [name^=time-]").length;
  const at = all.indexOf(event.target);
  let last = null;
  text.split(/\r?\n/).forEach((line, down) => line.split("\t").forEach((cell, right) => {
    const field = all[at + down * columns + right];
    if (!field || !isOpen(field) || (at % columns) + right >= columns) return;
    field.value = cell.trim();
    keyOf(field);
    last = field;
  }));
  if (last) fill(last, last.value);
});
