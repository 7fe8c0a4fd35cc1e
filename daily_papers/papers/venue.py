"""Where a paper was accepted, as its comment says: ``CVPR 2026``."""

from __future__ import annotations

import re
from typing import Final

from daily_papers.text import one_line

#: Characters of the longest name of a venue; the rest is a sentence.
LONGEST: Final = 60

# What is only hoped for, or is about something else.
_NOT_YET = re.compile(
    r"submi(?:t|ss)|under (?:review|consideration|revision)|in review|reject|withdrawn|"
    r"draft|in preparation|prior to|not (?:yet )?(?:peer|accepted)",
    re.IGNORECASE,
)
_ACCEPTED = re.compile(
    r"""\b(?:accepted|to\ (?:be\ )?(?:appear|published|presented)|appear(?:s|ed|ing)?|published
        |presented|in\ press|forthcoming|camera[ -]ready(?:\ version)?|proceedings)\b
        (?:\ (?:version|for|as|a|an|to|be|by|at|in|on|of|the|with|and|paper|poster|oral|spotlight
            |talk|full|short|long|main|conference|journal|regular|highlight|publication|presentation
            |presented|published|appear|proceedings|press|findings|preprint|research|article))*
        [:,]?\ (?P<venue>[A-Z][^.;,()\[\]]*)""",
    re.VERBOSE | re.IGNORECASE,
)
# An acronym and a year: CVPR 2026, NeurIPS'25, IEEE/CVF ICCV 2025, Interspeech 2026.
_ACRONYM = re.compile(
    r"""(?<![\w/])(?:(?:ACM|IEEE(?:/CVF|/RSJ)?|AAAI/ACM|USENIX|ISCA|EMNLP|Findings\ of)\ ){0,2}
        (?!arXiv|CC\b|MSC|ACM\b|AMS\b|CS\b|PACS|Version|LaTeX|MNRAS|JHEP)
        (?=[\w&-]*[A-Z][\w&-]*[A-Z]|Interspeech|Eurographics|Oakland|Humanoids|Odyssey)
        [A-Z][A-Za-z&+-]{2,14}
        (?:\ ?['’‘]\ ?\d\d|\)?[ -]?20\d\d)(?!\w)
        (?:\ (?:Findings|Oral|Spotlight|Highlight|Workshops?))?""",
    re.VERBOSE,
)
_WHEN = re.compile(r"\s*\b(?:on|in) [A-Z][a-z]+ \d.*$|\s+(?:\d+ pages|doi\b|https?:).*$")


def venue(comment: str | None) -> str | None:
    """The venue that a comment names; None if it names none, or one that has yet to decide."""
    text = one_line(comment or "")
    if _NOT_YET.search(text):
        return None
    acronym = _ACRONYM.search(text)
    if acronym is not None:
        return re.sub(r"(?<=[A-Za-z])\)? ?-?(?=20\d\d)", " ", acronym[0])
    accepted = _ACCEPTED.search(text)
    if accepted is None:
        return None
    name = _WHEN.sub("", accepted["venue"]).strip(" -:")
    return name if 3 <= len(name) <= LONGEST and name[0].isupper() else None
