// Small comforts. Every page works without this file.
"use strict";

// What a page needs only once it is touched comes then, so that a first visit does not wait for it.
const HTMX = document.currentScript.dataset.htmx;
const coming = new Map();
function load(src) {
  if (!coming.has(src)) {
    coming.set(src, new Promise((resolve, reject) => {
      // In the order asked for: the page's own says what htmx sends.
      const script = Object.assign(document.createElement("script"), { src, onload: resolve, async: false });
      script.onerror = () => { coming.delete(src); reject(new Error("no server")); };
      document.head.append(script);
    }));
  }
  return coming.get(src);
}
// It looks for its settings in the page when it comes.
const SETTINGS = {
  includeIndicatorStyles: false,
  allowEval: false,
  timeout: 15000,
  // Else a part that comes in wears the classes of the old one for 20 ms, then its own, whatever was done to it since.
  defaultSettleDelay: 0,
  responseHandling: [{ code: "[23]..|409|422", swap: true }, { code: "[45]..", swap: false, error: true }],
};
const settings = Object.assign(document.createElement("meta"), { name: "htmx-config", content: JSON.stringify(SETTINGS) });
if (HTMX) document.head.append(settings);
// htmx reads a page that is complete, or at an event that it would come too late for: between the two it reads none.
const complete = new Promise((resolve) => {
  if (document.readyState === "complete") resolve();
  else addEventListener("load", resolve);
});
const withHtmx = () => complete.then(() => load(HTMX)).then(() => window.htmx);
for (const touch of ["pointermove", "pointerdown", "focusin", "keydown"]) {
  document.addEventListener(touch, (event) => {
    const script = document.querySelector("[data-script]")?.dataset.script;
    if (script) load(script).catch(() => {});
    if (HTMX && event.target.closest?.("[hx-get], [hx-post]")) withHtmx().catch(() => {});
  }, { passive: true });
}
// What changed before it was here is told to it once it is.
document.addEventListener("change", (event) => {
  if (!HTMX || window.htmx || !event.target.closest("[hx-trigger]")) return;
  withHtmx().then((htmx) => htmx.trigger(event.target, "change"), () => { if (event.target.form.id === "sheet") unsent.keep(event.target.form, AWAY); });
});

// An error summary takes the focus, so that it is read first.
document.getElementById("problem")?.focus();

// The zone of a new owner, for the form that signs them up.
for (const field of document.querySelectorAll("[data-time-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

// A running timer shows its minutes; at each new one a sheet asks for its sums.
const opened = Date.now();
const clock = (seconds) => `${Math.floor((seconds + 30) / 3600)}:${String(Math.floor((seconds + 30) / 60) % 60).padStart(2, "0")}`;
setInterval(() => {
  let turned = false;
  for (const each of document.querySelectorAll("[data-ticks]")) {
    const now = clock(Number(each.dataset.ticks) + Math.floor((Date.now() - opened) / 1000));
    turned ||= each.textContent !== now;
    each.textContent = now;
  }
  if (turned && document.querySelector("[hx-trigger^=refresh]")) refresh();
}, 5000);
function refresh() {
  withHtmx().then(() => document.body.dispatchEvent(new Event("refresh")), () => {});
}

// Times that the server did not take, since it could not be reached: kept here, and sent once it can.
const AWAY = "The server cannot be reached. What you typed is kept in this browser and goes out by itself.";
const SIGN_IN = "Sign in to send the times that are kept in this browser.";
const besides = (field, part) => field.form.elements[field.name.replace("time", part)];
const shownIn = (field) => besides(field, "was").value.replace(/^\d* ?/, "");
const isChanged = (field) => field.value.trim() !== shownIn(field);

// The field that is typed in and not left yet: half of a time is no time.
let typing = null;

const unsent = {
  store: `unsent-${document.body.dataset.owner}`,

  all() {
    try { return JSON.parse(localStorage.getItem(this.store)) || {}; } catch { return {}; }
  },

  write(times) {
    try {
      if (Object.keys(times).length) localStorage.setItem(this.store, JSON.stringify(times));
      else localStorage.removeItem(this.store);
    } catch { /* a browser that keeps nothing: the field itself still holds it */ }
  },

  // Every field of the sheet that was changed and not saved, but for what was refused; and why, if the owner is told.
  keep(form, why) {
    const fields = form?.querySelectorAll("[name^=time-]") ?? [];
    const times = this.all();
    for (const field of fields) {
      if (why && field === typing) continue;
      if (!isChanged(field)) this.drop(field, times);
      else if (!field.ariaInvalid || field.value !== field.defaultValue) {
        const [, task, day] = field.name.match(/^time-(\d+)-(.+)$/);
        const seen = parseInt(besides(field, "was").value, 10) || 0;
        times[field.name] = { task: Number(task), day, text: field.value, seen, key: keyOf(field), told: Boolean(why ?? times[field.name]?.told) };
      }
    }
    this.write(times);
    if (why && fields.length) this.say(why);
  },

  // What was typed here and is put back is kept no more; what comes from another page, where it was typed, is.
  drop(field, times = this.all()) {
    if (times[field.name]?.key !== besides(field, "key")?.value) return;
    delete times[field.name];
    this.write(times);
  },

  forget(names) {
    const times = this.all();
    for (const name of names) delete times[name];
    this.write(times);
  },

  async send() {
    const times = this.all();
    if (!Object.keys(times).length || this.sending) return;
    this.sending = true;
    try {
      const token = document.cookie.match(/(?:^|; )(?:__Host-)?csrf=([^;]+)/)?.[1] ?? "";
      const response = await fetch("/times/", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ owner: Number(document.body.dataset.owner), edits: Object.values(times).slice(0, 500) }),
      });
      if (response.redirected) this.say(SIGN_IN);
      else if (response.ok || response.status === 422) this.heard(await response.json(), times);
      else if (response.status === 409) this.say((await response.json()).error);
      else if (response.status === 400) this.say("Some times kept in this browser cannot be sent. Open their day and type them again.");
    } catch { /* still away: the next try comes */ } finally { this.sending = false; }
  },

  heard({ saved, refused }, times) {
    const nameOf = ({ task, day }) => `time-${task}-${day}`;
    const now = this.all();
    this.forget([...saved, ...refused].map(nameOf).filter((name) => now[name]?.key === times[name].key));
    // What is saved gives its field back to the refresh; what is refused stays where it was typed.
    for (const name of saved.map(nameOf)) {
      const [field] = document.getElementsByName(name);
      if (field?.value === times[name].text) { field.value = shownIn(field); besides(field, "key")?.remove(); }
    }
    const errors = refused.map((each) => `${each.day}, “${times[nameOf(each)].text}”: ${each.error}`);
    if (errors.length) this.say(`Not all that was kept could be saved. ${errors.join(" ")}`);
    else if (Object.values(times).some(({ told }) => told)) this.say("What was kept is saved now.");
    if (document.querySelector("[hx-trigger^=refresh]")) refresh();
  },

  say(text) {
    const said = document.querySelector("#unsent > p");
    if (!said || said.textContent === text) return;
    said.parentElement.hidden = false;
    said.textContent = text;
  },
};

// One name for one thing typed, so that sending it twice does it once.
function keyOf(field) {
  let key = besides(field, "key");
  if (!key) {
    key = Object.assign(document.createElement("input"), { type: "hidden", name: field.name.replace("time", "key") });
    field.after(key);
  }
  if (key.dataset.of !== field.value) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    key.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    key.dataset.of = field.value;
  }
  return key.value;
}

if (document.body.dataset.owner) {
  unsent.send();
  addEventListener("online", () => unsent.send());
  setInterval(() => unsent.send(), 10000);
}
