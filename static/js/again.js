// While a worker is at the plan, the page asks how far it is, and shows the plan once it is there.
"use strict";

const waiting = document.getElementById("waiting");
setInterval(async () => {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("waiting");
  if (now) waiting.replaceChildren(...now.children);
  else location.reload();
}, 2000);
