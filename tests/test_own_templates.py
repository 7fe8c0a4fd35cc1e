"""`check` of templates of one's own: what is wrong in them is named, and nothing of them is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from daily_papers.render.templates import bundled_templates
from tests.support.command_line import run
from tests.support.repository import Repository
from tests.support.website import Website, paper

BUNDLED = sorted(
    path.relative_to(bundled_templates()).as_posix()
    for path in bundled_templates().rglob("*.jinja")
)


def checked(tmp_path: Path, files: dict[str, str | bytes]) -> list[str]:
    """What `check` says of a repository with these templates, whose keywords are right."""
    repository = Repository.new(tmp_path)
    for name, content in files.items():
        repository.write(f"templates/{name}", content)
    ended = run("--root", tmp_path, "check")
    mistakes = [line for line in ended.said if line.startswith("templates")]
    assert ended.code == (2 if any(": warning: " not in line for line in mistakes) else 0)
    return mistakes


def test_copies_of_all_bundled_templates_are_right(tmp_path: Path) -> None:
    Repository.new(tmp_path)
    for name in BUNDLED:
        assert run("--root", tmp_path, "init", "--template", name).code == 0
    assert len(run("--root", tmp_path, "check").said) == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("row.md.jinja", "| x |\n| {{ paper.title }", "2: unexpected '}'"),
        ("row.md.jinja", "{% if paper.comment %}", "1: Unexpected end of template"),
        ("row.md.jinja", "{{ papr.title }}", "1: there is no field 'papr'; see docs/templates.md"),
        ("row.md.jinja", "{{ paper.summary }}", "1: there is no field 'summary'; see docs/"),
        ("row.md.jinja", "{{ paper.titel }}", "1: there is no field 'titel'; see docs/"),
        ("row.md.jinja", "{{ paper.title | cel }}", "1: there is no filter 'cel'; see docs/"),
        ("row.md.jinja", "{% if paper.title is nice %}x{% endif %}", "1: there is no test 'nice'"),
        ("row.md.jinja", "{% include 'rows.md.jinja' %}", "1: there is no template 'rows.md"),
        ("row.md.jinja", b"\xff", "1: it is not UTF-8"),
        ("row.md.jinja", "\n{% include 'row.md.jinja' %}", "2: 'row.md.jinja' leads back to this"),
        (
            "site/layout.html.jinja",
            "{% include 'list.html.jinja' %}",
            "1: 'site/list.html.jinja' lea",
        ),
        (
            "site/day.html.jinja",
            "{% block x %}{% include 'day.html.jinja' %}{% endblock %}",
            "1: 'site/day.html.jinja' leads back to this",
        ),
        (
            "site/digest.html.jinja",
            "{% extends 'digest.html.jinja' %}",
            "1: 'site/digest.html.jinja' leads back to this template, without end; remove it",
        ),
        ("row.md.jinja", "{{ " + "(" * 5000 + ")" * 5000 + " }}", "1: it is nested too"),
        (
            "table.md.jinja",
            "{{ section.nam }}",
            "1: there is no field 'nam'; see docs/templates.md",
        ),
        (
            "readme.md.jinja",
            "\n{% for each in sections %}\n{% for row in each.row %}{% endfor %}{% endfor %}",
            "3: there is no field 'row'; see docs/templates.md",
        ),
        (
            "site/topic.html.jinja",
            "{% for section in sections %}{{ section.nam }}{% endfor %}",
            "1: there is no field 'nam'; see docs/templates.md",
        ),
        ("row.md.jinja", "{{ " + "9" * 5000 + " }}", "1: it is nested too"),
        ("site/layout.html.jinja", "{{ site_titel }}", "1: there is no field 'site_titel'"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    (mistake,) = checked(tmp_path, {name: text})
    assert mistake.startswith(f"templates/{name}:{said}")


@pytest.mark.parametrize(
    "text",
    [
        "{{ paper.title }} {{ loop_of | default('') }}",
        "{% if nothing is defined %}{{ nothing }}{% endif %}",
        "{{ paper.nothing | default('-') }}",
        "{% set shown = paper.title %}{{ shown.anything }}",
        "{% for name in paper.authors %}{{ loop.index }} {{ name.upper() }}{% endfor %}",
        "{% for a, b in paper.authors | batch(2) %}{{ a }}{{ b.c }}{% endfor %}",
        "{% for a, b in paper.authors | batch(2) %}{{ paper.authors[0].x }}{% endfor %}",
        "{% macro cell(text) %}{{ text.x }}{% endmacro %}{{ cell(paper.title) }}",
        "{% include 'none.md.jinja' ignore missing %}",
        "{{ 0x" + "f" * 5000 + " }}",
        "{% if paper.deeper is defined %}{% include 'row.md.jinja' %}{% endif %}",
        "{% import 'table.md.jinja' as t %}{{ t.some }}",
        "{% from 'table.md.jinja' import a as b, c %}{{ b() }}{{ c() }}",
        "{% include ['a.md.jinja', 'table.md.jinja'] %}",
    ],
)
def test_what_may_be_right_is_let_pass(tmp_path: Path, text: str) -> None:
    assert checked(tmp_path, {"row.md.jinja": text}) == []


def test_a_template_of_ones_own_may_take_what_those_that_include_it_have(tmp_path: Path) -> None:
    include = "{% set x = 1 %}{% include 'mine.md.jinja' %}"
    said = checked(
        tmp_path, {"row.md.jinja": include, "mine.md.jinja": "{{ x }}{{ paper.id | c }}"}
    )
    assert [line.partition(": ")[2] for line in said] == [
        "there is no filter 'c'; see docs/templates.md"
    ]


def test_a_template_that_nothing_names_is_doubtful(tmp_path: Path) -> None:
    (other,) = checked(tmp_path, {"site/nav.html.jinja": ""})
    assert f"warning: no template has this name; the names are {BUNDLED[0]}, " in other
    layout = "{% include 'nav.html.jinja' %}"
    assert checked(tmp_path, {"site/nav.html.jinja": "", "site/layout.html.jinja": layout}) == []


def test_a_file_that_nothing_takes_is_doubtful_unless_the_website_does(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = dict.fromkeys(
        ("site.css", ".DS_Store", "site/logo.svg", "site/more.css", "site/site.css"), ""
    )
    (other,) = checked(tmp_path, files)
    assert other.startswith("templates/site.css:1: warning: no template has this name; the names")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    Website.new(tmp_path, {"mri": [paper(1)]}, keywords="keywords: [mri]\n")
    row = tmp_path / "templates" / "row.md.jinja"
    row.parent.mkdir()
    row.write_text("\ufeff| own row |\n", encoding="utf-8")
    assert run("--root", tmp_path, "check", "--quiet").said == []
    assert run("--root", tmp_path, "render").code == 0
    assert "| own row |" in (tmp_path / "README.md").read_text(encoding="utf-8").splitlines()


def test_what_one_template_sets_another_may_take(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "readme.md.jinja": "{% set wide = true %}{% include 'table.md.jinja' %}",
        "page.md.jinja": "{% with wide = false %}{% include 'table.md.jinja' %}{% endwith %}",
        "table.md.jinja": "{% if wide %}x{% endif %}",
        "site/start.html.jinja": "{% set kind = 'k' %}{% extends 'layout.html.jinja' %}",
        "site/layout.html.jinja": "{{ kind }}",
    }
    assert checked(tmp_path, files) == []


def test_mistakes_in_keywords_and_templates_are_told_at_once(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path, "keywords: [mri, mri]\n")
    repository.write("templates/row.md.jinja", "{{ paper.")
    ended = run("--root", tmp_path, "check", "--format", "github")
    assert ended.code == 2
    places = [line.split("::")[1] for line in ended.said]
    assert places == [
        f"error file={tmp_path}/keywords.yaml,line=1",
        "error file=templates/row.md.jinja,line=1",
    ]


def test_nothing_of_a_template_is_run(tmp_path: Path) -> None:
    """The first would end the test, the second the machine."""
    said = checked(
        tmp_path,
        {
            "row.md.jinja": "{{ cycler.__init__.__globals__.os._exit(7) }}",
            "page.md.jinja": "{% for _ in range(10 ** 12) %}{{ 'a' * 10 ** 12 }}{% endfor %}",
            "site/start.html.jinja": "{{ 'a' | center(10 ** 12) }}",
        },
    )
    assert said == []


def test_a_link_to_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path)
    repository.write("templates/.keep", "")
    (tmp_path / "templates" / "row.md.jinja").symlink_to("/dev/zero")
    assert run("--root", tmp_path, "check").code == 0


@pytest.mark.parametrize("link", ["templates/site/p.css", "templates/row.md.jinja", "templates"])
def test_a_link_is_refused_and_what_it_leads_to_is_not_published(tmp_path: Path, link: str) -> None:
    repository = Repository.new(tmp_path / "digest")
    secret = tmp_path / "secret"
    if link == "templates":
        (secret / "site").mkdir(parents=True)
        (secret / "site" / "p.css").write_text("pa55word", encoding="utf-8")
    else:
        secret.write_text("pa55word", encoding="utf-8")
    (repository.root / link).parent.mkdir(parents=True, exist_ok=True)
    (repository.root / link).symlink_to(secret)
    problem = f"{link}: a link, which would publish what it leads to; "
    ended = run("--root", repository.root, "check")
    assert (ended.code, len(ended.said)) == (2, 1)
    assert ended.out.startswith(problem)
    for command in ("render", "site"):
        ended = run("--root", repository.root, command)
        assert ended.code == 2
        assert f"{repository.root}/{problem}" in ended.err
    assert "pa55word" not in repository.text("README.md")
    assert not (repository.root / "site").exists()


# --- limits ------------------------------------------------------------------------------------


def test_a_template_has_at_most_256_kb(tmp_path: Path) -> None:
    assert checked(tmp_path, {"row.md.jinja": "x" * 256_000}) == []
    (said,) = checked(tmp_path, {"row.md.jinja": "x" * 256_001})
    assert said == "templates/row.md.jinja: more than 256,000 bytes; shorten it"


@pytest.mark.full
def test_all_templates_together_have_at_most_5_mb(tmp_path: Path) -> None:
    names = ["page.md.jinja", *(f"z{number:02}.md.jinja" for number in range(1, 20))]
    files: dict[str, str | bytes] = dict.fromkeys(names, "x" * 250000)
    files[names[0]] = "".join(f"{{% include '{name}' %}}" for name in names[1:]).ljust(250_000)
    assert checked(tmp_path, files) == []
    (said,) = checked(tmp_path, {**files, names[-1]: "x" * 250_001})
    assert said == (
        "templates/z19.md.jinja: all templates together have more than 5,000,000 bytes; remove some"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ paper }}" * 20_000,
        pytest.param("{{ [" + "1, " * 60_000 + "1] }}", marks=pytest.mark.full),
    ],
)
def test_tags_have_only_as_many_words_as_people_write(tmp_path: Path, text: str) -> None:
    said = checked(tmp_path, {"page.md.jinja": "{{ papr }}", "row.md.jinja": text})
    assert [line.partition(" names")[0] for line in said] == [
        "templates/row.md.jinja: more than 50,000",
        "templates/page.md.jinja:1: there is no field 'papr'; see docs/templates.md",
    ]
