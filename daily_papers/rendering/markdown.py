r"""Paper text, escaped for the places of a Markdown file on GitHub.

Any author can write ``|``, ``<script>``, ``**``, ``$x$`` or a link into a title, so every text
passes here before it stands in a table cell, a link, a heading or a paragraph. It then shows on
GitHub as the author wrote it, TeX accents as letters and maths as its source.

- What Markdown reads gets a backslash, what HTML reads becomes an entity.
- A dollar sign stands in its own ``<span>``: GitHub looks for maths after the backslashes are
  gone, so ``\$`` would not stop it (https://docs.github.com/en/get-started/writing-on-github/
  working-with-advanced-formatting/writing-mathematical-expressions).
- GitHub links bare addresses, and takes backslashes in them literally. An address with a character
  that needs an escape is therefore written as ``<https://...>``, all others as they are.
- ``@``, ``#`` and ``!`` do nothing in a file of a repository, and stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from daily_papers.tex import decode_accents

_ESCAPES = {character: f"\\{character}" for character in r"\`*_[]~|"} | {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "$": "<span>$</span>",
}
_ESCAPED = r"[\\`*_\[\]~|&<>$]"

# An address ends where GitHub ends it, and before what would need an escape in <...>. Parentheses
# belong to it in pairs.
_IN_ADDRESS = r"""[^\s<>(){}\[\]|\\^`"$]"""
_ADDRESS = rf"""(?:{_IN_ADDRESS}|\({_IN_ADDRESS}*\))*(?:[^\s<>(){{}}\[\]|\\^`"$?!.,:;*_~']|\({_IN_ADDRESS}*\))"""
_CELL_TOKEN = re.compile(
    rf"""
    (?P<scheme>(?:https?|ftp)://) (?: (?<=\\url{{https://) | (?<=\\url{{http://) | (?=\S*{_ESCAPED}) )
        (?P<address>{_ADDRESS})?
    | (?P<www>www\.) (?=\S*{_ESCAPED})
    | {_ESCAPED}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LINK_TOKEN = re.compile(_ESCAPED)
_BLOCK_START = re.compile(r"\A(?:(?P<number>\d{1,9})(?=[.)])|(?=[-+=#:]))")
_HEADING_END = re.compile(r"(?<!\S)#(?=#*$)")

# Control characters that are no white space, and the characters that turn the direction of the
# text around them; they would turn the rest of the row, too.
_UNSEEN = dict.fromkeys(
    [code for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()]
    + [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_SURROGATE = re.compile("[\ud800-\udfff]")

#: A comment with more characters than this is folded behind its first ones.
LONGEST_OPEN_COMMENT = 20
_SHOWN_OF_FOLDED = 5


def shown(text: str) -> str:
    """The text as readers are to see it: one line, accents as letters, nothing invisible."""
    visible = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).translate(_UNSEEN)
    return decode_accents(" ".join(visible.split()))


def cell(text: str) -> str:
    """Escape for a table cell, also inside ``<p>`` and ``<summary>`` there."""
    return _CELL_TOKEN.sub(_escaped, shown(text))


def link_text(text: str) -> str:
    """Escape for the text of a link, also in a table cell. GitHub links no address there."""
    return _LINK_TOKEN.sub(_escaped_character, shown(text))


def heading(text: str) -> str:
    """Escape for a heading, where a ``#`` that stands alone at the end would close it."""
    return _HEADING_END.sub(r"\\#", cell(text))


def paragraph(text: str) -> str:
    """Escape for a paragraph of its own, where the first characters could start a list."""
    return _BLOCK_START.sub(r"\g<number>\\", cell(text), count=1)


def folded_comment(comment: str) -> str | None:
    """What a long comment is folded behind: its first five characters and dots; else None.

    Characters are counted as people see them, so no accent and no emoji is cut.
    """
    text = shown(comment)
    characters = list(islice(_characters(text), LONGEST_OPEN_COMMENT + 1))
    if len(characters) <= LONGEST_OPEN_COMMENT:
        return None
    return "".join(characters[:_SHOWN_OF_FOLDED]) + "..."


def _escaped(token: re.Match[str]) -> str:
    if token["scheme"]:
        return _address(token["scheme"], token["address"])
    if token["www"]:
        return "www&#46;"
    return _ESCAPES[token[0]]


def _escaped_character(token: re.Match[str]) -> str:
    return _ESCAPES[token[0]]


def _address(scheme: str, rest: str | None) -> str:
    if rest is None:
        return scheme.replace(":", "&#58;")
    return f"<{scheme}{rest.replace('&', '&amp;')}>"


def _characters(text: str) -> Iterator[str]:
    """Split into what people see as one character (the common cases of Unicode's annex 29)."""
    character = ""
    for point in text:
        if character and _extends(character, point):
            character += point
            continue
        if character:
            yield character
        character = point
    if character:
        yield character


def _extends(character: str, point: str) -> bool:
    """Whether the code point belongs to the character before it."""
    if character[-1] == "\N{ZERO WIDTH JOINER}" or unicodedata.category(point).startswith("M"):
        return True
    if _is_regional(point):
        return len(character) == 1 and _is_regional(character)
    # Zero width (non-)joiners, skin tones, Hangul vowels and finals, tags.
    return bool(
        re.match("[\u200c\u200d\U0001f3fb-\U0001f3ff\u1160-\u11ff\U000e0020-\U000e007f]", point)
    )


def _is_regional(point: str) -> bool:
    return "\U0001f1e6" <= point <= "\U0001f1ff"
