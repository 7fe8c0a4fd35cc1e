"""Why a valid text is probably not what was meant, and what to write instead; None if it is."""

from __future__ import annotations

import re
from typing import Final

from daily_papers.query import taxonomy
from daily_papers.query.expression import STOP_WORDS, Category, Leaf, Phrase
from daily_papers.query.syntax import OPERATORS

_WORD = re.compile(r"[^\W_]+")
#: Two archives have names that are ordinary words.
_CATEGORY = re.compile(
    rf"""\A(?:cat:|(?P<address>\S*arxiv\.org/(?:list|rss|atom)/))?
    (?P<name>(?!(?:math|physics)\Z)(?:{"|".join(taxonomy.ARCHIVES)})(?:\.[\w-]+)?)
    (?(address)\b|\Z)""",
    re.IGNORECASE | re.VERBOSE,
)
_AROUND_NAME = re.compile(
    r"\A(?:(?:prof(?:essor)?|dr|mrs?|ms)(?:\.\s*|\s+))+|\s+et\.?\s+al\b.*", re.IGNORECASE
)
#: What to look for in a phrase, and what to say about the first that is found.
_DOUBTS: Final = (
    (
        r"\A(?i:https?://|(?:www\.)?arxiv\.org/)\S+\Z",
        '"{0.string}" is an address, which no paper contains; write the words of a topic',
    ),
    (
        r"\A(?i:arxiv:\s*)?\d{4}\.\d{4,5}(?:v\d+)?\Z",
        '"{0.string}" names a single paper, and only words of papers are searched for',
    ),
    (
        r"(?i:(?:\A|\s)(?:name|slug|any|none|in|author|query|categor(?:y|ies)) *[:：])",
        '"{0.string}" is searched for word for word; a key needs ": " after it',
    ),
    (
        r"\b(?:ti|abs|au|cat|all):\S",
        '"{0.string}" is searched for word for word; for arXiv\'s syntax use "query"',
    ),
    (
        rf"\s({'|'.join(OPERATORS)})\s",
        '{0[1]} in "{0.string}" is a word like any other; for operators use "query"',
    ),
    (
        r"(?i:(?:^|\s)(-(?=\w)|not(?=\s\w)))",
        '"{0[1]}" in "{0.string}" excludes nothing; list what to exclude below "none"',
    ),
    (
        # What separates phrases elsewhere (the comma of 1,000 does not), or words for one place in
        # a phrase: image/video, not CI/CD.
        r"[;|]\s*(?=\w)|,\s+|,(?=[^\W\d])|\s[/+-]\s|(?:^|\s)\+(?=\w)|\sor\s|\w{3,}[/+]\w{3,}",
        'all words of "{0.string}" must be side by side; list several phrases below "any"',
    ),
    (
        '["“”„«»]',
        "every phrase is searched for word for word; leave out the quotes in {0.string}",
    ),
    (
        r"\A[\W_]*([B-Zb-z0-9])[\W_]*\Z",
        '"{0.string}" is the word {0[1]} to a search, found in papers on any topic; add a word',
    ),
)


def phrase_doubt(text: str) -> str | None:
    """Why a valid phrase may not do what was meant."""
    category = _CATEGORY.search(text)
    if category and taxonomy.is_known(category["name"]):
        name = taxonomy.canonical(category["name"])
        return f'"{text}" is searched for as a word; for the category, write "category: {name}"'
    for pattern, doubt in _DOUBTS:
        if found := re.search(pattern, text):
            return doubt.format(found)
    return small_words_doubt(text)


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
        return f'papers name people without titles or "et al."; write "{name}"'
    if len(text.split()) == 1:
        return f'"{text}" means everybody of that name; add the given name or its initial'
    return None


def category_doubt(name: str) -> str | None:
    """Why a valid category may not do what was meant."""
    if instead := taxonomy.CLOSED.get(taxonomy.canonical(name)):
        return f'"{name}" was closed long ago; new papers are in "{instead}"'
    if not taxonomy.is_known(name):
        return f'"{name}" is not a category that daily-papers knows; {taxonomy.meant(name)}'
    return None
