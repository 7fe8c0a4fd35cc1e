"""The one sentence of an abstract that says what its paper does, chosen without a model.

Authors announce what they did in few ways: "we introduce", "this paper shows", "is proposed", "the
aim of this study is". Each way counts points, so do signs of the opposite (what others did, what
else was done, where the code is), and the sentence with the most points wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import inf
from operator import itemgetter
from string import ascii_letters
from typing import Final, NamedTuple

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
_REST_OF_END = r"""
    (?i: (?<! \b(?:al|ca|cf|dr|eq|jr|mr|ms|no|pp|st|vs)\. )
         (?<! \b(?:app|eqn|eqs|fig|mrs|nos|ref|sec|tab|thm|viz|vol|wrt)\. )
         (?<! \b(?:eqns|figs|prof|prop|refs|resp|secs|tabs)\. )
         (?<! \bapprox\. )
         (?<! ^[b-hj-z]\. ) (?<! [^\w$'’-][b-hj-z]\. ) )
    ["'”’)\]}]{0,3}
    (?: \ (?=(?:["'“‘(\[{]|\\[a-z]+\{){0,3}[A-Z0-9$])
      | (?<=[a-z)]\.)(?=(?:We|This|These|Our|In|To|The|However|Here|It|For|Finally)\b) )
"""
_END = re.compile(rf"[.!?]{_REST_OF_END}", re.VERBOSE)
# Most abstracts only have these, and one sign is found many times as quickly as three.
_PERIOD = re.compile(rf"\.{_REST_OF_END}", re.VERBOSE)
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
# Verbs; a y that becomes an i counts as one more.
_MAKES = (
    "propose introduce present develop design devise formulate build built create construct "
    "prove establish release describe derive unveil pioneer formalise formalize advocate "
    "survey review reformulate curate"
)
_FINDS = (
    "study studie investigate explore examine analyse analyze compare revisit address tackle "
    "extend adapt apply applie conduct show demonstrate find found argue reveal provide "
    "report offer evaluate assess benchmark characterise characterize quantify quantifie "
    "identify identifie leverage ask collect define uncover discover outline delve generalise "
    "generalize improve enhance enrich highlight detail exploit combine integrate suggest "
    "challenge contribute cast frame view rethink summarise summarize organise organize "
    "compile"
)
_DOES = (
    "consider use utilize employ train perform focu focus solve give discuss question test "
    "model learn estimate optimise optimize implement deploy cover incorporate"
)


class _Sign(NamedTuple):
    """What a sentence gets points for."""

    points: int
    #: A word of each must be there,
    words: tuple[frozenset[str], ...]
    #: and then this must be found; None if the words are enough.
    pattern: re.Pattern[str] | None


def _sign(points: int, words: str, pattern: str = "") -> _Sign:
    compiled = re.compile(pattern, re.VERBOSE) if pattern else None
    return _Sign(points, tuple(frozenset(each.split()) for each in words.split("&")), compiled)


def _authors_do(points: int, verbs: str) -> _Sign:
    forms = [verb + end for verb in verbs.split() for end in ("", "d", "ed", "s", "es")]
    words = f"{_WE} {_PAPER} project author authors & {' '.join(forms)}"
    return _sign(points, words, _authors(verbs))


def _authors(verbs: str) -> str:
    return rf"{_STATES}(?:{'|'.join(verbs.split())})(?:e?d|e?s)?\b"


_WE = "we i"
_PAPER = "paper work study article report thesis survey review research letter note manuscript"
#: All of the lower-case text.
_SIGNS: Final = (
    # The authors say what they did.
    _authors_do(10, _MAKES),
    _authors_do(7, _FINDS),
    _authors_do(4, _DOES),
    _sign(2, "we"),
    _sign(3, "we", r"^(?:[^,]+,\ )?we\ "),
    _sign(4, "proposing introducing presenting developing creating establishing"),
    _sign(3, "introduces presents proposes", r"^[\w+-]+\ (?:introduces|presents|proposes)\b"),
    _sign(2, "proposed", r"\bthe\ proposed\b"),
    _sign(5, f"{_PAPER} & in through with", rf"\b(?:in|through|with)\ (?:{_THIS_PAPER})\b"),
    _sign(5, _PAPER, rf"^(?:[\w ]+,\ )?(?:{_THIS_PAPER})\ "),
    _sign(5, "here herein & we i", r"\b(?:here|herein),?\ (?:we|i)\b"),
    _sign(
        12,
        "objective objectives goal goals aim aims purpose contribution contributions focus"
        " & this our present to we",
        r"\b(?:s|e|l|m|n)\ (?:of|in)\ (?:this|our|the\ present)\b|^\w+\s?:\ (?:to|we|this)\b",
    ),
    _sign(
        6,
        "is are was were & proposed introduced presented developed designed investigated described"
        " studied examined derived explored built",
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
        "is are & framework method dataset benchmark model library approach algorithm system"
        " toolkit",
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
    # What every paper has, as long as the sentence is about nothing else.
    _sign(
        -15,
        "limitation limitations failure failures ablation ablations",
        r"^(?:[^,]{1,60},\ )?(?:(?:we|i|the\ authors)\ (?:\w+\ ){0,2}(?:discuss|report|show|present"
        r"|analy[sz]e|examine|provide|perform|conduct|include|outline|acknowledge|conclude)\w*"
        r"\ (?:[\w-]+\ ){0,4}?|(?:the|our|its)\ |)"
        r"(?:limitations?|failures?(?:\ (?:case|mode)s?)?"
        r"|ablations?(?:\ (?:stud\w+|experiments?))?)"
        r"(?:\ and\ [\w\ -]{1,40})?(?:\ (?:of|in|on|for)\ (?:our|the|this|these|each)\ [^,;]{1,80}"
        r"|\ (?:are|is|show|shows|confirm|confirms)\ .{1,300})?\.?$",
    ),
    _sign(
        -15,
        "code & we i authors",
        r"^(?:[^,]{1,60},\ )?(?:we|i|the\ authors)\ (?:\w+\ ){0,2}(?:release|open-source|publish"
        r"|share|provide|make)\ (?:[\w-]+,?\ ){0,5}?code(?:\.$|,|\ (?:and|at|on|to|for|publicly"
        r"|available|as|under|with|here|upon)\b)",
    ),
    # What others did or failed to do.
    _sign(-1, "existing previous prior recent current traditional conventional"),
    _sign(
        -2,
        "however although despite while recent recently existing current traditional",
        r"^(?:however|although|despite|while|recent(?:ly)?|existing|current|traditional)\b",
    ),
    _sign(
        -3,
        "has have & become been emerged shown achieved gained",
        r"\bha(?:s|ve)\ (?:\w+\ ){0,2}(?:become|been|emerged|shown|achieved|gained)\b",
    ),
    # It leans on the sentence before.
    _sign(
        -4,
        "this these such & we i paper study work",
        r"\b(?:we|i|paper|study|work)\ .*\b(?:this|these|such)\ (?:\w+\ )?(?:challenge|issue|gap"
        r"|problem|limitation|bias|phenomen|barrier|approach|method|idea|effect|question|argument"
        r"|model|concern|shortcoming)",
    ),
    _sign(
        -4,
        "challenge challenges issue issues limitations problems gap goal contributions"
        " & this these main key following",
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
_GROUPS: Final = tuple({words for sign in _SIGNS for words in sign.words})
#: By word, a bit for each of these groups that it is in.
_BITS: Final = {
    word.encode(): sum(1 << place for place, words in enumerate(_GROUPS) if word in words)
    for word in frozenset[str]().union(*_GROUPS)
}
_KNOWN: Final = frozenset(_BITS)
#: Points, pattern and the bits of the groups of each sign, from most points down.
_RANKED: Final = sorted(
    (
        (sign.points, sign.pattern, sum(1 << _GROUPS.index(words) for words in sign.words))
        for sign in _SIGNS
    ),
    key=itemgetter(0),
    reverse=True,
)
# What was made has a name.
_IF_NAMED: Final = 3
# A first sentence with fewer points may say how important the field is.
_STATED: Final = 10
#: Letters as small ones, all else as a space; bytes are translated ten times as quickly as text.
_LETTERS = bytes(ord(chr(s).lower()) if chr(s) in ascii_letters else ord(" ") for s in range(256))
_MAKER = re.compile(_authors(_MAKES), re.VERBOSE)
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
    # The most promising first: who cannot reach the best so far needs no closer look.
    best, chosen = (-inf, 0), ""
    for candidate in sorted(_candidates(one_line(abstract[:_READ])), reverse=True):
        most, place, *_, sentence = candidate
        if most < best[0]:
            break
        if (reached := (_points(candidate, best[0]), place)) > best:
            best, chosen = reached, sentence
    return _shortened(chosen)


#: A sentence of an abstract: the most points that its words allow; its place, negative; what it has
#: from words alone; what is taken off at the end; what to look for; the text. A tuple, since there
#: are hundreds of thousands.
_Candidate = tuple[float, int, int, float, tuple[tuple[int, re.Pattern[str]], ...], str]


def _candidates(text: str) -> Iterator[_Candidate]:
    hidden = _MATHS.sub(_hide, text) if "$" in text else text
    letters = text.encode("ascii", errors="replace").translate(_LETTERS)  # a byte for each
    end_of_sentence = _END if "?" in text or "!" in text else _PERIOD
    start = 0
    ends = [found.end() for found in end_of_sentence.finditer(hidden)]
    for place, end in enumerate([*ends, len(text)]):
        if sentence := text[start:end].strip():
            bits = 0
            for word in _KNOWN.intersection(letters[start:end][:_JUDGED].split()):
                bits |= _BITS[word]
            points, unsure = _signs(bits)
            # Short ones say less, and the first ones what matters.
            length = len(sentence)
            cost = 0.7 * min(place, 9)
            if length < 90:
                cost += 2 if length >= _SHORTEST else 4
            yield points + _IF_NAMED - cost, -place, points, cost, unsure, sentence
        start = end


def _hide(found: re.Match[str]) -> str:
    return "x" * len(found[0])


@lru_cache(5_000)
def _signs(bits: int) -> tuple[int, tuple[tuple[int, re.Pattern[str]], ...]]:
    """The most points with words of these groups, and what to look for, from most points down."""
    signs = [(points, pattern) for points, pattern, mask in _RANKED if bits & mask == mask]
    most = sum([points for points, pattern in signs if pattern is None or points > 0])
    return most, tuple([(points, pattern) for points, pattern in signs if pattern is not None])


def _points(candidate: _Candidate, needed: float) -> float:
    """Count them in the whole sentence, or only until it cannot get as many as are needed."""
    _, place, points, cost, unsure, sentence = candidate
    small = sentence[:_JUDGED].lower()
    for difference, pattern in unsure:
        if (pattern.search(small) is None) is (difference > 0):
            points -= abs(difference)
            if points + _IF_NAMED - cost < needed:
                return -inf
    maker = _MAKER.search(small) if points >= _STATED else None
    if maker and _NAMED.match(sentence, maker.end() + 1):
        points += _IF_NAMED
    weighed = points - cost
    return weighed - 3 if place == 0 and weighed < _STATED else weighed


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
