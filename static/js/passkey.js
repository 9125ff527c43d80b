// Passkeys: the browser's own dialog between a button and its form. Without this file passwords and codes do.
"use strict";

const FAILED = "No passkey was used. Try again, or go another way.";
const THERE = "This device has a passkey for your account already.";
const MANY = "Too many tries. Wait a few minutes, then try again.";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));

// Binary travels as text, and is bytes for the browser.
function options({ publicKey }) {
  const asked = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  if (asked.excludeCredentials) asked.excludeCredentials = known(asked.excludeCredentials);
  if (asked.allowCredentials) asked.allowCredentials = known(asked.allowCredentials);
  return { publicKey: asked };
}

function brought({ id, rawId, type, response }) {
  const found = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) found[name] = text(response[name]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: found, clientExtensionResults: {} });
}

async function ask(button) {
  const answer = await fetch(button.dataset.challenge, { method: "POST", body: new FormData(button.form) });
  if (answer.status === 429) throw new Error(MANY);
  // It takes the password once more, or signing in from the start: the page itself leads there.
  if (answer.redirected || !answer.ok) return location.reload();
  const credential = await navigator.credentials[button.dataset.passkey](options(await answer.json()));
  button.form.elements.credential.value = brought(credential);
  return button.form.submit();
}

// A passkey is for a name, never for a number.
const isHere = window.PublicKeyCredential && !/^[\d.]+$|^\[/.test(location.hostname);
for (const none of document.querySelectorAll("[data-no-passkey]")) none.hidden = isHere;
for (const link of document.querySelectorAll("[data-by-name]")) {
  const there = new URL(location.href);
  there.hostname = "localhost";
  link.href = there.href;
}
for (const button of isHere ? document.querySelectorAll("[data-passkey]") : []) {
  button.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const trouble = button.form.querySelector("[data-passkey-trouble]");
    trouble.hidden = true;
    button.disabled = true;
    try {
      await ask(button);
    } catch (error) {
      trouble.textContent = error.message === MANY ? MANY : error.name === "InvalidStateError" ? THERE : FAILED;
      trouble.hidden = false;
    }
    button.disabled = false;
  });
}
