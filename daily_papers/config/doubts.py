"""Why a valid text is probably not what was meant, and what to write instead; None if it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from daily_papers.config.messages import as_yaml, in_quotes, list_as_yaml, meant_category
from daily_papers.query import taxonomy
from daily_papers.query.expression import STOP_WORDS, Category, Leaf, Phrase
from daily_papers.query.syntax import OPERATORS

_WORD = re.compile(r"[^\W_]+")
#: Two archives have names that are ordinary words.
_CATEGORY: Final = (
    rf"\A(?:cat:)?(?!(?:math|physics)\Z)(?:{'|'.join(taxonomy.ARCHIVES)})(?:\.[\w-]+)?\Z"
)
#: What separates phrases elsewhere (the comma of ``1,000`` does not), or words for one place in a
#: phrase: ``image/video``, not ``CI/CD``.
_SEPARATOR: Final = r"\s*[;|]\s*|,\s+|,(?=[^\W\d])|\s+[/+]\s+|(?:^|\s+)\+(?=\w)|\s+or\s+"
_SLASHED = re.compile(r"\w{3,}(?:[/+]\w{3,})+")
#: What excludes words elsewhere.
_WITHOUT: Final = r"(?:^|\s+)(?:-|not\s+)(?=\w)"
_AROUND_NAME = re.compile(
    r"\A(?:(?:prof(?:essor)?|dr|mrs?|ms)(?:\.\s*|\s+))+|\s+et\.?\s+al\b.*", re.IGNORECASE
)
_QUOTES: Final = '"“”„«»'


def phrase_doubt(text: str) -> str | None:
    """Why a valid phrase may not do what was meant."""
    for pattern, doubt in _DOUBTS:
        if (found := pattern.search(text)) and (message := doubt(found)):
            return message
    return small_words_doubt(text)


def _category(found: re.Match[str]) -> str | None:
    name = found.group().rpartition("/")[2].rpartition(":")[2]
    if not taxonomy.is_known(name):
        return None
    return (
        f'"{found.string}" is searched for as a word; for the category, write '
        f'"category: {taxonomy.canonical(name)}"'
    )


def _exclusion(found: re.Match[str]) -> str:
    text = found.string
    wanted, *unwanted = (part.strip(_QUOTES) for part in found.re.split(text))
    wanted = f"any: [{as_yaml(wanted)}] and " if wanted else ""
    return (
        f'"{found.group().strip()}" in "{text}" excludes nothing; '
        f"write {wanted}none: {list_as_yaml(unwanted)}"
    )


def _several(found: re.Match[str]) -> str | None:
    text = found.string
    phrases = [part.strip(_QUOTES + " ") for part in found.re.split(text)]
    if found.re is _SLASHED:
        words = re.split("[/+]", found.group())
        phrases = [f"{text[: found.start()]}{word}{text[found.end() :]}" for word in words]
    phrases = [phrase for phrase in phrases if _WORD.search(phrase)]
    if len(phrases) < 2:
        return None
    return (
        f"all words of {in_quotes(text)} must be side by side; "
        f"for papers with any of these phrases, write any: {list_as_yaml(phrases)}"
    )


def _quotes(found: re.Match[str]) -> str:
    plain = " ".join(found.re.sub(" ", found.string).split())
    return f"every phrase is searched for word for word; write {as_yaml(plain)}, without the quotes"


#: What to look for in a phrase, and what to say about it: the first that says something does.
_DOUBTS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...]] = (
    (re.compile(_CATEGORY, re.IGNORECASE), _category),
    (re.compile(r"arxiv\.org/(?:list|rss|atom)/[\w.-]+", re.IGNORECASE), _category),
    (
        re.compile(r"\A(?:https?://|(?:www\.)?arxiv\.org/)\S+\Z", re.IGNORECASE),
        '"{0.string}" is an address, which no paper contains; write the words of a topic'.format,
    ),
    (
        re.compile(r"\b(?:ti|abs|au|cat|all):\S"),
        '"{0.string}" is searched for word for word; for arXiv\'s syntax use "query"'.format,
    ),
    (
        re.compile(rf"\s({'|'.join(OPERATORS)})\s"),
        '{0[1]} in "{0.string}" is a word like any other; for operators use "query"'.format,
    ),
    (re.compile(_WITHOUT, re.IGNORECASE), _exclusion),
    (re.compile(_SEPARATOR), _several),
    (_SLASHED, _several),
    (re.compile(f"[{_QUOTES}]"), _quotes),
    (
        re.compile(r"\A[\W_]*([b-z0-9])[\W_]*\Z", re.IGNORECASE | re.ASCII),
        '"{0.string}" is the word {0[1]} to a search, which most abstracts hold; add a word'.format,
    ),
)


def small_words_doubt(text: str) -> str | None:
    """Warn if a phrase begins or ends with a word that arXiv's search ignores."""
    words = _WORD.findall(text)
    small = [word.lower() in STOP_WORDS for word in words]
    if all(small):
        return f'"{text}" may find nothing: arXiv\'s search ignores such common words'
    if not small[0] and not small[-1]:
        return None
    end, word = ("start", words[0]) if small[0] else ("end", words[-1])
    return (
        f'arXiv\'s search ignores "{word}" at the {end} of "{text}", and few of the papers that it '
        "finds may match; write a longer phrase, or leave the word out"
    )


def term_doubt(term: Leaf) -> str | None:
    """Why a valid term of a query may not do what was meant."""
    if isinstance(term, Category):
        return category_doubt(term.name)
    return small_words_doubt(term.text) if isinstance(term, Phrase) else None


def author_doubt(text: str) -> str | None:
    """Why a valid name may not do what was meant."""
    name = _AROUND_NAME.sub("", text)
    if name and name != text:
        return f"arXiv lists names without titles, and each author by name; write {in_quotes(name)}"
    if len(text.split()) == 1:
        return f'"{text}" means everybody of that name; add the given name or its initial'
    return None


def category_doubt(name: str) -> str | None:
    """Why a valid category may not do what was meant."""
    instead = taxonomy.successor(name)
    if instead:
        return f'"{name}" was closed long ago; new papers are in "{instead}"'
    if not taxonomy.is_known(name):
        return f'"{name}" is not a category that daily-papers knows{meant_category(name)}'
    return None
