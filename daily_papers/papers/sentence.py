"""The one sentence of an abstract that says what its paper does, chosen without a model.

Authors announce what they did in few ways: "we introduce", "this paper shows", "is proposed", "the
aim of this study is". Each way counts points, so do signs of the opposite (what others did, what
else was done, where the code is), and the sentence with the most points wins.
"""

from __future__ import annotations

import re
from typing import Final

from daily_papers.text import cut, one_line

#: Characters of the longest sentence: about a line of a page.
LONGEST: Final = 200
#: What is shorter says too little to stand alone.
_SHORTEST: Final = 60
#: No abstract at arXiv is longer than 1,920 characters, and hardly a sentence than 600. What is
#: beyond these is not read.
_READ: Final = 6_000
_JUDGED: Final = 1_000

# A point after these ends no sentence.
_ABBREVIATED = re.compile(
    r"""(?: \b(?: al | cf | vs | viz | resp | approx | ca | wrt | figs? | eqs? | eqns? | secs?
                | tabs? | refs? | thm | prop | app | vol | nos? | pp | dr | prof | mr | mrs | ms
                | st | jr )
          | (?<![\w$'’-])[b-hj-z] )\.$""",
    re.VERBOSE | re.IGNORECASE,
)
# A sentence ends before a capital, a digit or TeX; without a space only where no name is likely.
_END = re.compile(
    r"""[.!?]["'”’)\]}]{0,3}
        (?: \ (?=(?:["'“‘(\[{]|\\[a-z]+\{){0,3}[A-Z0-9$])
          | (?<=[a-z)]\.)(?=(?:We|This|These|Our|In|To|The|However|Here|It|For|Finally)\b) )""",
    re.VERBOSE,
)
# Nothing ends inside of these.
_MATHS = re.compile(r"\$(?:[^$.]|\.(?!\ )){1,400}\$")
_BRACKETS = re.compile(r"\([^()]{1,400}\)|\[[^\[\]]{1,400}\]|\{[^{}]{1,400}\}")

_THIS_PAPER = (
    r"(?:this|the|our)\ (?:\w+\ )?(?:paper|work|study|article|report|thesis|survey|review|research"
    r"|letter|note|manuscript|project)|the\ authors?"
)
_STATES = (
    rf"\b(?:we|i|{_THIS_PAPER})\ (?:(?:\w+ly|here|thus|hereby|then|first|now|instead|have|aims?\ to"
    r"|seeks?\ to)\ ){0,3}"
)
_MAKES = (
    r"(?:propose|introduce|present|develop|design|devise|formulate|build|built|create|construct"
    r"|prove|establish|release|describe|derive|unveil|pioneer|formali[sz]e|advocate|survey|review"
    r"|reformulate|curate)(?:e?d|e?s)?\b"
)
_FINDS = (
    r"(?:study|studie|investigate|explore|examine|analy[sz]e|compare|revisit|address|tackle|extend"
    r"|adapt|apply|applie|conduct|show|demonstrate|find|found|argue|reveal|provide|report|offer"
    r"|evaluate|assess|benchmark|characteri[sz]e|quantify|quantifie|identify|identifie|leverage"
    r"|ask|collect|define|uncover|discover|outline|delve|generali[sz]e|improve|enhance|enrich"
    r"|highlight|detail|exploit|combine|integrate|suggest|challenge|contribute|cast|frame|view"
    r"|rethink|summari[sz]e|organi[sz]e|compile)(?:e?d|e?s)?\b"
)
_DOES = (
    r"(?:consider|use|utilize|employ|train|perform|focu|focus|solve|give|discuss|question|test"
    r"|model|learn|estimate|optimi[sz]e|implement|deploy|cover|incorporate)(?:e?d|e?s)?\b"
)


def _sign(
    points: int, words: str, pattern: str = ""
) -> tuple[int, frozenset[str], re.Pattern[str]]:
    return points, frozenset(words.split()), re.compile(pattern, re.VERBOSE)


_WE = "we i"
_PAPER = "paper work study article report thesis survey review research letter note manuscript"
#: Points, words of which one must be there, and what must be found then; of the lower-case text.
_SIGNS: Final = (
    # The authors say what they did.
    _sign(10, f"{_WE} {_PAPER} project author authors", _STATES + _MAKES),
    _sign(7, f"{_WE} {_PAPER} project author authors", _STATES + _FINDS),
    _sign(4, f"{_WE} {_PAPER} project author authors", _STATES + _DOES),
    _sign(2, "we"),
    _sign(3, "we", r"^(?:[^,]+,\ )?we\ "),
    _sign(4, "proposing introducing presenting developing creating establishing"),
    _sign(3, "introduces presents proposes", r"^[\w+-]+\ (?:introduces|presents|proposes)\b"),
    _sign(2, "proposed", r"\bthe\ proposed\b"),
    _sign(5, _PAPER, rf"\b(?:in|through|with)\ (?:{_THIS_PAPER})\b"),
    _sign(5, _PAPER, rf"^(?:[\w ]+,\ )?(?:{_THIS_PAPER})\ "),
    _sign(5, "here herein", r"\b(?:here|herein),?\ (?:we|i)\b"),
    _sign(
        12,
        "objective objectives goal goals aim aims purpose contribution contributions focus",
        r"\b(?:s|e|l|m|n)\ (?:of|in)\ (?:this|our|the\ present)\b|^\w+\s?:\ (?:to|we|this)\b",
    ),
    _sign(
        6,
        "is are was were",
        r"(?<!been)\ (?:is|are|was|were)\ (?:\w+ly\ )?(?:proposed|introduced|presented|developed"
        r"|designed|investigated|described|studied|examined|derived|explored|built)\b",
    ),
    _sign(
        3,
        "our",
        r"^our\ (?:\w+\ ){0,2}(?:method|framework|approach|model|system|algorithm|contribution)",
    ),
    _sign(2, "our", r"\bour\ (?:\w+\ ){0,2}(?:result|finding|analys[ie]s|stud)"),
    _sign(
        4,
        "is are",
        r"\b(?:is|are)\ an?\ (?:[\w-]+\ ){0,3}(?:framework|method|dataset|benchmark|model|library"
        r"|approach|algorithm|system|toolkit)\b",
    ),
    _sign(2, "tackle address overcome bridge fill mitigate solve motivated"),
    _sign(1, "novel new first simple efficient"),
    # What else was done, how, and where the code is.
    _sign(
        -6,
        "also further furthermore additionally moreover addition finally lastly secondly next"
        " subsequently besides",
        r"^(?:also|further(?:more)?|additionally|moreover|in\ addition|finally|lastly|secondly|next"
        r"|subsequently|besides)\b|\b(?:we|i)\ (?:also|further|additionally|finally|next)\b",
    ),
    _sign(
        -5,
        "specifically concretely particular detail technically first firstly",
        r"^(?:specifically|concretely|in\ particular|in\ detail|technically|first(?:ly)?),?\ ",
    ),
    _sign(-3, "first then", r"\bwe\ (?:first|then)\b"),
    _sign(-3, "experiment experiments experimental ablation ablations evaluations empirically"),
    _sign(-5, "outperform outperforms outperformed outperforming"),
    _sign(-4, "future insights implications foundation paves"),
    _sign(-8, "available github https http www"),
    # What others did or failed to do.
    _sign(-1, "existing previous prior recent current traditional conventional"),
    _sign(
        -2,
        "however although despite while recent recently existing current traditional",
        r"^(?:however|although|despite|while|recent(?:ly)?|existing|current|traditional)\b",
    ),
    _sign(
        -3,
        "has have",
        r"\bha(?:s|ve)\ (?:\w+\ ){0,2}(?:become|been|emerged|shown|achieved|gained)\b",
    ),
    # It leans on the sentence before.
    _sign(
        -4,
        "this these such",
        r"\b(?:we|i|paper|study|work)\ .*\b(?:this|these|such)\ (?:\w+\ )?(?:challenge|issue|gap"
        r"|problem|limitation|bias|phenomen|barrier|approach|method|idea|effect|question|argument"
        r"|model|concern|shortcoming)",
    ),
    _sign(
        -4,
        "challenge challenges issue issues limitations problems gap goal contributions",
        r"^.{0,90}\b(?:this|these|main|key|following)\ \w+[.:]$",
    ),
    _sign(
        -2,
        "it they these those such this",
        r"^(?:it|they|these|those|such|this\ (?:method|approach|is|allows|enables))\b",
    ),
    _sign(
        -3,
        "background motivation introduction results methods conclusion conclusions",
        r"^\w+\s?:",
    ),
)
# A first sentence with fewer points may say how important the field is.
_STATED: Final = 10
_WORDS = re.compile(r"[a-z]+")
_MAKER = re.compile(_STATES + _MAKES, re.VERBOSE)
# "... RoboCerebra, a ...": what was made has a name.
_NAMED = re.compile(r"(?:an? |the )?(?:[\w-]+ )?[^\w\s]{0,9}\w*[A-Z]")

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
    dots show that something is missing. Empty where the abstract is. As hostile as the abstract.
    """
    sentences = _sentences(one_line(abstract[:_READ]))
    points = [_points(sentence) - 0.7 * min(place, 9) for place, sentence in enumerate(sentences)]
    if points and points[0] < _STATED:
        points[0] -= 3
    return _shortened(sentences[points.index(max(points))]) if sentences else ""


def _sentences(text: str) -> list[str]:
    hidden = _MATHS.sub(_hide, text)
    sentences, start = [], 0
    for end in _END.finditer(hidden):
        if not _ABBREVIATED.search(hidden[max(start, end.start() - 12) : end.start() + 1]):
            sentences.append(text[start : end.end()].strip())
            start = end.end()
    return [sentence for sentence in (*sentences, text[start:].strip()) if sentence]


def _hide(found: re.Match[str]) -> str:
    return "x" * len(found[0])


def _points(sentence: str) -> int:
    small = sentence[:_JUDGED].lower()
    words = set(_WORDS.findall(small))
    points = sum(
        points
        for points, triggers, pattern in _SIGNS
        if not triggers.isdisjoint(words) and pattern.search(small)
    )
    maker = _MAKER.search(small) if points >= _STATED else None
    if maker and _NAMED.match(sentence, maker.end() + 1):
        points += 3
    return points - 2 * (len(sentence) < 90) - 2 * (len(sentence) < _SHORTEST)


def _shortened(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence
    lead = _LEAD.match(_closed(sentence))
    if lead and not _MAKER.search(lead[0].lower()):
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
    return _DANGLING.sub(" …", sentence[:end], count=1) if end > 0 else cut(sentence, LONGEST)


def _closed(sentence: str) -> str:
    """The sentence, as long, with formulas and brackets hidden: nothing is cut inside of them."""
    return _BRACKETS.sub(_hide, _MATHS.sub(_hide, sentence))
