"""Whether a comment says that its paper is withdrawn.

arXiv has no flag for it in the query API and in the feed: a withdrawal is one more version, whose
comment gives the reason (https://info.arxiv.org/help/withdraw.html). Only OAI-PMH marks it.
"""

from __future__ import annotations

import re

_WITHDRAWN = re.compile(r"\bwithdrawn\b", re.IGNORECASE)
# Something else was withdrawn: an earlier version, another paper, a submission to a conference.
_SOMETHING_ELSE = re.compile(
    r"""\b(?:previous|earlier|another|other|replaces|supersedes|not)\b
            (?:[^.;]|\.(?!\s)){0,100} \bwithdrawn\b
      | \bwithdrawn\ from\ (?!(?:the\ )?arxiv)""",
    re.VERBOSE | re.IGNORECASE,
)


def says_withdrawn(comment: str) -> bool:
    """Whether the comment of a revision says that the paper is withdrawn."""
    if not _WITHDRAWN.search(comment):
        return False  # nearly always, and quick
    return bool(_WITHDRAWN.search(_SOMETHING_ELSE.sub("", comment)))
