"""Made-up words: draws titles, abstracts, authors and comments from a number, always the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from tests.sandbox.record import Person, Words
from tests.sandbox.subjects import Topic

_Thing = TypeVar("_Thing")

_GIVEN = (
    "Ada", "Bruno", "Chiara", "Dmitri", "Élodie", "Farid", "Grace", "Håkon", "Inês", "Jürgen",
    "Kateřina", "Luca", "Mei", "Nadia", "Oluwaseun", "Paweł", "Qiang", "Rosa", "Søren", "Tomáš",
    "Ulrike", "Víctor", "Wanjiru", "Xin", "Yael", "Zoë", "Amit", "Beatriz", "Cem", "Dóra",
)  # fmt: skip
_FAMILY = (
    "Abramsson", "Bäcklund", "Çelik", "Dvořák", "Eriksen", "Fontaine", "García", "Hoàng",
    "Ivanova", "Jóhannsson", "Kowalski", "Lindqvist", "Müller", "Nakamura", "Ó'Neill", "Pérez",
    "Quist", "Rossi", "Schäfer", "Takahashi", "Ueda", "Vasquez", "Wójcik", "Xu", "Yıldız", "Zhang",
    "Andersson", "Bianchi", "Chen", "Delacroix", "Ekström", "Faßbender", "Gupta", "Hernández",
    "Ito", "Jiménez", "Kim",
)  # fmt: skip
_INSTITUTES = (
    "University of Nordhavn",
    "Institute of Imaging, Lakeside",
    "Lakeside General Hospital",
    "Polytechnic of Monteverde",
    "Centre for Data Science, Östermark",
    "Southport Research",
)
_SYLLABLES = (
    "Gra",
    "Neo",
    "Flow",
    "Mag",
    "Dif",
    "Spec",
    "Uni",
    "Med",
    "Opt",
    "Trans",
    "Sym",
    "Vox",
)
_ENDINGS = ("Net", "Former", "Mix", "Diff", "Graph", "Rec", "Seg", "Prompt", "Bench", "Flow", "ID")
_VENUES = ("MICCAI 2026", "ICLR 2026", "CVPR 2026", "ISBI 2026", "AISTATS 2026", "IEEE TMI")
_JOURNALS = (
    "J. Imag. Sci. 12 (2026) 101",
    "Ann. Made-up Stat. 3, 45-67 (2026)",
    "Phys. Lett. Z 88",
)

#: The person whose papers can be followed, in the spellings in which the name is printed.
TRACKED_AUTHOR = ("José Núñez Ibáñez", "J. Núñez Ibáñez", "Jose Nunez Ibanez")


class Dice:
    """Choices that a number decides."""

    def __init__(self, bits: int) -> None:
        self._bits = bits

    def choose(self, things: Sequence[_Thing]) -> _Thing:
        """One of the things."""
        self._bits, chosen = divmod(self._bits, len(things))
        return things[chosen]

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        self._bits, above = divmod(self._bits, high - low + 1)
        return low + above

    def once_in(self, times: int) -> bool:
        """True once in so many times."""
        return self.number(1, times) == 1


def draw_words(topic: Topic, bits: int, version: int = 1) -> Words:
    """The words of one version: a later one says more, and a few change their title."""
    dice = Dice(bits)
    authors, comment = _authors(dice), _comment(dice)
    journal_ref = dice.choose(_JOURNALS) if dice.once_in(9) else None
    doi = f"10.9999/sandbox.{bits % 1_000_003}" if dice.once_in(6) else None
    retitled = version > 1 and dice.once_in(12)
    title, abstract = _text(topic, Dice(bits // 7 + version if retitled else bits >> 64))
    if version > 1:
        abstract += f" Version {version} adds a further experiment and corrects a proof."
        comment = f"v{version}: {comment or 'minor corrections'}"
    return Words(
        title=title,
        abstract=abstract,
        authors=authors,
        comment=comment,
        journal_ref=journal_ref,
        doi=doi,
    )


def _text(topic: Topic, dice: Dice) -> tuple[str, str]:
    blanks = _blanks(topic, dice)
    title = dice.choose(topic.titles).format_map(blanks)
    sentences = [dice.choose(choice).format_map(blanks) for choice in topic.sentences]
    return title, " ".join(sentences)


def _blanks(topic: Topic, dice: Dice) -> dict[str, object]:
    subject, task = dice.choose(topic.subjects), dice.choose(topic.tasks)
    method = dice.choose(topic.methods)
    return {
        "subject": subject,
        "Subject": _capitalized(subject),
        "task": task,
        "Task": _capitalized(task),
        "method": method,
        "Method": _capitalized(method),
        "method2": dice.choose([other for other in topic.methods if other != method]),
        "burden": dice.choose(topic.burdens),
        "burden2": dice.choose(topic.burdens),
        "system": dice.choose(_SYLLABLES) + dice.choose(_ENDINGS),
        "number": dice.number(2, 24),
        "percent": dice.number(3, 41),
    }


@lru_cache(maxsize=1000)
def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _authors(dice: Dice) -> tuple[Person, ...]:
    names = [f"{dice.choose(_GIVEN)} {dice.choose(_FAMILY)}" for _ in range(1 + dice.number(0, 5))]
    if dice.once_in(15):
        names.insert(dice.number(0, len(names)), dice.choose(TRACKED_AUTHOR))
    if not dice.once_in(8):
        return tuple(Person(name) for name in dict.fromkeys(names))
    institutes = (dice.choose(_INSTITUTES), dice.choose(_INSTITUTES))
    first = Person(names[0], tuple(dict.fromkeys(institutes)))
    return (first, *(Person(name, institutes[:1]) for name in dict.fromkeys(names[1:])))


def _comment(dice: Dice) -> str | None:
    said = dice.number(0, 9)
    pages = f"{dice.number(4, 48)} pages, {dice.number(1, 14)} figures"
    if said < 3:
        return None
    if said < 7:
        return pages
    if said == 7:
        return f"Accepted at {dice.choose(_VENUES)}"
    if said == 8:
        return f"{pages}. Code: https://github.com/sandbox-lab/{dice.choose(_SYLLABLES).lower()}net"
    return f"{pages}, submitted to {dice.choose(_VENUES)}; supplementary material included"
