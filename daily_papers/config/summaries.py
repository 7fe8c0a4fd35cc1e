"""The key ``summaries``: which model writes a sentence for each paper, and what can be wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LATIN: Final = "LATIN"
#: Each language, and the scripts it is written in, as Unicode names letters.
LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
    (
        *("English", "Catalan", "Croatian", "Czech", "Danish", "Dutch", "Estonian", "Finnish"),
        *("French", "German", "Hungarian", "Indonesian", "Italian", "Latvian", "Lithuanian"),
        *("Malay", "Norwegian", "Polish", "Portuguese", "Brazilian Portuguese", "Romanian"),
        *("Slovak", "Slovenian", "Spanish", "Swedish", "Turkish", "Vietnamese"),
    ),
    (LATIN,),
) | {
    "Arabic": ("ARABIC",),
    "Bengali": ("BENGALI",),
    "Bulgarian": ("CYRILLIC",),
    "Chinese": ("CJK",),
    "Simplified Chinese": ("CJK",),
    "Traditional Chinese": ("CJK",),
    "Greek": ("GREEK",),
    "Hebrew": ("HEBREW",),
    "Hindi": ("DEVANAGARI",),
    "Japanese": ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"),
    "Korean": ("HANGUL", "CJK"),
    "Persian": ("ARABIC",),
    "Russian": ("CYRILLIC",),
    "Serbian": ("CYRILLIC", LATIN),
    "Thai": ("THAI",),
    "Ukrainian": ("CYRILLIC",),
}
ENGLISH: Final = "English"
STYLES: Final = ("short", "long")
#: So many papers a day, unless the file says otherwise; and at most.
USUAL_PER_DAY: Final = 50
MOST_PER_DAY: Final = 500

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_PLAIN = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summaries:
    """Which model writes a sentence for each paper, and how."""

    #: The address that ``/chat/completions`` follows.
    endpoint: str
    model: str
    #: One of `LANGUAGES`.
    language: str = ENGLISH
    style: str = "short"
    #: Papers a listing day.
    per_day: int = USUAL_PER_DAY
    #: The line of the endpoint in the file.
    line: int


def endpoint_problem(text: str) -> str | None:
    """What is wrong with the address of an endpoint.

    A key and abstracts go there, so it is https; http only reaches this machine.
    """
    try:
        parts = urlsplit(text)
        good = parts.port != 0 and bool(_PLAIN.fullmatch(text)) and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or parts.query or parts.fragment:
        return (
            "not an address such as https://api.example.com/v1 "
            "(without user name, query or fragment)"
        )
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        return "http only reaches this machine (localhost); write https"
    if parts.path.rstrip("/").endswith("/chat/completions"):
        return "leave out /chat/completions, which daily-papers adds"
    return None
