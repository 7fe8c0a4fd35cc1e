"""What a keyword with `like` would take from the last listing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from daily_papers.arxiv.feed import todays_feed
from daily_papers.arxiv.query_api import QueryApi
from daily_papers.arxiv.services import Services
from daily_papers.arxiv.session import PoliteSession
from daily_papers.config import Config, Keyword
from daily_papers.daily.evidence import FeedRead, Liked, Ranked, known_liked
from daily_papers.daily.liking import rank_listing
from daily_papers.daily.news import matching_each
from daily_papers.daily.plan import split_into_parts
from daily_papers.errors import FetchError
from daily_papers.papers.announcement import merge_parts
from daily_papers.preview import Request
from daily_papers.preview_text import Passage
from daily_papers.render.markdown import shown
from daily_papers.repository import Repository
from daily_papers.text import plural


@dataclass(frozen=True, slots=True)
class LikedPreview:
    """What a keyword would take."""

    keyword: Keyword
    #: How many new and cross-listed papers the last listing has in its categories.
    listed: int = 0
    ranked: Ranked | None = None
    #: Why there is no result; None if arXiv answered.
    failure: str | None = None


def preview_liked(
    session: PoliteSession, request: Request, config: Config, keyword: Keyword
) -> LikedPreview:
    """Ask for the last listing in the keyword's categories, and rank it."""
    repository = Repository(request.root)
    store = repository.store_for(config)
    # Ignore what was taken or mailed before: the question is what the keyword would take.
    unspent = {slug: replace(each, last_success=None) for slug, each in store.keywords.items()}
    before = store.updated(keywords=unspent, news=frozenset())
    services = Services.from_environment(request.environ)
    parts = split_into_parts(keyword.categories, store.state.listed)
    answer = todays_feed(session, services, parts)
    if answer.failures:
        return LikedPreview(keyword, failure=str(answer.failures[0].error))
    unknown = [id for id in config.liked_ids if id not in store.liked]
    try:
        liked = Liked(tuple(QueryApi(session, services).by_id(unknown)) if unknown else ())
    except FetchError as error:
        return LikedPreview(keyword, failure=str(error))
    announced = merge_parts(part.announcements for part in answer.parts)
    matching = matching_each(config.keywords, [one.paper for one in announced])
    feed = FeedRead(announced, matching, ())
    return LikedPreview(
        keyword,
        listed=sum(one.kind.is_news for one in announced),
        ranked=rank_listing(
            repository.root, config, before, feed, known_liked(before, [liked]), request.day
        ),
    )


def liked_passage(preview: LikedPreview) -> Passage:
    """What the keyword would take, the closest first, and what each paper is like."""
    name, ranked = preview.keyword.name, preview.ranked
    if ranked is None:
        return Passage(name, [f"Unknown: {preview.failure}"])
    taken = ranked.chosen[preview.keyword.slug]
    similar = ((paper, ranked.liking[paper.id].similar) for paper in taken)
    listed = plural(preview.listed, "paper")
    return Passage(
        name,
        [*ranked.notes, f"takes {len(taken)} of the last listing's {listed}"],
        papers=[(paper, f"similar to {shown(title)}" if title else "") for paper, title in similar],
        order="closest",
    )
