"""The one sentence of an abstract that says what its paper does, chosen without a model.

Authors announce what they did in few ways: "we introduce", "this paper shows", "is proposed", "the
aim of this study is". Each way counts points, so do signs of the opposite (what others did, what
else was done, where the code is), and the sentence with the most points wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf
from typing import Final

from daily_papers.papers.tex import decode_accents, split_at_formulas, without_commands
from daily_papers.text import cut, one_line

#: Characters of the longest sentence: about a line of a page.
LONGEST: Final = 200
#: What is shorter says too little to stand alone.
_SHORTEST: Final = 60
#: No abstract at arXiv is longer than 1,920 characters, and hardly a sentence than 600. What is
#: beyond these is not read.
_READ: Final = 6_000
_JUDGED: Final = 1_000

# A sentence ends before a capital, a digit or TeX; without a space only where no name is likely. A
# point after an abbreviation or a single letter ends none.
_END = re.compile(
    r"""[.!?]
    (?i: (?<! \b(?:al|ca|cf|dr|eq|jr|mr|ms|no|pp|st|vs)\. )
         (?<! \b(?:app|eqn|eqs|fig|mrs|nos|ref|sec|tab|thm|viz|vol|wrt)\. )
         (?<! \b(?:eqns|figs|prof|prop|refs|resp|secs|tabs)\. )
         (?<! \bapprox\. )
         (?<! ^[b-hj-z]\. ) (?<! [^\w$'’-][b-hj-z]\. ) )
    ["'”’)\]}]{0,3}
    (?: \ (?=(?:["'“‘(\[{]|\\[a-z]+\{){0,3}[A-Z0-9$])
      | (?<=[a-z)]\.)(?=(?:We|This|These|Our|In|To|The|However|Here|It|For|Finally)\b) )
""",
    re.VERBOSE,
)
# Nothing is cut inside of these, nor of formulas.
_BRACKETS = re.compile(r"\([^()]{1,400}\)|\[[^\[\]]{1,400}\]|\{[^{}]{1,400}\}")

_PAPER = "paper work study article report thesis survey review research letter note manuscript"
_THIS_PAPER = rf"(?:this|the|our)\ (?:\w+\ )?(?:{_PAPER.replace(' ', '|')})|the\ authors?"
#: What authors do, by the points that it counts.
_VERBS: Final = {
    10: "propose introduce present develop design devise formulate build built create construct"
    " prove establish describe derive survey review",
    7: "study studie investigate explore examine analyse analyze compare revisit address extend"
    " adapt apply applie conduct show demonstrate find found argue reveal provide report offer"
    " evaluate assess benchmark characterize quantify identify leverage define uncover generalize"
    " improve enhance highlight exploit combine integrate suggest challenge",
    4: "consider use utilize employ train perform focu focus solve give discuss test release",
    -6: "also further additionally furthermore finally then",
}
_POINTS: Final = {
    verb + end: points
    for points, verbs in _VERBS.items()
    for verb in verbs.split()
    for end in ("", "d", "ed", "s", "es")
}
_ACTS = re.compile(
    rf"\b(?:we|i|{_THIS_PAPER})\ (?:(?:\w+ly|here|thus|first|now|instead|have|aims?\ to"
    r"|seeks?\ to)\ ){0,3}?(?P<verb>[a-z]+)\b",
    re.VERBOSE,
)
#: Who may do it.
_ACTORS: Final = frozenset(f"we i author authors {_PAPER}".split())
#: Words that say what the whole sentence is about, by points: our work; results; asides.
_WORDS: Final = {
    2: frozenset({"we"}),
    4: frozenset({"proposing", "introducing", "presenting", "developing", "creating"}),
    3: frozenset({"proposed", "proposed.", "presented", "aim", "aims", "objective:", "purpose"}),
    -4: frozenset({"experiments", "experimental", "outperform", "outperforms", "future"}),
    -10: frozenset({"code,", "available", "github"}),
}
#: How a sentence begins, by points: what else was done; what others failed to do, or what leans on
#: the sentence before.
_BEGINS: Final = {
    begin: points
    for points, begins in {
        -6: "also further furthermore additionally moreover finally lastly then first specifically",
        -2: "however although despite while recent recently existing current traditional these",
    }.items()
    for begin in begins.split()
}
#: How a sentence of the authors begins, by points.
_OURS: Final = {
    3: re.compile(r"(?:[^,]+, )?we "),
    5: re.compile(
        rf"(?:[^,]{{1,80}},\ )?(?:(?:in|through|with)\ )?(?:{_THIS_PAPER})\b", re.VERBOSE
    ),
    -15: re.compile(
        r"(?:[^,]{1,60}, )?(?:we|i) (?:(?:also |\w+ly )?(?:believe|hope|intend|plan|thank"
        r"|will (?:\w+ly )?(?:make|open|publish|release|share))\b"
        r"|(?:\w+ ){1,4}(?:limitations|failure cases|ablation stud))"
    ),
}
# A first sentence with fewer points may say how important the field is.
_STATED: Final = 10
# "... RoboCerebra, a ...": what was made has a name.
_IF_NAMED: Final = 3
_NAMED = re.compile(r"\ (?:an? |the )?(?:[\w-]+ )?[^\w\s]{0,9}\w*[A-Z]")

# What leads to the statement and can be left out: "To close this gap, we ...".
_LEAD = re.compile(
    rf"(?:[^,;:]{{1,200}},\ ){{1,3}}?(?=(?:we|I|{_THIS_PAPER})\ )", re.VERBOSE | re.IGNORECASE
)
# Where a long sentence may end, the best places first.
_CLAUSES = (
    re.compile(
        r"[;:](?= )|,(?= (?:(?:in |with )?which|where|whose|and (?:we|then)|thereby)\b)"
        r"| (?=(?:--+|[—–]) )"
    ),
    re.compile(
        r",(?= (?:(?:and )?\w+ing|while|such that|so that|without|by|with|to|based on|as|from)\b)"
    ),
    re.compile(
        r",? (?=(?:that|which|while|by \w+ing|using|in order to|without|through|when|because)\b)"
    ),
    re.compile(r",(?= )| (?=(?:with|to|for|from|and|via|on)\b)"),
)
_DANGLING = re.compile(
    r"(?:[ ,;:—–-]|\b(?:through|by|with|including|namely|and|of|on|via|that|for|to|as|is|are))*+$"
)


def key_sentence(abstract: str) -> str:
    """The sentence that says what the paper does, in at most `LONGEST` characters.

    A long one loses what leads to its statement ("To close this gap,"), then ends at a clause;
    dots show that something is missing. It is as TeX prints it, but for formulas. Empty where the
    abstract is. As hostile as the abstract.
    """
    best, chosen = -inf, ""
    for place, sentence in enumerate(_sentences(one_line(abstract[:_READ]))):
        if (points := _points(sentence, place)) > best:
            best, chosen = points, sentence
    return _shortened(one_line(without_commands(decode_accents(chosen))))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in [*(found.end() for found in _END.finditer(text)), len(text)]:
        if sentence := text[start:end].strip():
            yield sentence
        start = end


def _points(sentence: str, place: int) -> float:
    """How likely it says what the paper does; short ones say less, and the first ones matter."""
    small = sentence[:_JUDGED].lower()
    words = frozenset(small.split())
    points = -0.7 * min(place, 9)
    if len(sentence) < 90:
        points -= 2 if len(sentence) >= _SHORTEST else 4
    points += sum([more for more, these in _WORDS.items() if not these.isdisjoint(words)])
    points += _BEGINS.get(small.partition(" ")[0].rstrip(","), 0)
    if not words.isdisjoint(_ACTORS):
        points += sum([more for more, form in _OURS.items() if form.match(small)])
        acts = [(_POINTS.get(act["verb"], 0), act.end()) for act in _ACTS.finditer(small)]
        did, end = max(acts, default=(0, 0))
        points += did
        if did == 10 and _NAMED.match(sentence, end):
            points += _IF_NAMED
    return points - 3 if place == 0 and points < _STATED else points


def _shortened(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence
    lead = _LEAD.match(_closed(sentence))
    if lead and not any(act["verb"] in _POINTS for act in _ACTS.finditer(lead[0].lower())):
        sentence = sentence[lead.end()].upper() + sentence[lead.end() + 1 :]
        if len(sentence) <= LONGEST:
            return sentence
    closed = _closed(sentence)
    ends = [
        (found.start() - 30 * place, found.start())
        for place, clause in enumerate(_CLAUSES)
        for found in clause.finditer(closed, _SHORTEST, LONGEST - 1)
    ]
    end = max(ends)[1] if ends else closed.rfind(" ", 0, LONGEST - 1)
    begin = _DANGLING.sub("", sentence[: max(end, 0)], count=1)
    return f"{begin} …" if begin else cut(sentence, LONGEST)


def _closed(sentence: str) -> str:
    """The sentence, as long, with formulas and brackets hidden: nothing is cut inside of them."""
    pieces = split_at_formulas(sentence)
    words = "".join(["x" * len(piece) if tex else piece for piece, tex in pieces])
    return _BRACKETS.sub(lambda found: "x" * len(found[0]), words)
