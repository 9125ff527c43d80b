"""
The bytes of an email, as the standard library writes them, at a tenth of its price.

All of ours have one shape: a text and an HTML of the same, below a dozen headers that are mostly plain and short. Ten
thousand summaries spend as long on that as on drawing them. What is unusual is left to the library.
"""

from __future__ import annotations

from email.charset import BASE64, Charset
from email.generator import BytesGenerator
from email.message import Message
from email.policy import compat32
from io import BytesIO

from django.core.mail import EmailMultiAlternatives

CRLF = compat32.clone(linesep="\r\n")
# Up to here a header is never folded, and a line of text never encoded (Django's own limit).
SHORT, LONGEST = 76, 998
IN_BASE64 = Charset("utf-8")
IN_BASE64.body_encoding = BASE64


def written(message: EmailMultiAlternatives, boundary: str) -> bytes:
    """The same to the byte as `by_the_library`, and what cannot be a header raises the same."""
    ((html, kind),) = message.alternatives
    bodies = {"plain": str(message.body), "html": str(html)}
    headers = _headers(message)
    if kind != "text/html" or not all(map(_is_plain, headers.items())) or not all(map(_is_usual, bodies.values())):
        return by_the_library(message, boundary)
    top = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\nMIME-Version: 1.0\r\n'
    head = "".join(_header(name, value) for name, value in headers.items())
    parts = "".join(f"\r\n--{boundary}\r\n{_part(kind, body)}" for kind, body in bodies.items())
    return f"{top}{head}{parts}\r\n--{boundary}--\r\n".encode()


def by_the_library(message: EmailMultiAlternatives, boundary: str) -> bytes:
    """Whatever the message is made of."""
    bodies = [str(body) for body in (message.body, *(body for body, _ in message.alternatives))]
    if not all(map(_is_usual, bodies)) and any(map(_is_foreign, bodies)):
        message.encoding = IN_BASE64
    whole: Message = message.message()
    whole.set_boundary(boundary)
    flat = BytesIO()
    BytesGenerator(flat, mangle_from_=False, policy=CRLF).flatten(whole)
    return flat.getvalue()


def _is_foreign(body: str) -> bool:
    """Whether a sixth of it is none of ASCII, which as quoted-printable takes three characters a byte."""
    size = len(body.encode(errors="replace"))
    return 6 * (size - sum(map(str.isascii, body))) > size


def _headers(message: EmailMultiAlternatives) -> dict[str, str]:
    """In the order in which Django writes them."""
    first = {"Subject": message.subject, "From": message.from_email, "To": ", ".join(map(str, message.to))}
    reply_to = {"Reply-To": ", ".join(map(str, message.reply_to))} if message.reply_to else {}
    return {name: str(value) for name, value in (first | reply_to | message.extra_headers).items()}


def _is_plain(header: tuple[str, str]) -> bool:
    """Whether it is written as it stands, or merely folded; a long subject Django folds in a way of its own."""
    name, value = header
    if name == "Subject" and len(name) + len(value) + 2 > SHORT:
        return False
    return value.isascii() and value.isprintable() and value.strip() == value != ""


def _is_usual(body: str) -> bool:
    """Whether it is sent as it stands: nothing in it is encoded, and its lines break as ours do."""
    lines = body.encode(errors="replace").split(b"\n")
    return body != "" and "\r" not in body and max(map(len, lines)) <= LONGEST


def _header(name: str, value: str) -> str:
    line = f"{name}: {value}\r\n"
    return line if len(line) <= SHORT + len("\r\n") else CRLF.fold(name, value)


def _part(kind: str, body: str) -> str:
    encoding = "7bit" if body.isascii() else "8bit"
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: {encoding}'
    return f"{head}\r\n\r\n" + body.replace("\n", "\r\n")
