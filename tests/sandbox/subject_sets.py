"""The names by which papers can be asked for: archives, categories, and the sets of OAI-PMH."""

from __future__ import annotations

from daily_papers.query.taxonomy import ALIASES, ARCHIVES, CATEGORIES

_ARCHIVES = {name.lower(): name for name in ARCHIVES}
_CATEGORIES = {name.lower(): name for name in CATEGORIES}
_SECOND_NAMES = ALIASES | {canonical: alias for alias, canonical in ALIASES.items()}
#: Archives that OAI-PMH groups under physics.
_PHYSICS = frozenset(ARCHIVES) - {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"}


def archive_or_category(name: str) -> str | None:
    """The name as arXiv writes it, archives before categories; None where there is none."""
    return _ARCHIVES.get(name.lower()) or _CATEGORIES.get(name.lower())


def members(name: str) -> frozenset[str]:
    """The categories of an archive, or the category itself; with their second names."""
    own = {category for category in CATEGORIES if category.partition(".")[0] == name} or {name}
    return frozenset(own | {_SECOND_NAMES[category] for category in own & _SECOND_NAMES.keys()})


def set_specs(categories: tuple[str, ...]) -> tuple[str, ...]:
    """The OAI-PMH sets that a paper's header names: ``cs:cs:CV``, ``physics:hep-th``."""
    return tuple(dict.fromkeys(_set_spec(category) for category in categories))


def members_of_set(spec: str) -> frozenset[str] | None:
    """The categories of an OAI-PMH set, a group or an archive or a category; None for no set."""
    found = {category for category in CATEGORIES if _is_within(_set_spec(category), spec)}
    return frozenset().union(*map(members, found)) if found else None


def all_sets() -> dict[str, str]:
    """Every set that OAI-PMH lists, with its name."""
    sets = {_group(archive): ARCHIVES.get(_group(archive), "Physics") for archive in ARCHIVES}
    sets |= {f"{_group(archive)}:{archive}": name for archive, name in ARCHIVES.items()}
    return sets | {_set_spec(category): name for category, name in CATEGORIES.items()}


def _set_spec(category: str) -> str:
    archive, _, suffix = category.partition(".")
    return f"{_group(archive)}:{archive}" + (f":{suffix}" if suffix else "")


def _group(archive: str) -> str:
    return "physics" if archive in _PHYSICS else archive


def _is_within(spec: str, wider: str) -> bool:
    return spec == wider or spec.startswith(f"{wider}:")
