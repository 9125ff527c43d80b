"""What nobody types by accident: odd texts, numbers, names, bodies and addresses, all drawn from one seed."""

from __future__ import annotations

import json
import re
from random import Random
from typing import NamedTuple
from urllib.parse import quote, quote_from_bytes

from tests.filled import Form

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=edge"
TEXTS = [
    "", " ", "\t", "\n", "\r\n", "a\x00b", "\x00", "\x07\x08\x0b\x0c\x1b[2J", "a\x85b", "a\u2028b", "\ufeff",
    "\u200b",
    "in\u202evoice", "\u2066x\u2069", "a" + "\u0301" * 10_000, "\ud800", "x\udfff", "\U0010ffff", "\uffff", "e\u0301",
    "أرشفة الفواتير", "שלום", "記帳", "👩\u200d💻 Büro", "\u1160\u3164", "\u2800", "ﷺ" * 60,
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{7*7}}{% debug %}", "%s%n%(x)s", "${7*7}",
    "' OR 1=1 --", "'; DROP TABLE tasks_task; --", "x\nBcc: v@example.com", "x\r\nBcc: v@example.com",
    "=cmd|' /C calc'!A0", "@x", "\uff1d1+1", "../../../../etc/passwd", "Ann, z@z.test", "=?utf-8?q?x=0ABcc?=",
    "null", "None", "undefined", "true", "[]", "{}", "[object Object]", "x" * 200, "x" * 5_000, "x " * 50_000,
]  # fmt: skip
NUMBERS = [
    "0", "-0", "-1", "1", "00001", "+1", "1_000", "0x10", "1e5", "1e400", "1e1000000", "NaN", "-Infinity",
    "inf", "1,5",
    "1.234,56", "1,234.56", "$12", "12.345", "٣", "１２", "²", "½", "2147483648", "9223372036854775807", "5%", "500",
    "9223372036854775808", "-9223372036854775809", "9" * 400, "9" * 5_000, "0." + "0" * 400 + "1", "1/0", "\u22125",
]  # fmt: skip
TIMES = [
    "1:30",
    "90",
    "90m",
    "1h30",
    "1.5",
    "1,5h",
    "0:05",
    "25:00",
    "1:75",
    "-1",
    "+15m",
    "-15m",
    "1e9h",
    "26h",
    "::",
]
DAYS = [
    "2026-10-15", "2026-02-30", "2026-00-00", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "-1-01-01",
    "02/03/2026", "2026-W42", "2026-W99", "2026-10", "2026-13", "2026-10-15T25:61", "2026-10-15T12:00",
    "46088", "now",
    "1900-02-29", "2026-10-15\x00", "２０２６-10-15",
]  # fmt: skip
ADDRESSES = [
    "ann@example.com", "a@b.co\nBcc: c@d.com", "a@x,b@x", "A <a@x.com>", "a@x.com\u200b", "a" * 65 + "@x.com",
    "a@localhost", "a@[127.0.0.1]", "a@exämple.com", "ä@x.com", "@", "a@", f"{'a' * 250}@x.com", '"a b"@x.com',
    "a@" + "ä" * 300 + ".com", "a@xn--a.com", "nora@example.com", "NORA@EXAMPLE.COM",
]  # fmt: skip
ZONES = [
    "Europe/Berlin",
    "US/Pacific",
    "../../etc/passwd",
    "Europe/Berlin\x00",
    "localtime",
    "Factory",
    "x" * 100_000,
]
VALUES = [TEXTS, TEXTS, NUMBERS, NUMBERS, TIMES, DAYS, ADDRESSES, ZONES]
# What a form has no field of, and an ORM, an object or a proxy might take for something.
NAMES = [
    "owner", "owner_id", "id", "pk", "is_staff", "is_superuser", "password", "state", "rate", "next", "page", "sort",
    "order", "filter", "_connector", "_negated", "owner__password__startswith", "__class__", "constructor",
    "__proto__",
    "csrfmiddlewaretoken", "_method", "form-TOTAL_FORMS", "time-1-2026-10-15", "skill-1", "loathe-1", "",
    "\x00", "\ud800",
    "a" * 3_000, "x[]", "x[a][b]", "näme", "line", "draft", "to", "task", "others", "then", "start", "seen", "made",
]  # fmt: skip
KINDS = [
    "text/plain", "application/json", "application/xml", "application/octet-stream", "", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 300, "text/html; charset=klingon",
    URLENCODED + "; charset=utf-16", URLENCODED + "; charset=utf-7",
    "application/json; charset=latin-1", "a/b; c=\x80",
]  # fmt: skip
QUERIES = [
    "page=0", "page=-1", "page=99999999999999999999", "page=x", "page=%00", "sort=password", "sort=-owner__password",
    "filter=owner__user__password__startswith", "_connector=OR%201=1", "from=2026-02-30", "to=10000-01-01", "task=x",
    "task=9223372036854775808&to=-1", "budget=1e9", "budget=NaN", "budget=-5", "next=//evil.example", "saved=x%00",
    "next=javascript:alert(1)", "week=2026-W99", "start=9e99", "then=%ED%A0%80", "a=%", "%=a", "&&&==", "x[]=1&x[]=2",
]  # fmt: skip


class Request(NamedTuple):
    method: str
    url: str
    body: bytes = b""
    kind: str = ""
    headers: dict[str, str] = {}


def request(form: Form, draw: Random) -> Request:
    """One odd request to where the form goes; about half of them differ from what a browser sends in one field."""
    ways = [one_field] * 10 + [all_fields, missing, repeated, unknown, some_kind, in_parts, raw, as_json, elsewhere]
    made = draw.choice(ways)(form, draw)
    if draw.random() < 0.05:
        made = made._replace(headers={draw.choice(HEADERS): draw.choice(["x" * 3000, "1.2.3.4, ::1", "", "*/*;q=x"])})
    return made


HEADERS = [
    "HX-Request",
    "HX-Target",
    "User-Agent",
    "Referer",
    "Accept",
    "Accept-Language",
    "X-Requested-With",
    "Range",
]


def value(draw: Random, usual: str = "", choices: list[str] | None = None) -> str:
    """Odd, or now and then as it should be, so that the fields behind it are reached, too."""
    if choices and draw.random() < 0.3:
        return draw.choice(choices)
    if draw.random() < 0.1:
        return usual
    return draw.choice(draw.choice(VALUES))


def pairs(form: Form, draw: Random) -> list[tuple[str, str]]:
    """As a person would send it; what is blank is mostly filled in, since blank forms are refused too soon."""
    filled = []
    for each in form.inputs:
        if each.is_sent or draw.random() < 0.3:
            text = each.value or (draw.choice(each.choices) if each.choices else "")
            filled.append((each.name, text or draw.choice(["", *likely(each.name, each.kind)])))
    return filled


def likely(name: str, kind: str) -> list[str]:
    """What that field might want, by its name."""
    for part, texts in {
        "email": ["ann@example.com"], "login": ["nora@example.com"], "password": ["slow-green-kettle"],
        "zone": ["Europe/Berlin"], "rate": ["18", "18.50"], "hours": ["2", "7:30"], "time": ["1h", "0:45"],
        "day": ["2026-10-15"], "first": ["2026-12-24"], "last": ["2026-12-31"], "from": ["2026-W40"], "seen": [""],
        "on": ["2026-12-01"], "by": ["2026-12-01"], "budget": ["290"], "code": ["123456"], "website": [""],
    }.items():  # fmt: skip
        if part in name or part in kind:
            return texts
    return ["Filing", "1"]


# --- Ways ----------------------------------------------------------------------
def one_field(form: Form, draw: Random) -> Request:
    sent = pairs(form, draw)
    if sent:
        place = draw.randrange(len(sent))
        choices = [choice for each in form.inputs if each.name == sent[place][0] for choice in each.choices]
        sent[place] = (sent[place][0], value(draw, sent[place][1], choices))
    return as_sent(form, sent)


def all_fields(form: Form, draw: Random) -> Request:
    return as_sent(form, [(each.name, value(draw, each.value, each.choices)) for each in form.inputs])


def missing(form: Form, draw: Random) -> Request:
    return as_sent(form, [each for each in pairs(form, draw) if draw.random() < 0.5])


def repeated(form: Form, draw: Random) -> Request:
    sent = [
        (name, value(draw, text) if n else text)
        for name, text in pairs(form, draw)
        for n in range(draw.choice([1, 2, 3]))
    ]
    draw.shuffle(sent)
    return as_sent(form, sent)


def unknown(form: Form, draw: Random) -> Request:
    more = [(draw.choice(NAMES), value(draw)[:200]) for _ in range(draw.choice([1, 1, 3, 3, 20, 20, 1001, 3100]))]
    return as_sent(form, pairs(form, draw) + more)


def some_kind(form: Form, draw: Random) -> Request:
    """A body under the name of another kind of body."""
    made = as_sent(form, pairs(form, draw))
    return Request("POST", form.action, made.body, draw.choice(KINDS))


def in_parts(form: Form, draw: Random) -> Request:
    """Multipart: also with files where texts belong, 101 of them, without an end, or in base64 that is none."""
    parts = []
    for name, text in pairs(form, draw):
        more = draw.choice(["", "", '; filename="a.csv"', '; filename="../../x\x00.php"'])
        coded = draw.choice(["", "", "\r\nContent-Transfer-Encoding: base64", "\r\nContent-Type: image/png"])
        parts.append(
            f'Content-Disposition: form-data; name="{name}"{more}{coded}\r\n\r\n{draw.choice([text, value(draw)])}'
        )
    parts *= draw.choice([1, 1, 2, 101 if len(parts) < 20 else 1])
    body = "".join(f"--edge\r\n{part}\r\n" for part in parts) + draw.choice(["--edge--\r\n", "", "--edge", "\x00"])
    return Request("POST", form.action, encoded(body), MULTIPART)


def raw(form: Form, draw: Random) -> Request:
    """Bytes that are no text, and percent signs that are no bytes."""
    names = [quote(name) for name in form.names] or ["x"]
    odd = ["%ED%A0%80", "%FF%FE", "%00", "%", "%u0000", "%zz", "\xff", "%C0%80", "%F4%90%80%80", "&", "=", "=="]
    body = "&".join(f"{name}={draw.choice(odd)}" for name in names for _ in range(draw.choice([1, 1, 2])))
    return Request("POST", form.action, body.encode("latin-1"), URLENCODED)


def as_json(form: Form, draw: Random) -> Request:
    """JSON of all depths, as the sheet sends it and as nobody does."""
    cell = {"task": draw.choice([1, 2, 10**30, -1, True, None, "1", [1]]), "day": draw.choice([*DAYS, 1, None])}
    edits = [cell | {"text": value(draw), "seen": draw.choice([0, -1, 1e300, "0", None]), "key": draw.choice(TEXTS)}]
    deep = "[" * draw.choice([10, 1_000, 100_000])
    bodies = [json.dumps({"edits": edits * draw.choice([0, 1, 2, 600])}), json.dumps(dict(pairs(form, draw))), deep]
    bodies += [
        '{"edits":' * 50_000,
        "NaN",
        '{"a":1,"a":2}',
        '"\\ud800"',
        '{"edits": [%s]}' % ("9" * 5000),
        "\x00",
        "{",
    ]
    url = draw.choice([form.action, "/times/"])
    return Request("POST", url, encoded(draw.choice(bodies)), "application/json")


def elsewhere(form: Form, draw: Random) -> Request:
    """Another row, another query, another method, or no address at all."""
    numbers = ["0", "1", "2", "7", "9223372036854775807", "9223372036854775808", "9" * 300, "-1", "1e3", "%00", "x"]
    url = re.sub(r"\d+", lambda _: draw.choice(numbers), form.action.partition("?")[0])
    if draw.random() < 0.3:
        url = url[: draw.randrange(1, len(url) + 1)] + quote(draw.choice(TEXTS)[:300].encode("utf-8", "replace"))
    method = draw.choice(["GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    made = as_sent(form, pairs(form, draw))
    return Request(method, f"{url}?{draw.choice(QUERIES)}", made.body if method == "POST" else b"", URLENCODED)


def as_sent(form: Form, sent: list[tuple[str, str]]) -> Request:
    body = "&".join(f"{quote_from_bytes(encoded(name))}={quote_from_bytes(encoded(text))}" for name, text in sent)
    if form.method == "get":
        return Request("GET", f"{form.action.partition('?')[0]}?{body[:3000]}")
    return Request("POST", form.action, body.encode(), URLENCODED)


def encoded(text: str) -> bytes:
    """Also of half characters, which no browser sends."""
    return text.encode("utf-8", "surrogatepass")
