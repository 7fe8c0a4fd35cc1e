"""What a paper's comment or abstract names: its code, its project page, its venue.

They are found only in what the authors wrote, without network. A repository is two names on a
known forge. A gist, a person's page and a data set are not repositories; the address of something
inside a repository (a file, an issue, a release) counts as the repository. Repositories on Hugging
Face are models: they count if no forge is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from daily_papers.papers.paper import Paper
from daily_papers.text import one_line

_FORGES = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com")

# An address with a scheme may be anywhere; without one it must not be the tail of another word,
# path, address or name (evilgithub.com, example.org/github.com, me@github.com). Names have only
# ASCII letters, digits and a few signs, so nothing hostile gets through.
_ADDRESS = re.compile(
    rf"""(?: https?:\ ?//(?:www\.)? | (?<![\w.@/=&?%#~+-])(?:www\.)? )
        (?P<host> {"|".join(map(re.escape, _FORGES))} | huggingface\.co
            | git(?:lab)?(?:\.[a-z0-9-]{{1,63}}){{2,4}} )
        (?P<path> (?:/[A-Za-z0-9._~-]{{1,100}}){{1,12}} )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
# A page of its own for the paper: on GitHub Pages or Google Sites, or called so.
_PROJECT_PAGE = re.compile(
    r"""(?: \b(?:project|demo|web)[ -]?(?:web)?(?:page|site)?
            (?:\ is|\ at|\ available|\ can\ be\ found){0,4} [:,]?\ ?\(?
            https?:\ ?// (?P<called>[a-z0-9-]+(?:\.[a-z0-9-]+)+)
          | https?:\ ?// (?P<host>[a-z0-9-]+\.(?:github|gitlab)\.io|sites\.google\.com) )
        (?P<path> (?:/[A-Za-z0-9._~-]{1,100}){0,8} /?)""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_TEX_SIGN = re.compile(r"\{\\([_~#%&-])\}|\$_\$|\\([_~#%&-])(?:\{\})?|\{_\}")

# Names that lead to a forge's own pages, not to a person or an organisation.
_NO_OWNER = re.compile(
    "apps|blog|collections|datasets|docs|features|marketplace|orgs|papers|spaces|sponsors|topics",
    re.IGNORECASE,
)

#: In characters; a longer one is a sentence.
_LONGEST_VENUE: Final = 60

# What is only hoped for, or is about something else.
_NOT_YET = re.compile(
    r"submi(?:t|ss)|under[ -]?(?:review|consideration|revision)|in review|reject|withdrawn|"
    r"draft|in preparation|prior to|not (?:yet )?(?:peer|accepted)|"
    r"extension of|(?:solution|report) (?:of|for)\b",
    re.IGNORECASE,
)
_ACCEPTED = re.compile(
    r"""\b(?:accepted|to\ (?:be\ )?(?:appear|published|presented)|appear(?:s|ed|ing)?|published
        |presented|in\ press|forthcoming|camera[ -]ready(?:\ version)?|proceedings)\b
        (?:\ (?:version|for|as|a|an|to|be|by|at|in|on|of|the|with|and|paper|poster|oral|spotlight
            |talk|full|short|long|main|conference|journal|regular|highlight|publication|presentation
            |presented|published|appear|proceedings|press|findings|preprint|research|article))*
        [:,]?\ (?P<venue>[A-Z](?: [^.;,()\[\]] | (?<=[a-z])\.(?=\ [A-Z][a-z]*\.) )*)""",
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


def code_url(paper: Paper) -> str | None:
    """Give the https address of the first code repository in the comment, or in the abstract."""
    found = [address for text in _texts(paper) for address in _named(text)]
    forges = (address for address in found if not address.startswith("https://huggingface.co/"))
    return next(forges, found[0] if found else None)


def project_url(paper: Paper) -> str | None:
    """Give the https address of the paper's project page; None if it names none."""
    for text in _texts(paper):
        for page in _PROJECT_PAGE.finditer(text):
            host = (page["called"] or page["host"]).lower()
            if host.removeprefix("www.") not in _FORGES and "huggingface" not in host:
                return f"https://{host}{page['path'].rstrip('.')}"
    return None


def _texts(paper: Paper) -> Iterator[str]:
    """What may hold an address: the comment, then the abstract, with TeX's signs as they look."""
    for text in (paper.comment or "", paper.abstract):
        if "/" in text:  # mostly not, and quick
            yield _TEX_SIGN.sub(lambda tex: tex[1] or tex[2] or "_", text)


def _named(text: str) -> Iterator[str]:
    for address in _ADDRESS.finditer(text):
        owner, *names = [name.rstrip(".") for name in address["path"].split("/")[1:]]
        project = names[0].removesuffix(".git") if names else ""
        if owner.strip(".") and project.strip(".") and not _NO_OWNER.fullmatch(owner):
            yield f"https://{address['host'].lower()}/{owner}/{project}"


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
    return name if 3 <= len(name) <= _LONGEST_VENUE and name[0].isupper() else None
