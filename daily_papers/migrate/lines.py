"""A Markdown or HTML page as lines of Markdown; what is in code, comments and our tables is hidden.

HTML is written as Markdown, so that tables, lists and headings are read in one way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from daily_papers.migrate.cells import LONGEST, UNNAMED, kind_named, plain
from daily_papers.migrate.names import links_to_paper
from daily_papers.render.readme import BEGIN, END

#: One of our own markers; what stands between them goes with the first.
MARKER = re.compile(rf" {{0,3}}(?:{BEGIN}|{END})[ \t]*")

# Signs of our own: a line begins here; the line above goes on here.
_BREAK, _MORE = "\x1e", "\n\x1f"
# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\r|\n")
_HIDDEN = re.compile(
    rf"^ {{0,3}}(?P<region>{BEGIN})[ \t]*\n(?:(?!{BEGIN}).)*?^ {{0,3}}{END}[ \t]*$"
    rf"|^ {{0,3}}(?P<alone>{BEGIN}|{END})[ \t]*$"
    r"|(?P<note><!--(?:(?!<!--|\n).)*-->)"
    r"|(?P<comment>^[ \t]*(?:[-*+][ \t]+)*<!--(?:(?!<!--).)*?-->)"
    r"|(?P<code>^[ \t>]*(?:(?P<fence>`{3,})[^`\n]*|(?P<wave>~{3,})[^\n]*)\n"
    r"(?:.*?^[ \t>]*(?:(?P=fence)`*|(?P=wave)~*)[ \t]*$|.*\Z))",
    re.MULTILINE | re.DOTALL,
)
#: A link whose words go on in the next line.
_WRAPPED = re.compile(r"\[[^\[\]\n]+\n[ \t]*[^\[\]\n]+\]\(")
_SCRIPT = re.compile(r"<(?P<name>script|style)\b.*?</(?P=name)\s*>", re.DOTALL | re.IGNORECASE)
_QUOTATION = re.compile(r"(?:^ {0,3}>[^\n]*\n?)+", re.MULTILINE)
_QUOTED = re.compile(r"^ {0,3}(?:> ?)+", re.MULTILINE)
_HTML = re.IGNORECASE | re.DOTALL
_LINK_TAG = re.compile(
    r"""<a\b[^<>]{0,300}?\bhref\s*=\s*["']?(?P<to>[^"'\s<>]{1,1000})["']?[^<>]{0,300}>(?P<text>.{0,1000}?)</a>""",
    _HTML,
)
_ROW_TAG = re.compile(r"<tr\b[^<>]*>(.*?)(?:</tr>|(?=<tr\b|</table>)|\Z)", _HTML)
_CELL_TAG = re.compile(r"<t[dh]\b[^<>]*>(.*?)(?=<t[dh]\b|</t[dh]>|\Z)", _HTML)
_HEADING_TAG = re.compile(r"<h([1-6])\b[^<>]*>(.{0,1000}?)</h\1>", _HTML)
_ITEM_TAG = re.compile(r"(?P<indent>^[ \t]*)?<li\b[^<>]*>[ \t]*", re.IGNORECASE | re.MULTILINE)
_PART_OF_TABLE = re.compile(r"(\n[ \t]*)?</?t(?:head|body|foot)\b[^<>]*>", re.IGNORECASE)
_NEXT_BLOCK = re.compile(
    r"(</(?:p|div|table|[uo]l)>)[ \t]*(?=<(?:p|div|table|[uo]l)\b)", re.IGNORECASE
)


@dataclass(slots=True)
class Line:
    """A line of Markdown, and the lines of the file that it was written on."""

    numbers: range
    text: str


def lines_of(text: str) -> list[Line]:
    """The lines as Markdown; of one line of HTML there may be several."""
    text = _ENDING.sub("\n", text).replace(_BREAK, " ").replace(_MORE[-1], " ")
    lines: list[Line] = []
    text = _QUOTATION.sub(_unquoted, text) if "\n>" in f"\n{text}" else text
    if any(sign in text for sign in ("<!--", "```", "~~~")):
        text = _HIDDEN.sub(_hidden, text)
    text = _SCRIPT.sub(lambda found: found[0].replace("//", "").replace("<", ""), text)
    text = _as_markdown(_WRAPPED.sub(lambda found: found[0].replace("\n", _MORE), text))
    for number, written in enumerate(text.split("\n"), 1):
        first, *others = written.split(_BREAK)
        if first.startswith(_MORE[-1]):
            above = lines[-1]
            above.text = f"{above.text} {first[1:].strip()}".rstrip()
            above.numbers = range(above.numbers[0], number + 1)
        elif first.strip() or not others:
            lines.append(_line(number, first))
        lines += [_line(number, other) for other in others if other.strip()]
    return lines


def _line(number: int, text: str) -> Line:
    return Line(range(number, number + 1), text[:LONGEST])


def _unquoted(found: re.Match[str]) -> str:
    return _QUOTED.sub("", found[0]) if links_to_paper(found[0]) else found[0]


def _hidden(found: re.Match[str]) -> str:
    """What is hidden, as words without a link; a comment of several lines is none."""
    more = _MORE * found[0].count("\n")
    if found["note"]:
        return found[0].replace("//", "")
    if found["comment"]:
        return more.replace(_MORE, "\n")
    return (found["region"] or found["alone"] or "code") + more


def _as_markdown(text: str) -> str:
    if "<" not in text:
        return text
    text = _PART_OF_TABLE.sub(lambda f: _MORE if f[1] else "", text)  # else it ends the rows
    text = _LINK_TAG.sub(lambda f: f"[{_in_one_line(f['text'])}]({f['to']}){_more(f)}", text)
    text = _ROW_TAG.sub(_row_of_markdown, text)
    text = _HEADING_TAG.sub(
        lambda f: f"{_BREAK}{'#' * int(f[1])} {_in_one_line(f[2])}{_more(f)}{_BREAK}", text
    )
    text = _ITEM_TAG.sub(lambda f: f"{_BREAK if f['indent'] is None else f['indent']}- ", text)
    return _NEXT_BLOCK.sub(rf"\1{_BREAK}", text)


def _row_of_markdown(found: re.Match[str]) -> str:
    """A row of HTML, with a line of hyphens below it if it names the columns."""
    cells = [_in_one_line(cell).replace("|", "\\|") for cell in _CELL_TAG.findall(found[1])]
    kinds = [kind_named(plain(cell)) for cell in cells]
    is_head = "<th" in found[0].lower() or sum(kind not in UNNAMED for kind in kinds) > 1
    below = f"{_BREAK}{'|-' * len(cells)}|" if is_head and not links_to_paper(found[0]) else ""
    blank = found[0][len(found[0].rstrip()) :]
    return f"{_BREAK}| {' | '.join(cells)} |{_more(found)}{below}{_BREAK}{blank}"


def _in_one_line(text: str) -> str:
    return " ".join(text.replace(_MORE[-1], " ").split())


def _more(found: re.Match[str]) -> str:
    return _MORE * found[0].rstrip().count("\n")
