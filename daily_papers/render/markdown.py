r"""Paper text, escaped for the places of a Markdown file on GitHub.

Any author can write ``|``, ``<script>``, ``**``, ``$x$`` or a link into a title, so every text is
escaped here before it goes into a table cell, a link, a heading or a paragraph. GitHub then shows
it as the author wrote it, with TeX accents as letters and maths as its source.

- Characters of Markdown get a backslash; those of HTML become entities.
- A dollar sign gets a ``<span>`` of its own: GitHub looks for maths after the backslashes are
  gone, so ``\$`` would not stop it (https://docs.github.com/en/get-started/writing-on-github/
  working-with-advanced-formatting/writing-mathematical-expressions).
- GitHub links bare addresses, and takes backslashes in them literally. So an address with a
  character that needs an escape is written as ``<https://...>``, all others as they are.
- It also links mail addresses, and looks for them after entities have become letters. So the ``@``
  in them gets a ``<span>``.
- The first brace of ``{{`` and ``{%``, which a GitHub Pages site would evaluate, becomes an entity.
- Any other ``@``, ``#`` and ``!`` do nothing in a file of a repository, and stay. So does
  ``:name:``, which GitHub turns into an emoji if there is one of that name: rows without any other
  special character stay byte for byte as published digests have them.
"""

from __future__ import annotations

import re
from typing import Final

from daily_papers.papers.tex import decode_accents

# Not with the templates: reading keywords.yaml needs no jinja2, which takes long to import.
#: The usual columns of tables.
USUAL: Final = ("title", "date", "abstract", "comment")

_ESCAPES = {character: f"\\{character}" for character in r"\`*_[]~|"} | {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "$": "<span>$</span>",
    "{": "&#123;",
}
_SPECIAL = r"(?:[\\`*_\[\]~|&<>$]|\{(?=[{%]))"
# The @ of a mail address, in escaped text; other addresses stay whole.
_MAIL = re.compile(
    r"(?P<address> <(?i:https?|ftp)://[^>]*> | (?i:https?|ftp)://\w\S* )"
    r"| @(?=[\w\\-]*\.[\w.\\-]*[A-Za-z])",
    re.VERBOSE,
)

# An address ends where GitHub ends it, and before what would need an escape in <...>. Pairs of
# parentheses belong to it. What GitHub takes for an address extends to the next white space.
_PLAIN = r"""[^\s<>(){}\[\]|\\^`"$]"""
_IN_PAIR = rf"\({_PLAIN}*\)"
_LAST = r"""[^\s<>(){}\[\]|\\^`"$?!.,:;*_~']"""
_TOKEN = re.compile(
    rf"""
    (?P<scheme>(?i:https?|ftp)://)
        (?P<address> (?:{_PLAIN}|{_IN_PAIR})* (?:{_LAST}|{_IN_PAIR}) )?
    | (?P<www>www\.)
    | {_SPECIAL}
    """,
    re.VERBOSE,
)
_TOKEN_WITHOUT_ADDRESSES = re.compile(_SPECIAL)
_BLOCK_START = re.compile(r"\A(?:(?P<number>\d{1,9})(?=[.)])|(?=[-+=#:]))")
_HEADING_END = re.compile(r"(?<!\S)#(?=#*$)")

# Control characters other than white space, hidden ones of no width, tags, and those that change
# the direction of text, which would affect the whole row. (Joiners stay: scripts and emoji need
# them.) Half characters, and those that XML cannot hold, are unwritable.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|([\ud800-\udfff\ufffe\uffff])"
)

#: A longer comment is folded, and only its first characters show.
LONGEST_OPEN_COMMENT = 20
_SHOWN_OF_FOLDED = 5


def shown(text: str) -> str:
    """The text as readers should see it: one line, accents as letters, nothing invisible."""
    # Most texts are printable, and checking that is quick.
    if not text.isprintable():
        text = _UNSEEN.sub(lambda sign: "\N{REPLACEMENT CHARACTER}" if sign[1] else "", text)
    return decode_accents(" ".join(text.split()))


def cell(text: str) -> str:
    """Escape for a table cell, also inside ``<p>`` and ``<summary>`` there."""
    line = shown(text)
    if "://" in line or "www." in line:
        is_special = _TOKEN_WITHOUT_ADDRESSES.search  # any other word stays as it is
        words = line.split(" ")
        escaped = " ".join(_TOKEN.sub(_escaped, w) if is_special(w) else w for w in words)
    else:
        escaped = _TOKEN_WITHOUT_ADDRESSES.sub(_escaped, line)
    return _MAIL.sub(_dead, escaped) if "@" in line else escaped


def link_text(text: str) -> str:
    """Escape for the text of a link, also in a table cell. GitHub links no addresses there."""
    return _TOKEN_WITHOUT_ADDRESSES.sub(_escaped, shown(text))


def heading(text: str) -> str:
    """Escape for a heading, which a lone ``#`` at the end would close."""
    return _HEADING_END.sub(r"\\#", cell(text))


def paragraph(text: str) -> str:
    """Escape for a paragraph of its own, where the first characters could start a list."""
    return _BLOCK_START.sub(r"\g<number>\\", cell(text), count=1)


def folded_comment(comment: str) -> str | None:
    """The short form of a long comment: its first characters and dots; None if it is short."""
    text = shown(comment)
    return f"{text[:_SHOWN_OF_FOLDED]}..." if len(text) > LONGEST_OPEN_COMMENT else None


def _escaped(token: re.Match[str]) -> str:
    if token.lastgroup == "www":
        return "www&#46;"
    if token.lastgroup is not None:
        return _address(token["scheme"], token["address"])
    return _ESCAPES[token[0]]


def _dead(mail: re.Match[str]) -> str:
    return mail["address"] or "<span>@</span>"


def _address(scheme: str, rest: str | None) -> str:
    if rest is None:
        return scheme.replace(":", "&#58;")
    return f"<{scheme}{rest.replace('&', '&amp;')}>"
