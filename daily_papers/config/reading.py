"""From values to keywords: what each keyword is, and the mistakes that no schema can see."""

from __future__ import annotations

from typing import Final

from daily_papers.config import searches
from daily_papers.config.document import Path
from daily_papers.config.duplicates import duplicates
from daily_papers.config.model import Config, Keyword
from daily_papers.config.slugs import slug_of, slug_problem
from daily_papers.config.texts import (
    author_doubt,
    author_problem,
    contradiction,
    heading_problem,
    phrase_doubt,
    phrase_problem,
    stop_words_doubt,
)
from daily_papers.config.values import Values, category_doubt
from daily_papers.query.expression import (
    Author,
    Category,
    Expression,
    Phrase,
    all_of,
    leaves,
)
from daily_papers.query.syntax import QueryError, parse

DEFAULT_TITLE: Final = "Daily Papers"
DEFAULT_MAX_PAPERS: Final = 100
#: The keys that say what is searched for; without them the name does.
_SUBJECTS: Final = frozenset({"any", "author", "query"})


def read_config(values: Values) -> Config:
    """The configuration; only to be used where ``values.problems`` holds no error."""
    title = values.text(("title",), heading_problem) or DEFAULT_TITLE
    categories = values.categories(("categories",)) or ()
    max_papers = values.number(("max_papers",), DEFAULT_MAX_PAPERS)
    paths = values.items(("keywords",))
    read = {path: _KeywordReading(values, path, categories, max_papers).keyword() for path in paths}
    keywords = {path: keyword for path, keyword in read.items() if keyword is not None}
    for path, message in duplicates(keywords):
        values.refuse(path, message)
    return Config(title, categories, max_papers, tuple(keywords.values()), warnings=())


class _KeywordReading:
    """One pass over one keyword, with what holds where it says nothing of its own."""

    def __init__(
        self, values: Values, path: Path, categories: tuple[str, ...], max_papers: int
    ) -> None:
        self._values = values
        self._path = path
        self._categories = categories
        self._max_papers = max_papers
        value = values.at(path)
        self._has_keys = isinstance(value, dict)
        self._keys = frozenset(value) if isinstance(value, dict) else frozenset()

    def keyword(self) -> Keyword | None:
        """The keyword; None where anything is wrong with it, which is then among the problems."""
        before = len(self._values.problems)
        found = self._mapping() if self._has_keys else self._plain()
        new = self._values.problems[before:]
        is_wrong = any(problem.severity == "error" for problem in new)
        return None if is_wrong or self._values.is_faulty_below(self._path) else found

    def _plain(self) -> Keyword | None:
        """A plain string, which is both the heading and the phrase."""
        phrase = self._values.text(self._path, phrase_problem, phrase_doubt)
        if phrase is None:
            return None
        wanted = searches.any_phrase([phrase], searches.plain_place(phrase))
        return self._finished(phrase, wanted)

    def _mapping(self) -> Keyword | None:
        """A keyword with keys. Every one of them is looked at, whatever is wrong with others."""
        authors = self._values.texts(self._at("author"), author_problem, author_doubt)
        phrases = self._phrases()
        unwanted = self._values.texts(self._at("none"), phrase_problem)
        name = self._heading([*authors, *phrases])
        self._check_slug()
        self._check_place()
        self._check_contradiction(phrases, unwanted)
        categories = self._values.categories(self._at("categories"))
        wanted = self._query() if "query" in self._keys else self._wanted(authors, phrases)
        if name is None or wanted is None:
            return None
        wanted = searches.without(wanted, unwanted)
        return self._finished(name, wanted, authors=authors, categories=categories)

    def _at(self, key: str) -> Path:
        return (*self._path, key)

    def _phrases(self) -> tuple[str, ...]:
        """Those of ``any``; or the name, where nothing else says what to search for."""
        if "any" in self._keys:
            return self._values.texts(self._at("any"), phrase_problem, phrase_doubt)
        if self._keys & _SUBJECTS:
            return ()
        return self._values.texts(self._at("name"), phrase_problem, phrase_doubt)

    def _heading(self, otherwise: list[str]) -> str | None:
        if "name" in self._keys and self._keys & _SUBJECTS:
            return self._values.text(self._at("name"), heading_problem)
        is_told = self._values.is_faulty_below(self._path)
        if not self._keys & {"name", *_SUBJECTS} and not is_told:
            message = 'the keyword says nothing to search for; add a line "name: ..."'
            self._values.refuse(self._path, message)
        return otherwise[0] if otherwise else None

    def _check_slug(self) -> None:
        slug = self._values.at(self._at("slug"))
        problem = slug_problem(slug) if isinstance(slug, str) else None
        if problem:
            self._values.refuse(self._at("slug"), problem)

    def _check_place(self) -> None:
        if {"in", "author"} <= self._keys and "any" not in self._keys:
            message = 'it says where the phrases of "any" must stand, and there are none'
            self._values.refuse(self._at("in"), message)

    def _check_contradiction(self, phrases: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
        problem = contradiction(phrases, unwanted)
        if problem:
            self._values.refuse(self._at("none"), problem)

    def _wanted(self, authors: tuple[str, ...], phrases: tuple[str, ...]) -> Expression | None:
        parts = []
        if authors:
            parts.append(searches.person(authors))
        if phrases:
            place = self._values.at(self._at("in"))
            usual = searches.EITHER if "any" in self._keys else searches.plain_place(phrases[0])
            parts.append(searches.any_phrase(phrases, str(place or usual)))
        return all_of(*parts) if parts else None

    def _query(self) -> Expression | None:
        text = self._values.at(self._at("query"))
        if not isinstance(text, str):
            return None
        problem = heading_problem(text)
        if problem:
            self._values.refuse(self._at("query"), problem)
            return None
        try:
            expression = parse(text)
        except QueryError as error:
            label = f"query, column {error.column}"
            self._values.refuse(self._at("query"), error.problem, label=label)
            return None
        for leaf in leaves(expression):
            self._values.warn(self._at("query"), _doubt(leaf))
        return expression

    def _finished(
        self,
        name: str,
        wanted: Expression,
        *,
        authors: tuple[str, ...] = (),
        categories: tuple[str, ...] | None = None,
    ) -> Keyword:
        """Restrict the search to its categories, and give it a page and a length."""
        if categories is None:
            categories = self._usual_categories(wanted, authors)
        expression = searches.within(wanted, categories)
        slug = self._values.at(self._at("slug"))
        return Keyword(
            name=name,
            slug=slug if isinstance(slug, str) else slug_of(name),
            expression=expression,
            max_papers=self._values.number(self._at("max_papers"), self._max_papers),
            authors=authors,
            categories=categories,
            line=self._values.line(self._path),
        )

    def _usual_categories(self, wanted: Expression, authors: tuple[str, ...]) -> tuple[str, ...]:
        """Those at the top of the file, but for a person, and for a query that names its own."""
        names_its_own = any(isinstance(leaf, Category) for leaf in leaves(wanted))
        return () if authors or names_its_own else self._categories


def _doubt(leaf: Phrase | Author | Category) -> str | None:
    """What is doubtful about a term of a query that can be asked for; None if nothing is."""
    match leaf:
        case Category(name):
            return category_doubt(name)
        case Phrase(_, text):
            return stop_words_doubt(text)
        case _:
            return None
