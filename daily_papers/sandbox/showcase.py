"""Papers written by hand: each has something in it that breaks a careless reader.

Their texts are data like any other author's: pipes, tags, mentions, formulas, template and workflow
syntax, our own markers, TeX accents, hundreds of authors. Their fates are awkward too: held by
moderation, withdrawn, revised seven times, cross-listed late, edited on a Saturday.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from daily_papers.sandbox.draft import Draft, Later
from daily_papers.sandbox.record import Change, Person, Words

_NOTHING: Mapping[int, Mapping[str, str]] = {}
_LONG_COMMENT = (
    "Extended version of a workshop paper; 61 pages, 23 figures, 9 tables. The code, all weights"
    " and the raw reader-study forms are at https://github.com/sandbox-lab/reader-study. Questions"
    ' to first.last@example.org. "Reviewed twice", said the editors; supplementary videos at'
    " http://example.org/~lab/videos.tar.gz. This version corrects Table 4, the caption of Fig. 7"
    " (a|b), and the sign in Eq. (12), and thanks an attentive reader for all three."
)


@dataclass(frozen=True)
class Showcase:
    """A draft, and the listing on which it is announced, counted from the first one."""

    listing: int
    draft: Draft


@dataclass(frozen=True)
class OldShowcase:
    """A paper from before the universe's first day, with the identifier that it has had since."""

    id: str
    announced: date
    draft: Draft


def _draft(
    words: Words,
    categories: str,
    later: tuple[Later, ...] = (),
    *,
    held_days: int = 0,
    rewritten: Mapping[int, Mapping[str, str]] = _NOTHING,
) -> Draft:
    """A draft whose words change in the versions that ``rewritten`` names."""

    def draw(version: int) -> Words:
        changes: dict[str, str] = {}
        for number in range(2, version + 1):
            changes |= rewritten.get(number, {})
        return replace(words, **changes)  # type: ignore[arg-type]

    return Draft(categories=tuple(categories.split()), draw=draw, held_days=held_days, later=later)


def _words(title: str, abstract: str, comment: str | None = None, authors: str = "") -> Words:
    people = (authors or "Ada Abramsson, Bruno García").split(", ")
    return Words(
        title=title,
        abstract=abstract,
        authors=tuple(Person(name) for name in people),
        comment=comment,
    )


def _revised(*days: int) -> tuple[Later, ...]:
    return tuple(Later(change=Change.REPLACED, on=day) for day in days)


def _edited(day: int, comment: str) -> Later:
    return Later(change=Change.EDITED, on=day, comment=comment)


_HOSTILE = (
    Showcase(
        0,
        _draft(
            _words(
                "(Zero|Few)-shot medical imaging with |T|/|W| bars",
                "A table | breaks | here. Medical imaging with $p(x|y)$ and \\| and || in a row.",
                "12 pages | 3 tables",
            ),
            "cs.CV cs.LG",
        ),
    ),
    Showcase(
        1,
        _draft(
            _words(
                "<script>alert('mri')</script> & <b>bold</b> MRI claims",
                "We test <img src=x onerror=alert(1)> in MRI abstracts, where 1<z<2 and $<q>$.",
                "</p></details><h1>not a heading</h1>",
            ),
            "eess.IV cs.CV",
        ),
    ),
    Showcase(
        2,
        _draft(
            _words(
                "@octocat and #1: Gen-IR @ Medical Imaging, see #123 and GH-7",
                "We thank @octocat and @sandbox-lab/team for medical imaging data, fixes #1.",
                "cc @octocat",
            ),
            "cs.IR cs.CV",
        ),
    ),
    Showcase(
        3,
        _draft(
            _words(
                "Where $x<y$ and $\\mathbf{θ} \\in Γ | X$ meet: \\$35,000 for diffusion models",
                "Diffusion models cost $35,000. We bound $\\|x\\|_2 < \\epsilon$ and $a_b*c_d$.",
                "10 pages, $π^{\\pm,0}$ revisited",
            ),
            "stat.ML cs.LG",
        ),
    ),
    Showcase(
        4,
        _draft(
            _words(
                "{{ 7*7 }} and {% raw %}: templates in graph neural networks",
                "Graph neural networks with ${{ github.token }} and {# no comment #} and ${HOME}.",
                "${{ secrets.GITHUB_TOKEN }}",
            ),
            "cs.LG cs.CR",
        ),
    ),
    Showcase(
        5,
        _draft(
            _words(
                "::error::MRI logs that speak ::set-output name=x::1",
                "::warning file=README.md::MRI abstracts may begin with a workflow command.",
                "::add-mask::pages",
            ),
            "eess.IV",
        ),
    ),
    Showcase(
        6,
        _draft(
            _words(
                "*Rodimus*: __AmazUtah_NLP__ and `Low-Resource' ~~MRI~~ with HD~209458~b",
                "``Quoted'' MRI with *stars*, _underscores_, `ticks` and 1. a list. - And a dash.",
                "# not a heading",
            ),
            "eess.IV cs.CL",
        ),
    ),
    Showcase(
        7,
        _draft(
            _words(
                "[x](javascript:alert(1)) ![img](http://example.org/x.png) [Experiment, MRI]",
                "MRI links: [click](http://example.org), <http://example.org>, www.example.org.",
                "[code](https://github.com/sandbox-lab/links)",
            ),
            "cs.CV eess.IV",
        ),
    ),
    Showcase(
        8,
        _draft(
            _words(
                "&copy; &amp; &#64;octocat: entities in medical imaging",
                "Medical imaging &lt;b&gt; is not bold, and &nbsp; is not a space; AT&T is a name.",
                "&copy; 2026",
            ),
            "cs.CV",
        ),
    ),
    Showcase(9, _draft(_words("0", "The empty title of medical imaging, nearly.", "0"), "cs.CV")),
    Showcase(
        10,
        _draft(
            _words(
                "<!-- daily-papers:end --> and <!-- daily-papers:begin --> in diffusion models",
                "Diffusion models that print <!-- daily-papers:end --> into their own README.",
                "<!-- daily-papers:end -->",
            ),
            "cs.LG cs.CV",
        ),
    ),
    Showcase(
        11,
        _draft(
            _words(
                "A reader study of diffusion MRI",
                "We asked readers about diffusion MRI.",
                _LONG_COMMENT,
            ),
            "physics.med-ph eess.IV",
        ),
    ),
    Showcase(
        12,
        _draft(
            _words(
                "=1+1 -2 @SUM(A1): time series that a spreadsheet would run",
                '"Quoted", with commas; and time series that start with = + - @.',
                "=HYPERLINK(1)",
                "Chloé O'Neill, Dvořák-Łukasz Śmigły, Søren Ångström, José Núñez Ibáñez",
            ),
            "stat.ML stat.AP",
        ),
    ),
)
_CROWD = Words(
    title="Search for graph neural networks in proton collisions",
    abstract="We apply graph neural networks to made-up collisions.",
    authors=(
        Person("The Sandbox Collaboration"),
        *(Person(f"{chr(65 + n % 26)}. Author{n:03}") for n in range(1, 400)),
    ),
    comment="All 400 authors are listed; 33 pages, 12 figures",
    journal_ref="Made-up Phys. Rev. D 113 (2026) 012345",
    doi="10.9999/sandbox.crowd",
)
_AFFILIATED = Words(
    title="Low-field MRI in four hospitals",
    abstract='Low-field MRI was used in four hospitals, and by "trained" staff: MRI works.',
    authors=(
        Person("Huu Danh Nguyễn", ("Institute of Imaging, Lakeside", "Lakeside General Hospital")),
        Person("Zoë Müller-Lindqvist", ("University of Nordhavn",)),
        Person("J. Núñez Ibáñez"),
    ),
    comment="9 pages, 4 figures. Accepted at ISBI 2026",
)
_FATES = (
    Showcase(3, _draft(_CROWD, "hep-th cs.LG", _revised(8))),
    Showcase(1, _draft(_AFFILIATED, "physics.med-ph eess.IV", _revised(5, 12))),
    Showcase(
        2,
        _draft(
            _words("Seven versions of fetal MRI", "Fetal MRI, again and again; MRI, that is."),
            "eess.IV cs.CV",
            _revised(3, 7, 10, 15, 21, 28),
        ),
    ),
    Showcase(
        4,
        _draft(
            _words("Diffusion MRI without gradients", "Diffusion MRI needs no gradients."),
            "eess.IV physics.med-ph",
            (
                Later(
                    change=Change.REPLACED,
                    on=9,
                    withdrawn=True,
                    comment="This paper has been withdrawn by the authors due to an error in Eq. 4",
                ),
            ),
        ),
    ),
    Showcase(
        6,
        _draft(
            _words("Held back: medical imaging and its critics", "Medical imaging, moderated."),
            "cs.CY cs.CV",
            held_days=13,
        ),
    ),
    Showcase(
        3,
        _draft(
            _words("Message passing on vessels", "Graph neural networks for medical imaging."),
            "cs.LG",
            (
                Later(change=Change.CROSS_LISTED, on=6, categories=("eess.IV",)),
                Later(change=Change.CROSS_LISTED, on=20, categories=("q-bio.QM", "stat.ML")),
            ),
        ),
    ),
    Showcase(
        5,
        _draft(
            _words("Edited on a Saturday: time series", "Time series, and later a venue.", None),
            "stat.ML cs.LG",
            (_edited(4, "Accepted at AISTATS 2026"), _edited(30, "Accepted, with code")),
        ),
    ),
    Showcase(
        7,
        _draft(
            _words("Magnetic resonance imaging of apples", "Apples in a scanner."),
            "physics.med-ph",
            _revised(6),
            rewritten={2: {"title": "Apples in a magnet", "abstract": "Fruit, and a magnet."}},
        ),
    ),
    Showcase(
        8,
        _draft(
            _words("Pears in a magnet", "Fruit, and a magnet."),
            "physics.med-ph",
            _revised(7),
            rewritten={2: {"title": "Magnetic resonance imaging of pears"}},
        ),
    ),
    Showcase(
        9,
        _draft(
            _words(
                "Fréchet means on Schrödinger's Kähler manifolds",
                "Fréchet means, Hölder maps and Erdős–Rényi graph neural networks.",
                "Dedicated to Paweł Wójcik",
                "Özlem Erkılıç, Luis L. Sánchez-Soto, Jóhann Þórsson",
            ),
            "math.ST stat.TH stat.ML",
            _revised(11),
        ),
    ),
    Showcase(
        10,
        _draft(
            replace(
                _words("Codes for MRI coils", "Coding theory for MRI coils."),
                report_no="SANDBOX-2026-01",
            ),
            "cs.IT math.IT eess.SP",
        ),
    ),
)
SHOWCASES: tuple[Showcase, ...] = (*_HOSTILE, *_FATES)
OLD_SHOWCASES: tuple[OldShowcase, ...] = (
    OldShowcase(
        "hep-th/9901001",
        date(1999, 1, 4),
        _draft(
            replace(
                _words(
                    "Notes on  black hole horizons",
                    "  We collect notes on black hole horizons.\nThey are old.",
                    "LaTeX, 17 pages; see hep-th/9802150",
                    "Stephen Quist",
                ),
                report_no="NTH-99-01",
            ),
            "hep-th gr-qc",
            (*_revised(-9000, 16), _edited(40, "LaTeX, 17 pages; typos corrected")),
        ),
    ),
    OldShowcase(
        "0704.0356",
        date(2007, 4, 4),
        _draft(
            _words("MRI in the low T/|W| limit", "An old paper on MRI, cited ever since."),
            "physics.med-ph",
            _revised(-5000, -4000, -3000, -2000, -1000, 10),
        ),
    ),
    OldShowcase(
        "1411.4413",
        date(2014, 11, 18),
        _draft(
            _words("Graph neural networks before their time", "Graph neural networks, early."),
            "cs.LG cs.NE",
            _revised(12),
        ),
    ),
)
