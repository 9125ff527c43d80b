"""How wide a text is about, without a browser, and how much of it fits."""

import unicodedata
from functools import lru_cache
from itertools import accumulate, takewhile

# Hundredths of the font size, measured in the bold of the app's font.
_WIDTHS = {
    letter: width
    for width, letters in [
        (28, " '.,l`i|:Ij;!"),
        (38, '[]r()"ft{}'),
        (44, "-/\\1_"),
        (52, "szak*?xLJcv"),
        (57, "37Fe$hnuy269T^"),
        (61, "5oEPbdqgp8BS"),
        (66, "#+<=>YZ~0KR&X…"),
        (75, "DAUVCGH–"),
        (82, "NOQ%w"),
        (87, "Mm"),
        (99, "W@—"),
    ]
    for letter in letters
}
_OTHER_LETTER, _WIDE_LETTER = 85, 110


def width(text: str, size: float) -> float:
    """In the unit of `size`, the font's; rather too much than too little."""
    return sum(map(_letter_width, text)) * size / 100


def shortened(text: str, most: float, size: float) -> str:
    """As much of the text as fits, at least one letter, with … for the rest."""
    if width(text, size) <= most:
        return text
    room = most * 100 / size - _letter_width("…")
    fits = takewhile(lambda used: used <= room, accumulate(map(_letter_width, text)))
    end = max(1, sum(1 for _ in fits))
    # A mark stays with its letter, and the parts of one emoji stay together.
    while end > 1 and (_letter_width(text[end]) == 0 or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip() + "…" + _direction(text)


def _direction(text: str) -> str:
    """The unseen mark that keeps … at the far end of a name that runs from right to left."""
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return "\u200f" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else ""


@lru_cache(maxsize=2000)
def _letter_width(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE_LETTER
    return _WIDTHS.get(unicodedata.normalize("NFD", letter)[0], _OTHER_LETTER)
