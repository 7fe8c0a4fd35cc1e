"""Tabs and spaces of other kinds, which look like the spaces that YAML wants.

PyYAML stops at a tab where YAML itself takes it for a space, and takes a no-break space for a
letter. Neither can be seen in an editor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from daily_papers.config.lines import Lines, Place

#: Spaces with a width of their own, and those without any.
_OTHER = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
#: In front of a text; in front of a comment they do no harm.
_IN_INDENTATION = re.compile(rf" *(?P<sign>[\t{_OTHER}])[\s{_OTHER}]*[^\s{_OTHER}#]")
_BLANK = re.compile(rf"(?:\A|(?<=[\r\n]))[ \t{_OTHER}]+(?=[#\r\n]|\Z)")


def in_indentation(lines: Lines) -> Iterator[tuple[Place, str]]:
    """YAML glues such a line to the one above, or stops at it; either is not what was meant."""
    for number, line in enumerate(lines.texts(), start=1):
        found = _IN_INDENTATION.match(line)
        if found:
            yield Place(number, found.start("sign") + 1), _message(found["sign"])


def _message(sign: str) -> str:
    if sign == "\t":
        return "a tab in the indentation; YAML takes only spaces there"
    kind = "a no-break space" if sign == "\u00a0" else "a space of another kind"
    return f"{kind} (U+{ord(sign):04X}) in the indentation; YAML takes only ordinary spaces there"


def with_plain_spaces(text: str) -> str:
    """The text with spaces for tabs, and blank lines that are blank to YAML, of the same length.

    Texts lose nothing by it: every run of white space in them becomes one space anyway.
    """
    return _BLANK.sub(lambda blank: " " * len(blank.group()), text).replace("\t", " ")
