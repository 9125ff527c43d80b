// Days off come and go in their place as soon as htmx is here; until then their buttons bring the whole page anew.
"use strict";
withHtmx().catch(() => {});
