"""What somebody needs who moves a published digest repository over to this tool.

A keywords.yaml with the headings of its README, and the names of the old files that would go on
working beside us, or confuse people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import yaml

from daily_papers.config.messages import phrase_problem
from daily_papers.config.searches import EITHER, plain_place
from daily_papers.config.slugs import RESERVED, slug_of, suggested_slug
from daily_papers.migrate.published_readme import Published
from daily_papers.papers.paper import folded
from daily_papers.query.expression import query_words

#: Where old files may lie, as patterns for ``Path.glob`` from the root of the repository.
PLACES_OF_LEFTOVERS = (
    *("*.py", "*.bk", "requirements.txt", ".github/*.md", ".github/*.bk"),
    *(".github/workflows/*.yml", ".github/workflows/*.yaml"),
)

_USUAL_TITLE = "Daily Papers"
_USUAL_ROWS = 100
_OLD_JOB = re.compile(r"create-an-issue|create-issue-from-file|\bpython3?\s+\S*main\.py\b")
_OLD_SCRIPT = re.compile(r"ISSUE_TEMPLATE\.md|export\.arxiv\.org|import\s+arxiv\b")
_OURS = re.compile(r"\bdaily-papers (?:-\S+ )*(?:update|notify)\b|\bdaily_papers\b")


def keywords_yaml(published: Published) -> str:
    """Write a keywords.yaml with the README's headings as keywords, in their order.

    There is one section at least. A heading whose slug would be empty, reserved or taken gets one
    of its own, one with a wildcard loses that. No table is cut: more rows than usual ask for more.
    """
    most = max((len(section.papers) for section in published.sections), default=0)
    lines = [
        f"# The headings of {folded(published.path)}, as keywords. As there, a single word must",
        "# stand in the title and in the abstract, several words in the title or in the abstract.",
        f"title: {_scalar(published.title or _USUAL_TITLE)}",
        "# All of arXiv is searched, unless categories are named here:",
        "# categories: [cs, eess, stat]",
        *([f"max_papers: {most}"] if most > _USUAL_ROWS else []),
        "keywords:",
        *_keyword_lines([section.name for section in published.sections]),
    ]
    return "\n".join(lines) + "\n"


def _keyword_lines(names: list[str]) -> Iterator[str]:
    taken = {slug_of(name) for name in names}
    used: set[str] = set()
    for name in names:
        slug = slug_of(name)
        has_own_slug = slug and slug not in used and slug not in RESERVED
        if has_own_slug and phrase_problem(name) is None:
            yield f"  - {_scalar(name)}"
        else:
            slug = slug if has_own_slug else suggested_slug([name], taken)
            yield from _spelled_out(name, slug)
        used.add(slug)
        taken.add(slug)


def _spelled_out(name: str, slug: str) -> Iterator[str]:
    """A keyword that means what its plain string would mean, as far as arXiv can be asked that."""
    phrase = name if phrase_problem(name) is None else query_words(name)
    yield f"  - name: {_scalar(name)}"
    yield f"    slug: {slug}"
    yield "    any:"
    yield f"      - {_scalar(phrase)}"
    if plain_place(name) != EITHER:
        yield f"    in: {plain_place(name)}"


def _scalar(text: str) -> str:
    """Write a text in YAML, in quotes where YAML would misread it."""
    written: str = yaml.safe_dump(text, allow_unicode=True, width=1_000_000)
    return written.removesuffix("\n").removesuffix("\n...")


def leftovers(files: Mapping[str, str]) -> tuple[str, ...]:
    """Name the old files that should go, one sentence each, and why.

    The mapping is from paths in the repository to texts, of all that `PLACES_OF_LEFTOVERS` finds.
    """
    found = {path: why for path in sorted(files) if (why := _why_to_go(path, files[path]))}
    if "requirements.txt" in files and any(path.endswith(".py") for path in found):
        found["requirements.txt"] = "what the old script needed; remove it if nothing else needs it"
    return tuple(f"{path}: {why}" for path, why in found.items())


def _why_to_go(path: str, text: str) -> str | None:
    if _OURS.search(text):
        return None
    if path.startswith(".github/workflows/") and _OLD_JOB.search(text):
        return "the old daily job, which would overwrite the README and mail once more; remove it"
    if path == ".github/ISSUE_TEMPLATE.md" and "arxiv.org/" in text:
        return "the old digest, which GitHub shows to everybody who opens an issue; remove it"
    if path.endswith(".md.bk"):
        return "a backup of the old script; remove it"
    if path.endswith(".py") and "/" not in path and _OLD_SCRIPT.search(text):
        return "the old script, whose work is done by daily-papers now; remove it"
    return None
