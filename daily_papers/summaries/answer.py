"""What the model is asked, and what counts as an answer.

An abstract may try to instruct the model, so its answers are not trusted: a sentence is used only
if it has the form, the length and the language of one, and is about the paper. Even then it is
hostile text, to be escaped for its place.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jinja2

from daily_papers.config.model import ENGLISH, LATIN, SCRIPTS, Summaries
from daily_papers.papers.paper import Paper
from daily_papers.papers.tex import decode_accents, without_commands
from daily_papers.records import parse
from daily_papers.text import cut, one_line

_TASK = jinja2.Environment(
    loader=jinja2.PackageLoader("daily_papers.summaries", ""),
    autoescape=False,  # noqa: S701 - only words of keywords.yaml's lists go into it
).get_template("question.txt.jinja")
#: Tokens of an answer, at most: for thoughts, and for each paper.
THOUGHT_TOKENS: Final = 2_000
TOKENS_A_PAPER: Final = 600
_LONGEST_ABSTRACT: Final = 4_000
_LONGEST: Final = {"short": 400, "long": 1_000}
_LONGEST_TITLE: Final = 300
_FULL_STOPS = (".", "。", "।")

# What no plain sentence has: addresses, mentions, Markdown's links and code, tags, template code.
_NOT_PLAIN = re.compile(
    r"""://|\bwww\.|\bmailto:|\w\.[a-z]{2,24}/|(?<!\w)@[^\W\d]|\w@[\w.-]*[a-z]\.[a-z]{2}|\#\d|\]\(|`
        |</[a-z]|<[a-z]+\s+[a-z-]+=|<!--|\{[{%]""",
    re.VERBOSE | re.IGNORECASE,
)
#: Invisible, but Persian, Hindi and others are written with these.
_JOINERS = re.compile("[\u200c\u200d]")
_WORD: Final = re.compile(r"[^\W\d_]+")
#: Letters of the shortest sentence: few in Chinese.
_LEAST_LETTERS: Final = 4
#: Letters that formulas of every language have; Chinese has no spaces around them.
_OF_FORMULAS = frozenset({LATIN, "MATHEMATICAL", "SCRIPT", "DOUBLE-STRUCK"})
#: English is what models fall back to, and few other languages have these words.
_ENGLISH_WORDS = frozenset(
    _WORD.findall(
        "abstract across and are authors available been between both by cannot each enough existing"
        " for from how however into is its methods not of our paper proposed provided results shows"
        " summarize summary such than that the their these they this through to unable using we"
        " when where which while with without"
    )
)
#: Those that some languages do have.
_SHARED_WORDS = {
    "are": "Romanian",
    "been": "Dutch",
    "by": "Czech Danish Norwegian Polish Slovak Swedish",
    "for": "Brazilian Portuguese Danish Norwegian",
    "is": "Danish Dutch Hungarian Norwegian Swedish",
    "not": "Polish Swedish Turkish",
    "of": "Dutch",
    "paper": "Catalan Danish Dutch Italian Norwegian Swedish",
    "to": "Croatian Czech Danish Latvian Lithuanian Norwegian Polish Serbian Slovak Slovenian"
    " Vietnamese",
    "we": "Dutch Polish",
}
#: Not part of a name such as State-of-the-Art; those with a capital mostly are.
_FREE_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")
#: With so many letters in common, two words may be one: segments, segmentation.
_STEM: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says of one paper."""

    #: Empty if no answer was good.
    sentence: str = ""
    #: The translated title; None if there is none, or no good one.
    title: str | None = None


def question(papers: Sequence[Paper], settings: Summaries) -> list[dict[str, str]]:
    """The messages that ask for the summaries of some papers."""
    has_title = settings.language != ENGLISH
    task = _TASK.render(language=settings.language, style=settings.style, has_title=has_title)
    data = {
        paper.id: {"title": paper.title, "abstract": cut(paper.abstract, _LONGEST_ABSTRACT)}
        for paper in papers
    }
    return [
        {"role": "system", "content": task},
        {"role": "user", "content": json.dumps(data, ensure_ascii=False)},
    ]


def good_answers(text: str, papers: Sequence[Paper], settings: Summaries) -> Mapping[str, Answer]:
    """What of the model's text is a good answer, by identifier."""
    values = _json_in(text)
    found = {}
    for paper in papers:
        value = values.get(paper.id)
        fields = value if isinstance(value, dict) else {"sentence": value}
        language = settings.language
        sentence = _good_text(fields.get("sentence"), paper, language, _LONGEST[settings.style])
        if sentence is not None:
            title = None if language == ENGLISH else fields.get("title")
            title = _good_text(title, paper, language, _LONGEST_TITLE)
            if title and title.endswith(_FULL_STOPS) and not paper.title.endswith(_FULL_STOPS):
                title = None  # a sentence, such as a refusal
            found[paper.id] = Answer(sentence, title)
    often = Counter(answer.sentence for answer in found.values())
    # One sentence for several papers is about none of them.
    return {id: answer for id, answer in found.items() if often[answer.sentence] == 1}


def _json_in(text: str) -> dict[str, Any]:
    """The JSON object in a text, which may have thoughts before it and a fence around it."""
    said = text.rpartition("</think>")[2]
    try:
        return parse(said[said.index("{") : said.rindex("}") + 1].encode())
    except ValueError:
        return {}


def _good_text(value: Any, paper: Paper, language: str, longest: int) -> str | None:
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFC", one_line(without_commands(decode_accents(value))))
    is_visible = _JOINERS.sub("", text).isprintable()
    if not is_visible or len(text) > longest or _NOT_PLAIN.search(text):
        return None
    if not _is_written_in(language, text) or (language == ENGLISH and not _is_about(paper, text)):
        return None
    return text


def _is_written_in(language: str, text: str) -> bool:
    """Whether a text has the letters of a language, and is not in English instead."""
    own = SCRIPTS.get(language, (LATIN,))
    words = _WORD.findall(text)
    letters = [(unicodedata.name(each, "").split(" ")[0], word) for word in words for each in word]
    ours = [script for script, _ in letters if script in own]
    # A letter by itself belongs to a formula.
    foreign = sum(
        script not in own and script not in _OF_FORMULAS and len(word) > 1
        for script, word in letters
    )
    # Names of methods stay Latin, and a sentence may be full of them.
    names = 0 if LATIN in own else sum(word.isascii() for word in words)
    if len(ours) < max(_LEAST_LETTERS, names) or foreign > len(letters) / 10:
        return False
    if LATIN not in own:
        # Japanese and Korean are never written in Chinese signs alone.
        return own == ("CJK",) or set(ours) != {"CJK"}
    free = _FREE_WORD.findall(text[0].lower() + text[1:])
    found = [word for word in free if word in _ENGLISH_WORDS]
    english = sum(language not in _SHARED_WORDS.get(word, "") for word in found)
    return language == ENGLISH or english <= max(1, len(words) / 8)


def _is_about(paper: Paper, text: str) -> bool:
    """Whether more than a third of a text's longer words are the paper's: a refusal has fewer."""
    if text.rstrip(".").casefold() == paper.title.rstrip(".").casefold():
        return False
    known, said = (
        {word[:_STEM] for word in _WORD.findall(each.lower()) if len(word) >= _STEM}
        for each in (f"{paper.title} {paper.abstract}", text)
    )
    return len(said & known) > len(said) / 3
