"""What readers are to be told, worked out from what the sandbox knows, apart from the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from daily_papers.papers.paper import announcement_order
from tests.sandbox import Universe, announce_type
from tests.support.subjects import Topic, categories_of

#: Papers by identifier, with the names of the keywords that they are for.
News = dict[str, frozenset[str]]


@dataclass
class Truth:
    """What is news on each day that is heard; days must come in their order.

    Of a listing that is heard, all that it calls new or cross-listed. Of days that nobody heard an
    identifier tells what was new, whatever its version by now, to keywords that were there before;
    that an old paper was cross-listed on such a day, nothing tells any more: it is no news.
    """

    universe: Universe
    #: Papers that readers know from another tool.
    imported: frozenset[str] = frozenset()
    #: All news up to now.
    told: News = field(default_factory=dict)
    #: The highest identifier that was announced on a day that was heard.
    highest: str | None = None
    #: What the keywords of the last day that was heard look for.
    phrases: frozenset[str] = frozenset()

    def tell(self, day: date, topics: Sequence[Topic]) -> News:
        """The news of a day on which all could be asked, for the topics of that day."""
        news = {}
        announced = self._announced(day, topics)
        old = [topic for topic in topics if self.phrases.issuperset(topic.phrases)]
        for record in self.universe.as_of(day):
            wanted = topics if record.id in announced else old if self._is_above(record.id) else ()
            names = frozenset(topic.name for topic in wanted if topic.is_about(record))
            if names and record.id not in self.told and record.id not in self.imported:
                news[record.id] = names
        self.told |= news
        return news

    def close(self, day: date, topics: Sequence[Topic]) -> None:
        """The day is over, and was heard in full."""
        ids = [id for id in (self.highest, *self._announced(day, topics)) if id is not None]
        self.highest = max(ids, key=announcement_order, default=None)
        self.phrases = frozenset(phrase for topic in topics for phrase in topic.phrases)

    def __deepcopy__(self, _memo: object) -> Truth:
        return replace(self, told=dict(self.told))

    def _is_above(self, paper_id: str) -> bool:
        if self.highest is None:
            return False
        return announcement_order(paper_id) > announcement_order(self.highest)

    def _announced(self, day: date, topics: Sequence[Topic]) -> set[str]:
        """What the day's listing calls new or cross-listed, for those who read these categories."""
        wanted = categories_of(topics)
        return {
            record.id
            for record in self.universe.announced_on(day)
            if not wanted.isdisjoint(record.listed_in)
            and announce_type(record, wanted) in {"new", "cross"}
        }
