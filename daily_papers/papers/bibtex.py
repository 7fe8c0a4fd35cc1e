r"""Papers as BibTeX entries.

They are for BibLaTeX with Biber, and for BibTeX with a UTF-8 document: letters stay letters. Paper
text is hostile here too, since it ends up in somebody's LaTeX run. So everything that TeX would act
on is escaped, except maths made of well-known commands, and braces are always balanced.
"""

from __future__ import annotations

import re
from calendar import month_abbr
from collections.abc import Iterator

from daily_papers.papers.authors import GROUP, SUFFIX
from daily_papers.papers.paper import Paper, announcement_order
from daily_papers.papers.tex import GREEK, decode_accents, printed, split_at_formulas
from daily_papers.text import one_line

_ESCAPES = {sign: f"\\{sign}" for sign in "&%#_$"} | {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "<": r"{\textless}",
    ">": r"{\textgreater}",
    "|": r"{\textbar}",
}
_SIGN = re.compile(f"[{re.escape(''.join(_ESCAPES))}]")
# Greek; letters and fonts; accents and structures; operators, relations and arrows; functions.
_MATHS_COMMANDS = frozenset(GREEK) | frozenset(
    """varepsilon vartheta varphi varrho ell hbar infty partial nabla prime
    mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr boldsymbol rm bf it cal
    text textrm textbf textit textsf texttt operatorname
    hat bar tilde vec dot ddot widehat widetilde overline underline sqrt frac left right
    sum prod int cdot times div pm mp ast star circ bullet oplus otimes wedge vee cap cup
    leq le geq ge neq ll gg approx sim simeq cong equiv propto subset subseteq in notin
    forall exists neg mid parallel perp langle rangle lceil rceil lfloor rfloor
    to rightarrow leftarrow Rightarrow leftrightarrow mapsto dagger dots ldots cdots
    log ln exp sin cos tan max min inf sup lim det dim ker mod""".split()  # noqa: SIM905
)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_SAFE_SIGNS = frozenset(r"{}|,;:!_%&#$ ")

# What BibTeX would read as several names or as a suffix, and names that are not a person's.
_NOT_ONE_PERSON = re.compile(rf",|\b(?:and|others|{GROUP})\b|\b(?:{SUFFIX})$", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/[^\s{}\\%#\"~^$&]+(?<![.,;])")


def bibtex_entry(paper: Paper, annotation: str | None = None) -> str:
    """Write the paper as an entry, without a newline at the end.

    The name to cite it by depends only on the identifier, so it never changes. An annotation is for
    the reader: programs such as Zotero show it as a note, and usual styles do not print it.
    """
    key = f"arxiv-{paper.id.replace('/', '-')}"
    fields = [*_fields(paper), *([("annote", f"{{{_text(annotation)}}}")] if annotation else [])]
    lines = "".join(f"  {name} = {value},\n" for name, value in fields)
    return f"@misc{{{key},\n{lines}}}"


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    # Two pairs of braces keep capitals as they are in every style.
    yield "title", f"{{{{{_text(paper.title)}}}}}"
    if authors := [written for name in paper.authors or () if (written := _author(name))]:
        yield "author", f"{{{' and '.join(authors)}}}"
    year, month = divmod(announcement_order(paper.id)[0], 100)
    if paper.published is not None:
        year, month = paper.published.year, paper.published.month
    yield "year", f"{{{year}}}"
    yield "month", month_abbr[month].lower()
    yield "eprint", f"{{{paper.id}}}"
    yield "archivePrefix", "{arXiv}"
    if paper.primary_category:
        yield "primaryClass", f"{{{_text(paper.primary_category)}}}"
    if paper.doi and (doi := _DOI.search(paper.doi)):
        yield "doi", f"{{{doi[0]}}}"
    if paper.journal_ref:
        yield "journal", f"{{{_text(paper.journal_ref)}}}"
    if paper.comment:
        yield "note", f"{{{_text(paper.comment)}}}"
    yield "url", f"{{{paper.url}}}"


def _author(name: str) -> str:
    written = _text(name)
    return f"{{{written}}}" if written and _NOT_ONE_PERSON.search(name) else written


def _text(text: str) -> str:
    visible = one_line(text)
    if visible.isascii() and visible.isprintable() and not _SIGN.search(visible):
        return visible  # most texts, and quick
    visible = "".join(filter(str.isprintable, visible))
    return "".join([_piece(*each) for each in split_at_formulas(decode_accents(visible))])


def _piece(text: str, tex: str) -> str:
    if tex and _is_harmless(tex):
        return f"${tex}$"
    return _SIGN.sub(lambda sign: _ESCAPES[sign[0]], text if tex else printed(text))


def _is_harmless(maths: str) -> bool:
    """Whether maths uses only well-known commands, and cannot end the field that it is in."""
    commands = _COMMAND.findall(maths)
    if not all(name in _MATHS_COMMANDS or name in _SAFE_SIGNS for name in commands):
        return False
    outside = _COMMAND.sub("", maths)
    if "^^" in maths or re.search(r"[%#&~$\\]", outside):
        return False
    # BibTeX counts the brace in ``\{``; TeX does not.
    return _is_balanced(maths) and _is_balanced(outside)


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
