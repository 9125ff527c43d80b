// While a worker is at the plan, the page asks how far it is, and shows the plan once it is there.
"use strict";

const waiting = document.getElementById("waiting");
async function ask() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("waiting");
  if (now) waiting.replaceChildren(...now.children);
  else location.reload();
}
// Not before the last answer is there, which on a slow line takes longer than that; no answer is none yet.
const askAgain = () => setTimeout(() => ask().catch(() => {}).finally(askAgain), 2000);
askAgain();
