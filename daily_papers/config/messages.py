"""What is wrong with a value, or probably not meant, and what to write instead; one line each."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from daily_papers.papers.authors import split_authors
from daily_papers.papers.paper import ArxivId
from daily_papers.query import taxonomy
from daily_papers.query.expression import STOP_WORDS, Category, Leaf, Phrase
from daily_papers.query.syntax import NO_WILDCARDS, OPERATORS, wildcard_in
from daily_papers.text import cut, web_address

HOW_TO_LIST: Final = 'write a line "keywords:" and below it a line "  - your topic" for each topic'
#: Messages quote this many characters of a value.
_SHOWN: Final = 60
_KINDS = {
    "bool": "a boolean",
    "float": "a number",
    "int": "a number",
    "null": "nothing",
    "timestamp": "a date",
}
_IN_JSON = {"a text": "string", "a number": "number", "a list": "array", "keys": "object"}
#: In decimal digits, and no more than anybody needs.
_WHOLE_NUMBER = re.compile(r"\+?[1-9]\d{0,9}", re.ASCII)
_NOTHING = "there is nothing here; write something, or remove it"
#: Format characters that scripts and emoji need; the others only hide something.
_JOINERS = "\u200c\u200d"
_WORD = re.compile(r"[^\W_]+")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_BETWEEN_NAMES = re.compile(r"[,;/|，、；]|(?<!\S)(?:and|&)(?!\S)", re.IGNORECASE)
#: Titles, affiliations and nicknames, which no name here has.
_BESIDE_NAME = re.compile(
    r"\A(?:(?:Dr|Prof|Professor)\b[. ]+)+|,? (?:Ph\.? ?D\b|et\.? al\b)\.?| *\([^()]*\)",
    re.IGNORECASE,
)
#: An e-mail address, an account, a page, an ORCID, arXiv's own name for an author.
_NO_NAME = re.compile(r"@|://|\d{4}-\d{4}|_\d+\Z")
#: Roe, Jane; Di Feola, Francesco; van der Berg, J. P.; not: Jane Roe, John Doe
_SURNAME_FIRST = re.compile(r"\w\S*, *[^,;]+|[^,;]+, *(?:\S+|(?:\w\.[ -]?)+)")
_SECRET = re.compile(r"(?:\A|[_-]|api)(?:key|token|secret|password)\Z", re.IGNORECASE)
#: Keys of other tools, and their names here.
_ELSEWHERE = {
    "cat": "category",
    "categorys": "categories",
    "exclude": "none",
    "filters": "any",
    "keyword": "name",
    "max_results": "max_papers",
    "phrase": "any",
    "phrases": "any",
    "topics": "keywords",
}

#: Keys that exist in the other place, by whether a keyword has them, and what to do; first any key.
_MISPLACED: Final = {
    ("", True): "it belongs at the top of the file, without indentation",
    ("", False): "it belongs to a keyword; indent it so that it is below the keyword's name",
    ("title", True): 'that is the heading of the whole file; the heading of a keyword is "name"',
    ("keywords", True): 'a keyword\'s phrases are a list below "any"',
    ("name", False): 'that belongs to a keyword; the heading of the whole file is "title"',
    ("category", False): 'for all keywords, write "categories: [...]"; "category" is a keyword',
}


Form = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A value in the file, with the key and the place that messages name."""

    node: yaml.Node
    key: str
    #: Where its key is, or the item itself; counted from 1.
    line: int
    #: What it may be, as JSON Schema describes it.
    form: Form
    is_item: bool = False

    @property
    def kind(self) -> str:
        """``a text``, ``a list``, ``keys``, or what YAML took the text for."""
        if isinstance(self.node, yaml.ScalarNode):
            return _KINDS.get(self.node.tag.rpartition(":")[2], "a text")
        return "a list" if isinstance(self.node, yaml.SequenceNode) else "keys"

    @property
    def text(self) -> str:
        """The text as it is in the file, without its quotes."""
        value: str = self.node.value
        return value


# --- values of the wrong form -------------------------------------------------------------------


def misfit(value: Value) -> str | None:
    """What to write instead of a value that is not of its form; None if it is."""
    form, kind, written = value.form, value.kind, value.node.value
    if "enum" in form:
        fits = kind == "a text" and written in form["enum"]
    elif "maximum" in form:
        is_whole = kind == "a number" and _WHOLE_NUMBER.fullmatch(written)
        fits = bool(is_whole) and 1 <= int(written) <= form["maximum"]
    else:
        fits = _IN_JSON.get(kind, kind) in form["type"]
    if not fits:
        return _expected(value)
    if kind == "a list":
        if len(written) < form.get("minItems", 0):
            return str(form.get("errorMessage", _NOTHING))
        return f"more than {form['maxItems']:,} items" if len(written) > form["maxItems"] else None
    most = form.get("maxLength", len(written))
    return f"longer than {most:,} characters" if len(written) > most else None


def _expected(value: Value) -> str:
    """What to write instead of nothing, another kind of value, or what is not a choice."""
    form = value.form
    # To editors, an "errorMessage" is about unknown and missing keys, too.
    said = form.get("errorMessage") or form.get("advice")
    if said or (value.kind == "nothing" and not value.text):
        return str(said or _NOTHING)
    if "enum" in form:
        *others, last = (f'"{choice}"' for choice in form["enum"])
        instead = f', not "{cut(value.text, _SHOWN)}"' if value.kind == "a text" else ""
        return f"expected {', '.join(others)} or {last}{instead}"
    if "maximum" in form:
        return f"expected a whole number from 1 to {form['maximum']}, without quotes"
    if form["type"] == "array":
        return f"expected a list, as in {value.key}: [one, another]"
    if isinstance(value.node, yaml.ScalarNode):
        return f"YAML read {cut(value.text, _SHOWN)} as {value.kind}; put it in quotes"
    is_list = value.kind == "a list"
    rest = "a list" if is_list else "keys and values; if it is meant as text, put it in quotes"
    return f"expected text, not {rest}"


def meant_by(value: Value, elsewhere: Mapping[str, Form], owner: Value) -> str:
    """What to write instead of an unknown key; it may belong elsewhere in the file."""
    known = tuple(owner.form["properties"])
    key = value.key[:200]
    if key in elsewhere:
        return _MISPLACED.get((key, owner.is_item), _MISPLACED["", owner.is_item])
    if not owner.is_item and _SECRET.search(key):
        return "a secret must not be in this file; set DAILY_PAPERS_MODEL_KEY to HOST=KEY instead"
    close = difflib.get_close_matches(key.lower(), known, 1, 0.6)
    meant = _ELSEWHERE.get(key.lower(), "")
    if meant in known or close:
        return f'did you mean "{meant if meant in known else close[0]}"?'
    keys = f"the keys are {', '.join(known)}"
    first = owner.node.value[0][1]
    if not owner.is_item or first is not value.node:
        return keys
    is_phrase = value.kind == "a text"
    topic = "put a phrase with a colon in quotes" if is_phrase else f'write "- name: {key}"'
    return f"{topic}; {keys}"


# --- texts: what is wrong with them; None if nothing is -----------------------------------------


def is_bibtex(path: str) -> bool:
    """Whether a file is named as a library is."""
    return path.lower().endswith((".bib", ".bibtex"))


def liked_problem(text: str) -> str | None:
    """What is wrong with the path of a BibTeX file, or with an identifier."""
    if is_bibtex(text):
        return None if text.isprintable() else "a path can only have visible characters"
    try:
        ArxivId.parse(text)
    except ValueError:
        shown = cut(text, _SHOWN)
        return f'"{shown}" is neither a BibTeX file (library.bib) nor an arXiv identifier'
    return None


def text_problem(text: str) -> str | None:
    """What is wrong with any text."""
    if not text.strip():
        return _NOTHING
    for letter in "" if text.isprintable() else text:
        is_hidden = unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        if is_hidden and letter not in _JOINERS and letter not in "\t\r\n":
            return f"an invisible character (U+{ord(letter):04X}) in the text; remove it"
    return None


def phrase_problem(text: str) -> str | None:
    """What else is wrong with a phrase."""
    if not _WORD.search(text):
        return f'"{text}" has no word to search for'
    if "*" in text and wildcard_in(text):
        return f'"{text}": {NO_WILDCARDS}'
    return None


def author_problem(text: str) -> str | None:
    """What is wrong with a person's name."""
    if "*" in text or wildcard_in(text):
        return f'"{text}": * cannot be used in a name; list each spelling, as in [Jane Roe, J. Roe]'
    if not any(map(str.isalpha, text)):
        return f'"{text}" has no letter'
    plain = _BESIDE_NAME.sub("", text.strip()).replace("，", ",")
    if not plain or _NO_NAME.search(text):
        return f'"{text}" is not a name; write the name as papers do, as in Jane Roe'
    if plain == text.strip() and not _BETWEEN_NAMES.search(text):
        return None
    names = split_authors(re.sub("[/|、；]", ";", plain))
    if len(names) == 2 and plain.count(",") == 1 and _SURNAME_FIRST.fullmatch(plain):
        names = (" ".join(reversed(names)),)
    if len(names) == 1 and names[0] != text:
        return f"write the name alone, as papers do: {names[0]}"
    example = names[0] if len(names) > 1 and " " in names[0] else "Jane Roe"
    return (
        f'a keyword is for one person, and "{text}" names several; write a keyword for each, as in '
        f'"- author: {example}"'
    )


def endpoint_problem(text: str) -> str | None:
    """What is wrong with the address of an endpoint.

    A key and abstracts go there, so it must be https, except on this machine.
    """
    parts = web_address(text)
    if parts is None:
        return (
            "not an address such as https://api.example.com/v1 "
            "(without user name, query or fragment)"
        )
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        return "http is only allowed for this machine (localhost); write https"
    if parts.path.rstrip("/").endswith("/chat/completions"):
        return "leave out /chat/completions, which daily-papers adds"
    return None


def category_problem(text: str) -> str | None:
    """What is wrong with the name of a category."""
    name = text.strip()
    if taxonomy.is_known(name) or taxonomy.is_well_formed(name):
        return None
    several = re.split(r"[\s,;]+", name)
    meant = taxonomy.meant(name[:_SHOWN])
    if len(several) > 1 and all(map(taxonomy.is_known, several)):
        meant = f"put a comma between them, outside quotes: categories: [{', '.join(several)}]"
    return f'"{cut(name, _SHOWN)}" is not a category of arXiv; {meant}'


# --- valid texts: why they are probably not meant; None if they are ------------------------------

#: Archives whose names are ordinary words.
_WORDS_TOO = frozenset({"math", "physics"})
#: Letters that neither English nor a name on arXiv has: all but Latin and Greek ones.
_FOREIGN: Final = (
    r"[^\W\d_A-Za-z\u00aa-\u03ff\u1e00-\u209f\ufb00-\ufb06]",
    '"{0.string}": arXiv\'s papers are in English; write English words, or a name in Latin letters',
)
#: ti:mri, name：mri, TS=(mri), MRI[tiab], optimi[sz]e, neur?l, deep%20learning; not Nd:YAG, k[x].
_SYNTAX: Final = (
    r"\b[A-Z]?[a-z]{2,} *(?::(?=\S)|：)|\b(TS|TI|AB|AU)=|KEY\(|\w ?\[[A-Za-z /:]{2,}\]|\w\?\w|%2\d",
    (
        '"{0.string}" is searched for word for word; write plain words here, arXiv\'s syntax below '
        '"query", and ": " after a key'
    ),
)
_OPERATOR: Final = (
    rf"\s({'|'.join(OPERATORS)})\s",
    '{0[1]} in "{0.string}" is a word like any other; operators need a "query", outside quotes',
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
    _FOREIGN,
    _SYNTAX,
    _OPERATOR,
    (
        r"(?i:(?:^|\s)(-(?=\w)|not(?=\s\w)))",
        '"{0[1]}" in "{0.string}" excludes nothing; write what to exclude below "none", without it',
    ),
    (
        # What separates phrases elsewhere (the comma of 1,000 does not), or words for one place in
        # a phrase: image/video, not CI/CD.
        r"[;|，、；]\s*(?=\w)|,\s+|,(?=[^\W\d])|\s[/+-]\s|(?:^|\s)\+(?=\w)|\sor\s|\w{3,}[/+]\w{3,}",
        'all words of "{0.string}" must be side by side; write several as any (or none): [a, b]',
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


def phrase_doubt(text: str, doubts: Iterable[tuple[str, str]] = _DOUBTS) -> str | None:
    """Why a valid phrase may not do what was meant: the first of these doubts, or another."""
    name = taxonomy.NAMES.get(text.lower().removeprefix("cat:"))
    if name and name not in _WORDS_TOO:
        meant = f'write "category: {name}" or, in a query, cat:{name}'
        return f'"{text}" is searched for as a word; for the category, {meant}'
    for pattern, doubt in doubts:
        if found := re.search(pattern, text):
            return doubt.format(found)
    return small_words_doubt(text)


def lines_doubt(text: str) -> str:
    """Why a text without quotes on several lines may not be what was meant."""
    shown = f'"{cut(text, _SHOWN)}" is one text on several lines'
    advice = 'begin the line of each topic with "- ", each below the other'
    return f"{shown}; {advice}; in brackets, put a comma between them"


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
        f'arXiv\'s search ignores "{word}" at the {end} of "{text}", and looks for the rest; write '
        "a longer phrase, or leave the word out"
    )


def term_doubt(term: Leaf) -> str | None:
    """Why a valid term of a query may not do what was meant."""
    if isinstance(term, Category):
        return category_doubt(term.name)
    return phrase_doubt(term.text, (_FOREIGN, _OPERATOR)) if isinstance(term, Phrase) else None


def author_doubt(text: str) -> str | None:
    """Why a valid name may not do what was meant."""
    for pattern, doubt in (_FOREIGN, _SYNTAX):
        if found := re.search(pattern, text):
            return doubt.format(found)
    if len(text.split()) == 1:
        return f'"{text}" means everybody with that name; add the given name or its initial'
    return None


def category_doubt(name: str) -> str | None:
    """Why a valid category may not do what was meant."""
    if not taxonomy.is_known(name):
        return f'"{name}" is not a category that daily-papers knows; {taxonomy.meant(name)}'
    return None
