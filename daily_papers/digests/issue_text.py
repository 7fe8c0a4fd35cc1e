r"""Paper text, made harmless for an issue on GitHub and for the mail that GitHub makes of it.

In an issue much more is alive than in a file: ``@name`` notifies, ``#1``, ``GH-1``, a commit's
hash or the address of an issue links and leaves a trace in the thread that it names, ``:tada:``
becomes a picture. GitHub looks for all of these after Markdown's backslashes and entities are
gone, so they are broken by an invisible zero-width space (U+200B). What Markdown and HTML read is
escaped as everywhere else.

Addresses become plain text, too: GitHub would link them, and some would leave a trace. The links
that a mail has are its own.
"""

from __future__ import annotations

import re

from daily_papers.render.markdown import shown
from daily_papers.text import cut

ZERO_WIDTH_SPACE = "\u200b"

# What authors may not bring themselves: zero-width characters that would hide in the text, marks
# that turn its direction, tags. (Zero-width joiners stay, as scripts and emoji need them.)
_UNSEEN: dict[int, None] = dict.fromkeys(
    (
        *map(ord, "\u061c\u200b\u200e\u200f\ufeff\ufff9\ufffa\ufffb"),
        *range(0x2060, 0x2070),
        *range(0xE0000, 0xE0080),
    )
)

_BROKEN = rf"\g<0>{ZERO_WIDTH_SPACE}"
# After each of these goes a zero-width space.
_ALIVE = re.compile(
    r"""
      [@\#]                        # mentions, e-mail; numbers of issues
    | \b(?i:GH)- (?=\d)
    | : (?=\S)                     # emoji, the :// of addresses, ::commands::
    | (?i:www) (?=\.)              # linked without a scheme
    | (?i:github\.com) (?=/)
    | \w (?=/[\w.-]+/[\w.-]+/(?:issues|pulls?|discussions|commit)/)  # any server's
    | [{$] (?=[{%]) | [}%] (?=\})  # template languages
    """,
    re.VERBOSE,
)
_HASH = re.compile(r"[0-9a-fA-F]{6}(?=[0-9a-fA-F])")  # seven digits may be a commit

_MARKDOWN = re.compile(r"[\\`*_\[\]~]")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "<span>$</span>"}
_BLOCK_START = re.compile(r"\A(?=[-+=|]|\d{1,9}[.)])")


def readable(text: str, limit: int) -> str:
    """The text as readers are to see it, on one line, cut to ``limit`` characters."""
    line = " ".join(shown(text.translate(_UNSEEN)).translate(_UNSEEN).split())
    return cut(line, limit)


def harmless(line: str) -> str:
    """Break everything that GitHub would bring to life, by zero-width spaces.

    Enough for an issue's title, which is no Markdown.
    """
    return _HASH.sub(_BROKEN, _ALIVE.sub(_BROKEN, line))


def inline(line: str) -> str:
    """Escape for the text of a link or for the middle of a paragraph in an issue."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", harmless(line))
    return re.sub(r"[&<>$]", lambda sign: _HTML[sign[0]], escaped)


def paragraph(line: str) -> str:
    """Escape for a paragraph of its own, where the first characters could start a list."""
    return _BLOCK_START.sub(ZERO_WIDTH_SPACE, inline(line))


def utf16_length(text: str) -> int:
    """Count as the strictest reading of GitHub's limits does: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
