"""A paper as arXiv describes it, how two records of it are merged, and arXiv's identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Self

from msgspec import Meta

_IDENTIFIER = re.compile(
    r"""(?:oai:)?(?:arXiv(?:\.org)?:)?
        (?P<id> \d{4}\.\d{4,6} | [a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7} )
        (?:v(?P<version>[1-9]\d*))?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
#: What is checked where records are read from files.
_WITHOUT_VERSION = r"(?:[0-9]{4}\.[0-9]{4,6}|[a-z-]+/[0-9]{7})"
PaperId = Annotated[str, Meta(pattern=rf"\A{_WITHOUT_VERSION}\Z")]
#: Many identifiers, separated by spaces.
PaperIds = Annotated[str, Meta(pattern=rf"\A(?:{_WITHOUT_VERSION}(?: |\Z))*\Z")]
Moment = Annotated[datetime, Meta(tz=True)]
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SUBJECT_CLASS = re.compile(r"\.[A-Za-z]{2}(?=/)")
_WITHDRAWN = re.compile(r"\bwithdrawn\b", re.IGNORECASE)
# Something else was withdrawn: an earlier version, another paper, a submission to a conference.
_SOMETHING_ELSE_WITHDRAWN = re.compile(
    r"""\b(?:previous|earlier|another|other|replaces|supersedes|not)\b
            (?:[^.;]|\.(?!\s)){0,100} \bwithdrawn\b
      | \bwithdrawn\ from\ (?!(?:the\ )?arxiv)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ArxivId:
    """An arXiv identifier, with its version if one was given.

    Both forms of https://info.arxiv.org/help/arxiv_identifier.html are known: ``2501.01234`` and
    ``hep-th/9901001``. The subject class of the old form is dropped, as arXiv does
    (``math.CA/0611800`` is ``math/0611800``).
    """

    id: str
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an identifier, a ``oai:arXiv.org:`` name or an address, or raise ValueError."""
        bare = re.sub(r"^https?://[^/]+/(?:abs|pdf)/", "", text.strip()).removesuffix(".pdf")
        found = _IDENTIFIER.fullmatch(bare)
        if found is None:
            raise ValueError(f"not an arXiv identifier: {text!r}")
        version = found["version"]
        return cls(_SUBJECT_CLASS.sub("", found["id"].lower()), int(version) if version else None)

    def __str__(self) -> str:
        return self.id if self.version is None else f"{self.id}v{self.version}"


@lru_cache(30_000)  # each list that a paper is in asks
def announcement_order(paper_id: str) -> tuple[int, int, str]:
    """Sort key that puts identifiers in the order in which arXiv gave them, at announcement.

    Old identifiers (``hep-th/9901001``) were counted per archive, so only their month and number
    show the order. Two-digit years from 91 to 99 are 1991 to 1999.
    """
    archive, _, number = paper_id.rpartition("/")
    yymm, digits = (number[:4], number[4:]) if archive else tuple(number.split("."))
    year = int(yymm[:2])
    century = 1900 if year >= 91 else 2000
    return ((century + year) * 100 + int(yymm[2:]), int(digits), archive)


def newest_id_first(paper_id: str) -> tuple[int, int, str]:
    """Sort key that puts the identifier first that arXiv gave last."""
    month, number, archive = announcement_order(paper_id)
    return -month, -number, archive


class Origin(StrEnum):
    """Where a paper's record came from; a later one is more reliable, and more complete."""

    IMPORT = "import"  # a published digest README: no authors, no categories, no first date
    FEED = "feed"  # the announcement feed: no comment, no submission dates
    OAI = "oai"  # OAI-PMH, arXivRaw
    SEARCH = "search"  # the query API, by search or by id_list

    @property
    def reliability(self) -> int:
        """How reliable it is; 0 is the least."""
        return list(Origin).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One version of one paper. None means "not known", never "there is none".

    Texts are as the author wrote them, with white space folded to single spaces; TeX accents may
    still be TeX. They are hostile: escape them for the place they go to.
    """

    #: Without version: ``2501.01234`` or ``hep-th/9901001``.
    id: PaperId
    version: Annotated[int, Meta(ge=1)]
    title: str
    #: Names, in order. None if the origin does not give them.
    authors: tuple[str, ...] | None = None
    abstract: str
    comment: str | None = None
    primary_category: str | None = None
    #: All categories, including the primary one. None if the origin does not give them.
    categories: tuple[str, ...] | None = None
    #: Submission of the first version, UTC.
    published: Moment | None = None
    #: Submission of this version, UTC. None for a paper known only from the feed.
    updated: Moment | None = None
    #: The listing day on which the feed announced this version. None if no feed did.
    announced: date | None = None
    doi: str | None = None
    journal_ref: str | None = None
    #: True if arXiv marks this version as a withdrawal, which only OAI-PMH shows.
    withdrawn: bool | None = None
    #: Submission of the version before this one, kept while this one may be a withdrawal.
    previous: Moment | None = None
    origin: Origin

    @property
    def versioned_id(self) -> str:
        """``2501.01234v2``."""
        return f"{self.id}v{self.version}"

    @property
    def url(self) -> str:
        """The abstract page of this version."""
        return f"https://arxiv.org/abs/{self.versioned_id}"

    @property
    def pdf_url(self) -> str:
        """The PDF of this version."""
        return f"https://arxiv.org/pdf/{self.versioned_id}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether this version withdraws the paper, by arXiv's mark or by its comment.

        A withdrawal is a further version, whose comment gives the reason
        (https://info.arxiv.org/help/withdraw.html). Only OAI-PMH marks it.
        """
        if self.withdrawn or self.version == 1:
            return self.withdrawn is True
        comment = self.comment or ""
        if not _WITHDRAWN.search(comment):
            return False  # nearly always, and quick
        return bool(_WITHDRAWN.search(_SOMETHING_ELSE_WITHDRAWN.sub("", comment)))

    @property
    def dated(self) -> datetime | None:
        """The moment that tables sort by: this version's submission.

        A withdrawal never moves a paper up: it stays at the date of the version before, or of the
        first version if that is not known.
        """
        if self.is_withdrawn:
            return self.previous or self.published or self.updated
        return self.updated

    @property
    def table_date(self) -> date:
        """The day that tables show: that of `dated`, or else the listing day."""
        return self.dated.date() if self.dated is not None else self.date

    @property
    def date(self) -> date:
        """The day of this version: its submission, or else its listing day."""
        if self.updated is not None:
            return self.updated.date()
        assert self.announced is not None, f"{self.id} has no date at all"
        return self.announced

    @property
    def has_details(self) -> bool:
        """Whether we know all that arXiv says about it, not only what a feed or a README has."""
        return self.origin in (Origin.OAI, Origin.SEARCH)


def merge(known: Paper, incoming: Paper) -> Paper:
    """Join two records of one paper; ``incoming`` arrived later.

    A higher version replaces a lower one, and keeps only the first version's date from it. For the
    same version, known values fill in unknown ones, so a comment that an answer leaves out stays;
    if both are known, the more reliable origin wins, then the newer record.
    """
    assert known.id == incoming.id
    if incoming.version < known.version:
        return known
    if incoming.version > known.version:
        merged = replace(
            incoming,
            published=incoming.published or known.published,
            previous=incoming.previous or (known.previous if known.is_withdrawn else known.updated),
        )
    else:
        other, better = sorted([known, incoming], key=lambda each: each.origin.reliability)
        unknown = [each.name for each in fields(Paper) if getattr(better, each.name) is None]
        merged = replace(better, **{name: getattr(other, name) for name in unknown})
    if merged.has_details and not merged.is_withdrawn and merged.previous is not None:
        return replace(merged, previous=None)  # now we know that this version withdraws nothing
    return merged


def newest_first(paper: Paper) -> tuple[int, float, tuple[int, int, str]]:
    """Sort key that puts the newest paper first: by date, then time, then identifier.

    Use it with ``sorted(papers, key=newest_first)``. A paper known only from the feed counts as
    submitted at the start of its listing day.
    """
    dated = paper.dated
    seconds = dated.timestamp() if dated is not None else 0.0
    return -paper.table_date.toordinal(), -seconds, newest_id_first(paper.id)


def folded(text: str) -> str:
    """Make each run of white space one space, as arXiv's pages do, and drop control characters."""
    return " ".join(_CONTROLS.sub("", text).split())
