"""A paper as arXiv describes it, and the identifiers that arXiv gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Self

from daily_papers.papers.withdrawal import says_withdrawn

_IDENTIFIER = re.compile(
    r"""(?:oai:)?(?:arXiv(?:\.org)?:)?
        (?P<id> \d{4}\.\d{4,6} | [a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7} )
        (?:v(?P<version>[1-9]\d*))?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SUBJECT_CLASS = re.compile(r"\.[A-Za-z]{2}(?=/)")


@dataclass(frozen=True, slots=True)
class ArxivId:
    """An arXiv identifier, with the version where one was given.

    Both forms of https://info.arxiv.org/help/arxiv_identifier.html are known: ``2501.01234`` and
    ``hep-th/9901001``. The subject class of the old form is dropped, as arXiv does
    (``math.CA/0611800`` is ``math/0611800``).
    """

    id: str
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an identifier, a ``oai:arXiv.org:`` name or an abs or pdf address.

        Raises ValueError where there is none.
        """
        bare = re.sub(r"^https?://[^/]+/(?:abs|pdf)/", "", text.strip()).removesuffix(".pdf")
        found = _IDENTIFIER.fullmatch(bare)
        if found is None:
            raise ValueError(f"not an arXiv identifier: {text!r}")
        version = found["version"]
        return cls(_SUBJECT_CLASS.sub("", found["id"].lower()), int(version) if version else None)

    def __str__(self) -> str:
        return self.id if self.version is None else f"{self.id}v{self.version}"


def announcement_order(paper_id: str) -> tuple[int, int, str]:
    """Sort identifiers in the order in which arXiv gave them, which is at announcement.

    Old identifiers (``hep-th/9901001``) are counted per archive, so only their month and number
    tell the order. Years are those of arXiv's first century: 91 to 99 are 1991 to 1999.
    """
    archive, _, number = paper_id.rpartition("/")
    yymm, digits = (number[:4], number[4:]) if archive else tuple(number.split("."))
    year = int(yymm[:2])
    century = 1900 if year >= 91 else 2000
    return ((century + year) * 100 + int(yymm[2:]), int(digits), archive)


class Origin(IntEnum):
    """Where a paper's record came from; a higher one knows better, and knows more."""

    IMPORT = 1  # a published digest README: no authors, no categories, no first date
    FEED = 2  # the announcement feed: no comment, no submission dates
    OAI = 3  # OAI-PMH, arXivRaw
    SEARCH = 4  # the query API, by search or by id_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One version of one paper. None is "not known", never "there is none" of another kind.

    Texts are as the author wrote them, with white space folded to single spaces; TeX accents may
    still be TeX. They are hostile: escape them for the place where they go.
    """

    #: Without version: ``2501.01234`` or ``hep-th/9901001``.
    id: str
    version: int
    title: str
    #: Names in their order. None where the origin does not give them.
    authors: tuple[str, ...] | None = None
    abstract: str
    comment: str | None = None
    primary_category: str | None = None
    #: All categories, the primary one among them. None where the origin does not give them.
    categories: tuple[str, ...] | None = None
    #: Submission of the first version, UTC.
    published: datetime | None = None
    #: Submission of this version, UTC. None for a paper known from the feed alone.
    updated: datetime | None = None
    #: The listing day on which the feed announced this version. None where no feed did.
    announced: date | None = None
    doi: str | None = None
    journal_ref: str | None = None
    #: True where arXiv marks this version as a withdrawal, which only OAI-PMH shows.
    withdrawn: bool | None = None
    #: Submission of the version before this one, as long as this one may be a withdrawal.
    previous: datetime | None = None
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
        """Whether this version withdraws the paper, by arXiv's mark or by its comment."""
        return self.withdrawn is True or (self.version > 1 and says_withdrawn(self.comment or ""))

    @property
    def dated(self) -> datetime | None:
        """The moment that tables sort by: this version's submission.

        A withdrawal never lifts a paper: it stays at the date of the version before, or of the
        first one where that is not known.
        """
        if self.is_withdrawn:
            return self.previous or self.published or self.updated
        return self.updated

    @property
    def table_date(self) -> date:
        """The day that tables show: of `dated`, else its listing day."""
        return self.dated.date() if self.dated is not None else self.date

    @property
    def date(self) -> date:
        """The day of this version: its submission, else its listing day."""
        if self.updated is not None:
            return self.updated.date()
        assert self.announced is not None, f"{self.id} has no date at all"
        return self.announced

    @property
    def has_details(self) -> bool:
        """Whether all that arXiv tells is known, not only what a feed or a README shows."""
        return self.origin >= Origin.OAI


def newest_first(paper: Paper) -> tuple[int, float, tuple[int, int, str]]:
    """Sort key that puts the newest paper first: by date, then time, then identifier.

    Use it with ``sorted(papers, key=newest_first)``. A paper known from the feed alone counts as
    of the start of its listing day.
    """
    month, number, archive = announcement_order(paper.id)
    dated = paper.dated
    day = paper.date if dated is None else dated.date()
    seconds = dated.timestamp() if dated is not None else 0.0
    return (-day.toordinal(), -seconds, (-month, -number, archive))


def folded(text: str) -> str:
    """Fold every run of white space to one space, as arXiv's own pages show it.

    Control characters, which XML lets through, are left out.
    """
    return " ".join(_CONTROLS.sub("", text).split())
