"""The part of a README that is ours: between two markers, each on a line of its own.

Everything outside the markers belongs to people and stays byte for byte. Markers inside a code
block are somebody's documentation of them, and do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from daily_papers.errors import RegionError

BEGIN = "<!-- daily-papers:begin -->"
END = "<!-- daily-papers:end -->"

# Lines end as in Markdown; str.splitlines would also split at form feeds and U+2028.
_LINE = re.compile(r"(?P<text>[^\r\n]*)(?P<ending>\r\n|\n|\r|\Z)")
_MARKER = re.compile(rf"\ufeff? {{0,3}}(?P<marker>{BEGIN}|{END})[ \t]*")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")


@dataclass(frozen=True, slots=True)
class Region:
    """A README, cut at its markers: ``before + body + after`` is the file."""

    before: str  #: up to and with the line of the begin marker
    body: str
    after: str  #: from the line of the end marker
    newline: str  #: the one that ends the begin marker

    @property
    def rest_bytes(self) -> int:
        """The size of everything that is not ours."""
        return len(self.before.encode()) + len(self.after.encode())


@dataclass(frozen=True, slots=True)
class _Marker:
    text: str
    line: int
    start: int
    end: int
    newline: str


def decode_readme(content: bytes, name: str = "README.md") -> str:
    """Read a README's bytes; one that is not UTF-8 raises RegionError."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RegionError(
            f"{name}:{line}: not UTF-8 (byte 0x{content[error.start]:02x} at offset"
            f" {error.start}); save the file as UTF-8"
        ) from error


def find_region(readme: str, name: str = "README.md") -> Region:
    """Cut the README at its markers. Raises RegionError unless there is exactly one pair."""
    begin, end = _pair(list(_markers(readme)), name)
    return Region(
        before=readme[: begin.end],
        body=readme[begin.end : end.start],
        after=readme[end.start :],
        newline=begin.newline,
    )


def replace_region(readme: str, body: str, name: str = "README.md") -> str:
    """Put the body between the markers, with the newlines of the file."""
    region = find_region(readme, name)
    lines = body if body.endswith("\n") or not body else body + "\n"
    written = region.before + lines.replace("\n", region.newline) + region.after
    _check_round_trip(written, region, name)
    return written


def _check_round_trip(written: str, old: Region, name: str) -> None:
    """Refuse a body that the next run would not find again, as an own template could make it."""
    try:
        new = find_region(written, name)
    except RegionError:
        new = None
    if new is None or (new.before, new.after) != (old.before, old.after):
        raise RegionError(
            f"{name}: the tables hold a marker or open a code block, and would not be found"
            " again; mend templates/readme.md.jinja"
        )


def _pair(markers: list[_Marker], name: str) -> tuple[_Marker, _Marker]:
    begins = [marker for marker in markers if marker.text == BEGIN]
    ends = [marker for marker in markers if marker.text == END]
    if not markers:
        raise RegionError(
            f"{name}: no place for the tables; paste {BEGIN} and {END} where they shall stand, each"
            " on a line of its own, outside of code blocks"
        )
    for found, marker in ((begins, BEGIN), (ends, END)):
        if len(found) > 1:
            lines = " and ".join(str(each.line) for each in found)
            raise RegionError(f"{name}:{found[1].line}: {marker} stands on lines {lines}; keep one")
    if not ends:
        raise RegionError(
            f"{name}:{begins[0].line}: {BEGIN} has no end; paste {END} on a line below it"
        )
    if not begins:
        raise RegionError(
            f"{name}:{ends[0].line}: {END} has no begin; paste {BEGIN} on a line above it"
        )
    if ends[0].line < begins[0].line:
        raise RegionError(
            f"{name}:{ends[0].line}: {END} stands before {BEGIN} (line {begins[0].line});"
            " swap the two lines"
        )
    return begins[0], ends[0]


def _markers(readme: str) -> Iterator[_Marker]:
    """The markers outside fenced code blocks, with their lines."""
    fence: str | None = None
    for number, line in enumerate(_LINE.finditer(readme), start=1):
        fence_line = _FENCE.fullmatch(line["text"])
        if fence_line is not None:
            fence = _fence_after(fence, fence_line["fence"], fence_line["info"])
        elif fence is None and (found := _MARKER.fullmatch(line["text"])):
            yield _Marker(found["marker"], number, line.start(), line.end(), line["ending"])


def _fence_after(fence: str | None, found: str, info: str) -> str | None:
    """The fence that is open after a line that looks like one; None outside code blocks."""
    if fence is None:
        return found
    closes = found.startswith(fence) and not info.strip()
    return None if closes else fence
