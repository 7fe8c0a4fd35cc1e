"""Papers written by hand whose text breaks a careless reader.

It is data like any other author's: pipes, tags, mentions, formulas, template and workflow syntax,
our own markers, entities, spreadsheet formulas, and a title that is zero.
"""

from __future__ import annotations

from tests.sandbox.showcase import Showcase, draft_of, words_of

_LONG_COMMENT = (
    "Extended version of a workshop paper; 61 pages, 23 figures, 9 tables. The code, all weights"
    " and the raw reader-study forms are at https://github.com/sandbox-lab/reader-study. Questions"
    ' to first.last@example.org. "Reviewed twice", said the editors; supplementary videos at'
    " http://example.org/~lab/videos.tar.gz. This version corrects Table 4, the caption of Fig. 7"
    " (a|b), and the sign in Eq. (12), and thanks an attentive reader for all three."
)
HOSTILE: tuple[Showcase, ...] = (
    Showcase(
        0,
        draft_of(
            words_of(
                "(Zero|Few)-shot medical imaging with |T|/|W| bars",
                "A table | breaks | here. Medical imaging with $p(x|y)$ and \\| and || in a row.",
                "12 pages | 3 tables",
            ),
            "cs.CV cs.LG",
        ),
    ),
    Showcase(
        1,
        draft_of(
            words_of(
                "<script>alert('mri')</script> & <b>bold</b> MRI claims",
                "We test <img src=x onerror=alert(1)> in MRI abstracts, where 1<z<2 and $<q>$.",
                "</p></details><h1>not a heading</h1>",
            ),
            "eess.IV cs.CV",
        ),
    ),
    Showcase(
        2,
        draft_of(
            words_of(
                "@octocat and #1: Gen-IR @ Medical Imaging, see #123 and GH-7",
                "We thank @octocat and @sandbox-lab/team for medical imaging data, fixes #1.",
                "cc @octocat",
            ),
            "cs.IR cs.CV",
        ),
    ),
    Showcase(
        3,
        draft_of(
            words_of(
                "Where $x<y$ and $\\mathbf{θ} \\in Γ | X$ meet: \\$35,000 for diffusion models",
                "Diffusion models cost $35,000. We bound $\\|x\\|_2 < \\epsilon$ and $a_b*c_d$.",
                "10 pages, $π^{\\pm,0}$ revisited",
            ),
            "stat.ML cs.LG",
        ),
    ),
    Showcase(
        4,
        draft_of(
            words_of(
                "{{ 7*7 }} and {% raw %}: templates in graph neural networks",
                "Graph neural networks with ${{ github.token }} and {# no comment #} and ${HOME}.",
                "${{ secrets.GITHUB_TOKEN }}",
            ),
            "cs.LG cs.CR",
        ),
    ),
    Showcase(
        5,
        draft_of(
            words_of(
                "::error::MRI logs that speak ::set-output name=x::1",
                "::warning file=README.md::MRI abstracts may begin with a workflow command.",
                "::add-mask::pages",
            ),
            "eess.IV",
        ),
    ),
    Showcase(
        6,
        draft_of(
            words_of(
                "*Rodimus*: __AmazUtah_NLP__ and `Low-Resource' ~~MRI~~ with HD~209458~b",
                "``Quoted'' MRI with *stars*, _underscores_, `ticks` and 1. a list. - And a dash.",
                "# not a heading",
            ),
            "eess.IV cs.CL",
        ),
    ),
    Showcase(
        7,
        draft_of(
            words_of(
                "[x](javascript:alert(1)) ![img](http://example.org/x.png) [Experiment, MRI]",
                "MRI links: [click](http://example.org), <http://example.org>, www.example.org.",
                "[code](https://github.com/sandbox-lab/links)",
            ),
            "cs.CV eess.IV",
        ),
    ),
    Showcase(
        8,
        draft_of(
            words_of(
                "&copy; &amp; &#64;octocat: entities in medical imaging",
                "Medical imaging &lt;b&gt; is not bold, and &nbsp; is not a space; AT&T is a name.",
                "&copy; 2026",
            ),
            "cs.CV",
        ),
    ),
    Showcase(
        9, draft_of(words_of("0", "The empty title of medical imaging, nearly.", "0"), "cs.CV")
    ),
    Showcase(
        10,
        draft_of(
            words_of(
                "<!-- daily-papers:end --> and <!-- daily-papers:begin --> in diffusion models",
                "Diffusion models that print <!-- daily-papers:end --> into their own README.",
                "<!-- daily-papers:end -->",
            ),
            "cs.LG cs.CV",
        ),
    ),
    Showcase(
        11,
        draft_of(
            words_of(
                "A reader study of diffusion MRI",
                "We asked readers about diffusion MRI.",
                _LONG_COMMENT,
            ),
            "physics.med-ph eess.IV",
        ),
    ),
    Showcase(
        12,
        draft_of(
            words_of(
                "=1+1 -2 @SUM(A1): time series that a spreadsheet would run",
                '"Quoted", with commas; and time series that start with = + - @.',
                "=HYPERLINK(1)",
                "Chloé O'Neill, Dvořák-Łukasz Śmigły, Søren Ångström, José Núñez Ibáñez",
            ),
            "stat.ML stat.AP",
        ),
    ),
)
