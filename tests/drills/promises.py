"""What each drill is held against, and how often each is run."""

import os

import pytest

PROMISES = {
    "D1": "lost 0; copies <= rows + 24; drained <= 60 s + waiting / 10 (P1) and one lease after the last kill",
    "D2": "1 copy, 2 only where killed after the 250; copies alike; killed after every 250: 2, then unknown",
    "D3": "lost 0; no page > 1.5 s; drained <= 60 s + waiting / 10 (P1) after Redis is back",
    "D4": "lost 0; no page > 1.5 s; drained <= 60 s + waiting / 10; copies = rows",
    "D5": "no page > 1.5 s, p99 <= 300 ms once Redis is found frozen (if slow: + 0.1 s than before); no 5xx",
    "D6": "lost 0; copies <= rows + 1; pages answer 302 or 503; what is stored is whole",
    "D7": "each tried again on schedule, none dead, all sent at the first try after",
    "D8": "40 undeliverable at once, the next person asked, the owner told once each; the others sent",
    "D9": "sending stops after <= 10 tries; none dead; the operator alerted; all sent after the fix",
    "D11": "copies = rows",
    "D12": "one more try after the silence, copies <= 2, then unknown and no third",
    "D13": "counted as not sent, no try used up; each sent once after",
    "D14": "500 summaries, 500 mails",
    "D15": "one summary each, of the newest week, which says that it is late; <= 10 min after the return",
    "D16": "one for each week, 07:00-07:10 where the owner lives; the week from Monday to Sunday by the days' dates",
    "D17": "one for each ISO week wherever the owner is; no entry lost",
    "D19": "no lease stolen; no mail twice, or more than 60 s early",
    "P19": "not ready 120 s after the last sweep, and the owner reads since when mail waits; well again by itself",
}
SEEDS = range(1, int(os.environ.get("SEEDS", "1")) + 1)
seeded = pytest.mark.parametrize("seed", SEEDS)
