"""How wide a text is about, without a browser."""

import unicodedata
from functools import lru_cache

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
# By alphabet, where the app's font has none and the system's is used: Greek and Cyrillic, Hebrew, Arabic.
_ALPHABETS = ((0x0370, 0x052F, 75), (0x0590, 0x05FF, 62), (0x0600, 0x06FF, 60))
_OTHER_LETTER, _WIDE_LETTER = 85, 110


def width(text: str, size: float) -> float:
    """In the unit of `size`, the font's; rather too much than too little."""
    return sum(map(_letter_width, text)) * size / 100


@lru_cache(maxsize=2000)
def _letter_width(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE_LETTER
    alphabet = next((width for first, last, width in _ALPHABETS if first <= ord(letter) <= last), _OTHER_LETTER)
    return _WIDTHS.get(unicodedata.normalize("NFD", letter)[0], alphabet)
