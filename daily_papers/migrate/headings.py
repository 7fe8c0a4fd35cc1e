"""The lines of a page, and those that are headings, with what they say without their dress.

Besides the headings with number signs there are underlined ones, those in HTML, and leads: a bold
line or the summary of a fold right above a table, which many use as its heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from unicodedata import category

from daily_papers.migrate.paper_links import links_to_paper
from daily_papers.migrate.rows import LONGEST, Reading, as_written, escaped_by_us
from daily_papers.papers.paper import folded
from daily_papers.render.readme import BEGIN, END

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_ENDING = re.compile(r"\r\n|\n|\r")
TOO_LONG = f"longer than {LONGEST:,} characters, so it is not read"
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_MARKER = re.compile(rf" {{0,3}}(?P<marker>{BEGIN}|{END})[ \t]*")

_SIGNED = re.compile(r" {0,3}(?P<level>#{1,6})(?P<name>(?:[ \t].*)?)")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_DRESSED = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\[(?P<linked>[^\]]+)\]\([^)]*\)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
# What a line of plain words does not begin with.
_OTHER_BLOCK = re.compile(
    r" {4}|\s*(?:\t|[|>#]|<[!?/A-Za-z]|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$)|`{3}|~{3}"
    r"|(?:[-*_=][ \t]*)+$)"
)
_HTML = re.compile(r" {0,3}<h(?P<level>[1-6])\b[^<>]*>(?P<name>.*)</h(?P=level)>\s*", re.IGNORECASE)
_HTML_BEGIN = re.compile(r" {0,3}<h[1-6]\b", re.IGNORECASE)
_MOST_HTML_LINES = 4
#: The summary of a fold, which its line may open too.
SUMMARY = re.compile(
    r"\s*(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(?P<html>.*)</summary>\s*", re.IGNORECASE
)
_BOLD = re.compile(
    r" {0,3}(?:\*\*(?P<stars>[^*]+)\*\*|__(?P<lines>(?:(?!__).)+)__"
    r"|<(?P<tag>b|strong)>(?P<html>[^<]*)</(?P=tag)>):?\s*"
)
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W_]")
_DAY = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}")
# What tools put around a topic: a picture, a number, a count, a link to the top.
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|</?(?:a|img|br)\b[^<>]*>", re.IGNORECASE)
_NUMBER = re.compile(r"^\d{1,3}[.)、]\s+(?=.*[^\W\d_])")
_COUNT = re.compile(
    r"(?<=\S)\s*[(\[（【]\s*\d[\d,]*\s*(?:new|papers?|results?|entries|篇)?\s*[)\]）】]$",
    re.IGNORECASE,
)
_TO_TOP = re.compile(r"\s*\[[^\]]{0,20}\]\(#[^)]*\)$")
# What a keyword's name may be in keywords.yaml: no longer, and with nothing hidden in it.
_LONGEST_NAME = 200
_JOINERS = "\u200c\u200d"
#: The level of a lead, below that of every heading.
_LEAD = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One line, counted from 1; it is ours between our own markers."""

    number: int
    text: str
    is_ours: bool
    #: Our marker that stands on it.
    marker: str | None = None

    @property
    def reading(self) -> Reading:
        """How texts are written on it."""
        return escaped_by_us if self.is_ours else as_written

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands on it."""
        return not self.text.strip()


def lines_of(text: str) -> Iterator[Line]:
    """The lines, those of code blocks as the fence that opened them: they hold no Markdown."""
    fence, is_ours = "", False
    for number, line in enumerate(_ENDING.split(text.removeprefix("\ufeff")), start=1):
        found = _FENCE.fullmatch(line)
        if fence:
            yield Line(number, fence, is_ours)
            if found and found["fence"].startswith(fence) and not found["info"].strip():
                fence = ""
        elif found:
            fence = found["fence"]
            yield Line(number, line, is_ours)
        elif len(line) > LONGEST:
            yield Line(number, TOO_LONG if links_to_paper(line) else "…", is_ours)
        else:
            marked = _MARKER.fullmatch(line)
            marker = marked["marker"] if marked else None
            is_ours = (is_ours or marker == BEGIN) and marker != END
            yield Line(number, line, is_ours, marker)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, and what it says without its dress."""

    line: Line
    last_line: int
    level: int
    name: str

    @property
    def is_lead(self) -> bool:
        """Whether it is a bold line or a summary, right above a table."""
        return self.level == _LEAD


def heading_at(lines: Sequence[Line], position: int) -> Heading | None:
    """Read the heading that begins on a line."""
    line = lines[position]
    if found := _SIGNED.fullmatch(line.text):
        name = _name(_CLOSING.sub("", found["name"]), line.reading)
        return Heading(line, line.number, len(found["level"]), name)
    if _is_underlined(lines, position):
        level = 1 if "=" in lines[position + 1].text else 2
        return Heading(line, line.number + 1, level, _name(line.text, line.reading))
    last = min(position + _MOST_HTML_LINES, len(lines)) if _HTML_BEGIN.match(line.text) else 0
    for end in range(position + 1, last + 1):
        if found := _HTML.fullmatch(" ".join(each.text for each in lines[position:end])):
            name = _name_in_html(found["name"])
            return Heading(line, lines[end - 1].number, int(found["level"]), name)
    return None


def lead_at(line: Line) -> Heading | None:
    """Read a line as a lead, which it is if a table follows."""
    if found := SUMMARY.fullmatch(line.text):
        name = _name_in_html(found["html"])
    elif found := _BOLD.fullmatch(line.text):
        name = _name(found["stars"] or found["lines"] or found["html"] or "", line.reading)
    else:
        return None
    name = name.removesuffix(":").rstrip()
    is_name = _WORD.search(name) and not _DAY.search(name)
    return Heading(line, line.number, _LEAD, name) if is_name else None


def _is_underlined(lines: Sequence[Line], position: int) -> bool:
    """Whether a line of plain words, which is a paragraph of its own, is underlined."""
    text = lines[position].text
    if position + 1 == len(lines) or not _UNDERLINE.fullmatch(lines[position + 1].text):
        return False
    above = lines[position - 1].text if position else ""
    begins = above.rstrip().endswith("-->") or any(
        form.fullmatch(above) for form in (re.compile(r"\s*"), _SIGNED, _UNDERLINE)
    )
    return begins and bool(text.strip()) and not _OTHER_BLOCK.match(text)


def _name_in_html(text: str) -> str:
    return _name(unescape(_TAG.sub("", text)), as_written)


def _name(text: str, reading: Reading) -> str:
    bare = _TO_TOP.sub("", _PICTURE.sub("", text).strip()) or text.strip()
    dressed = _DRESSED.fullmatch(bare)
    name = reading(dressed["bold"] or dressed["linked"] if dressed else bare)
    return undecorated(name)[:_LONGEST_NAME].rstrip()


def undecorated(name: str) -> str:
    """A topic's name without pictures around it, its number and its count."""
    words = folded("".join(s for s in name if s.isprintable() or s.isspace() or s in _JOINERS))
    for _ in range(2):  # the number may stand before the picture
        while words and _is_picture(words[0]):
            words = words[1:].lstrip()
        while words and _is_picture(words[-1]):
            words = words[:-1].rstrip()
        words = _COUNT.sub("", _NUMBER.sub("", words))
    return words


def _is_picture(sign: str) -> bool:
    return sign > "\u2000" and (sign in _JOINERS or category(sign) in {"So", "Sk", "Mn", "Me"})
