"""Papers written by hand whose fate is awkward.

Held by moderation, withdrawn, revised six times, cross-listed late, edited on a Saturday, by four
hundred authors, revised so that a keyword no longer finds it; and old papers that are revised now.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.sandbox.draft import Later
from tests.sandbox.record import Change, Person, Words
from tests.sandbox.showcase import (
    OldShowcase,
    Showcase,
    draft_of,
    edited,
    revised,
    words_of,
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
FATES: tuple[Showcase, ...] = (
    Showcase(3, draft_of(_CROWD, "hep-th cs.LG", revised(8))),
    Showcase(1, draft_of(_AFFILIATED, "physics.med-ph eess.IV", revised(5, 12))),
    Showcase(
        2,
        draft_of(
            words_of("Seven versions of fetal MRI", "Fetal MRI, again and again; MRI, that is."),
            "eess.IV cs.CV",
            revised(3, 7, 10, 15, 21, 28),
        ),
    ),
    Showcase(
        4,
        draft_of(
            words_of("Diffusion MRI without gradients", "Diffusion MRI needs no gradients."),
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
        draft_of(
            words_of("Held back: medical imaging and its critics", "Medical imaging, moderated."),
            "cs.CY cs.CV",
            held_days=13,
        ),
    ),
    Showcase(
        3,
        draft_of(
            words_of("Message passing on vessels", "Graph neural networks for medical imaging."),
            "cs.LG",
            (
                Later(change=Change.CROSS_LISTED, on=6, categories=("eess.IV",)),
                Later(change=Change.CROSS_LISTED, on=20, categories=("q-bio.QM", "stat.ML")),
            ),
        ),
    ),
    Showcase(
        5,
        draft_of(
            words_of("Edited on a Saturday: time series", "Time series, and later a venue.", None),
            "stat.ML cs.LG",
            (edited(5, "Accepted at AISTATS 2026"), edited(30, "Accepted, with code")),
        ),
    ),
    Showcase(
        7,
        draft_of(
            words_of("Magnetic resonance imaging of apples", "Apples in a scanner."),
            "physics.med-ph",
            revised(6),
            rewritten={2: {"title": "Apples in a magnet", "abstract": "Fruit, and a magnet."}},
        ),
    ),
    Showcase(
        8,
        draft_of(
            words_of("Pears in a magnet", "Fruit, and a magnet."),
            "physics.med-ph",
            revised(7),
            rewritten={2: {"title": "Magnetic resonance imaging of pears"}},
        ),
    ),
    Showcase(
        9,
        draft_of(
            words_of(
                "Fréchet means on Schrödinger's Kähler manifolds",
                "Fréchet means, Hölder maps and Erdős-Rényi graph neural networks.",
                "Dedicated to Paweł Wójcik",
                "Özlem Erkılıç, Luis L. Sánchez-Soto, Jóhann Þórsson",
            ),
            "math.ST stat.TH stat.ML",
            revised(11),
        ),
    ),
    Showcase(
        10,
        draft_of(
            replace(
                words_of("Codes for MRI coils", "Coding theory for MRI coils."),
                report_no="SANDBOX-2026-01",
            ),
            "cs.IT math.IT eess.SP",
        ),
    ),
)
OLD_PAPERS: tuple[OldShowcase, ...] = (
    OldShowcase(
        "hep-th/9901001",
        date(1999, 1, 4),
        draft_of(
            replace(
                words_of(
                    "Notes on  black hole horizons",
                    "  We collect notes on black hole horizons.\nThey are old.",
                    "LaTeX, 17 pages; see hep-th/9802150",
                    "Stephen Quist",
                ),
                report_no="NTH-99-01",
            ),
            "hep-th gr-qc",
            (*revised(-9000, 16), edited(40, "LaTeX, 17 pages; typos corrected")),
        ),
    ),
    OldShowcase(
        "0704.0356",
        date(2007, 4, 4),
        draft_of(
            words_of("MRI in the low T/|W| limit", "An old paper on MRI, cited ever since."),
            "physics.med-ph",
            revised(-5000, -4000, -3000, -2000, -1000, 10),
        ),
    ),
    OldShowcase(
        "1411.4413",
        date(2014, 11, 18),
        draft_of(
            words_of("Graph neural networks before their time", "Graph neural networks, early."),
            "cs.LG cs.NE",
            revised(12),
        ),
    ),
)
