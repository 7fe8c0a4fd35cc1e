"""Keywords as a person means them: what keywords.yaml says, and regular expressions to check it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.sandbox import Record
from tests.sandbox.subject_sets import members


@dataclass(frozen=True)
class Topic:
    """A keyword as a person means it, and how it is written into keywords.yaml."""

    slug: str
    name: str
    phrases: tuple[str, ...]
    #: What must be found in title or abstract; in title and abstract where there is one word.
    pattern: str
    categories: tuple[str, ...]
    max_papers: int = 20

    def renamed(self, slug: str, name: str) -> Topic:
        return replace(self, slug=slug, name=name)

    def in_yaml(self) -> str:
        fields = {
            "name": self.name,
            "slug": self.slug,
            "any": list(self.phrases),
            "in": "title and abstract" if self._is_one_word else "title or abstract",
            "categories": list(self.categories),
            "max_papers": self.max_papers,
        }
        return "  - " + json.dumps(fields) + "\n"

    def is_about(self, record: Record) -> bool:
        texts = (record.words.title, record.words.abstract)
        found = [re.search(self.pattern, text, re.IGNORECASE) is not None for text in texts]
        right = all(found) if self._is_one_word else any(found)
        return right and not categories_of([self]).isdisjoint(record.categories)

    @property
    def _is_one_word(self) -> bool:
        return all(" " not in phrase for phrase in self.phrases)


def categories_of(topics: Iterable[Topic]) -> frozenset[str]:
    """The categories of all together, those of archives one by one."""
    return frozenset[str]().union(*(members(name) for t in topics for name in t.categories))


def keywords_yaml(topics: Iterable[Topic]) -> str:
    return "title: Daily Papers\nkeywords:\n" + "".join(topic.in_yaml() for topic in topics)


MRI = Topic("mri", "MRI", ("mri",), r"\bmris?\b", ("cs.CV", "eess.IV", "physics.med-ph"))
MEDICAL = Topic(
    slug="medical-imaging",
    name="Medical imaging",
    phrases=("medical imaging", "medical image analysis"),
    pattern=r"\bmedical\W+imag(?:e|es|ing)\b",
    categories=("cs.CV", "eess.IV"),
    max_papers=3,  # fewer than what three days bring
)
GRAPHS = Topic(
    slug="graph-networks",
    name="Graph networks",
    phrases=("graph neural networks",),
    pattern=r"\bgraph\W+neural\W+networks?\b",
    categories=("eess.IV", "stat"),
)
DIFFUSION = Topic(
    slug="diffusion",
    name="Diffusion models",
    phrases=("diffusion models",),
    pattern=r"\bdiffusion\W+models?\b",
    categories=("cs.LG", "stat.ML"),
)
MEDICAL_RENAMED = MEDICAL.renamed("images-in-medicine", "Images in medicine")
