// The Print button of a statement, of a report and of recovery codes.
"use strict";

document.getElementById("print").addEventListener("click", () => window.print());
