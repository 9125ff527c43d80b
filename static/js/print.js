// The Print button of a statement.
"use strict";

document.getElementById("print").addEventListener("click", () => window.print());
