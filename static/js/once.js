// A form that is sent twice by a double click would lose what the first one is answered with: it goes once.
"use strict";

const PAUSE = 3000; // milliseconds
let last = -PAUSE;
addEventListener("submit", (event) => {
  if (event.timeStamp - last < PAUSE) event.preventDefault();
  else last = event.timeStamp;
});
