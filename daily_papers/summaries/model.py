"""The model: one request to its chat/completions after the other, within the run's time.

The key is sent only to the host that it was given for, in the Authorization header: no redirect is
followed, no answer that repeats the key is used, and no error quotes what a server said.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from daily_papers.clock import Clock
from daily_papers.config.model import Summaries
from daily_papers.errors import DailyPapersError, FetchError, UsageError
from daily_papers.records import RecordError, decode, parse
from daily_papers.transport import AnswerLimits, RawAnswer, Transport, retry_after

logger = logging.getLogger(__name__)

MODEL_KEY: Final = "DAILY_PAPERS_MODEL_KEY"
TRIES: Final = 3
#: Seconds before the second try, unless the server names others; then twice as many.
_WAIT: Final = 2.0
#: With less time left, nothing more is begun.
_LEAST_SECONDS: Final = 1.0
_LIMITS = AnswerLimits(connect_seconds=10, most_bytes=1024 * 1024)
_KEY = re.compile(r"(?P<host>[a-z0-9.:\[\]-]+)=(?P<secret>[!-~]+)", re.IGNORECASE)
#: What endpoints call the largest number of tokens of an answer; each knows at least one of them.
_LIMIT_NAMES = ("max_tokens", "max_completion_tokens")
_TROUBLE: Final[Mapping[int, str]] = {
    401: f"it needs a key, or a different one; set {MODEL_KEY} to HOST=KEY",
    402: "the account has no credit left",
    403: f"the key may not be used for this; see {MODEL_KEY}",
    404: "no such address or model; correct summaries in keywords.yaml",
    **dict.fromkeys(
        range(300, 400),
        "it redirects to another address, which is never followed; write the right one into "
        "keywords.yaml",
    ),
}

Messages = Sequence[Mapping[str, str]]


class ModelError(DailyPapersError):
    """The model does not answer, and there is no use in asking it again in this run."""


class BadModelAnswer(DailyPapersError):
    """The model's answer cannot be read; its next one may be good."""


class Model:
    """A model behind an endpoint, as long as there is time, and tokens are left."""

    def __init__(
        self,
        settings: Summaries,
        environ: Mapping[str, str],
        seconds: float,
        tokens: int,
        clock: Clock,
    ) -> None:
        """Raises UsageError or ModelError if the key is not one, or is for another host."""
        self._url = f"{settings.endpoint.rstrip('/')}/chat/completions"
        self._model = settings.model
        self._secret = _secret_for(settings.endpoint, environ)
        self._clock = clock
        self._end = clock.monotonic() + seconds
        self._transport = Transport(_LIMITS, None)
        self._limit_name = _LIMIT_NAMES[0]
        self._most_tokens = tokens
        #: About how many tokens its answers have taken.
        self.tokens = 0

    def ask(self, messages: Messages, most_tokens: int) -> str:
        """The model's answer. Raises ModelError or BadModelAnswer."""
        if self.tokens > self._most_tokens:
            raise ModelError(f"stopped after {self.tokens:,} tokens: too many per paper")
        for tries in range(1, TRIES + 1):
            try:
                answer = self._send(messages, most_tokens)
                if answer.status != 429 and answer.status < 500:
                    return self._read(answer, messages)
                reason, wait = f"status {answer.status}", retry_after(answer.headers)
            except FetchError as loss:
                reason, wait = loss.failure.plain_reason, 0.0
            if tries < TRIES:
                wait = _WAIT * tries if wait is None else wait
                self._left(wait, f"{reason}; ")
                self._clock.sleep(wait)
        raise ModelError(f"{reason}, after {TRIES} tries")

    def close(self) -> None:
        """Close the connection."""
        self._transport.hang_up()

    def _left(self, wait: float = 0, why: str = "") -> float:
        """The seconds that are left after a wait. Raises ModelError if they are too few."""
        left = self._end - self._clock.monotonic() - wait
        if left < _LEAST_SECONDS:
            more = f"a wait of {wait:,.0f} seconds is too long" if wait else "the time is used up"
            raise ModelError(f"{why}{more}; --budget allows more minutes")
        return left

    def _send(self, messages: Messages, most_tokens: int) -> RawAnswer:
        """Send a question, under the other name of its limit if the endpoint knows but that one."""
        answer = self._post(messages, {self._limit_name: most_tokens})
        if answer.status == 400:
            (other,) = set(_LIMIT_NAMES) - {self._limit_name}
            answer = self._post(messages, {other: most_tokens})
            if answer.status == 200:
                self._limit_name = other
        return answer

    def _post(self, messages: Messages, limit: Mapping[str, int]) -> RawAnswer:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._secret is not None:
            headers["Authorization"] = f"Bearer {self._secret}"
        content = json.dumps({"model": self._model, "messages": messages, **limit}).encode()
        answer = self._transport.send(
            self._url, method="POST", content=content, headers=headers, seconds=self._left()
        )
        logger.info("the model at %s: status %d", urlsplit(self._url).netloc, answer.status)
        return answer

    def _read(self, answer: RawAnswer, messages: Messages) -> str:
        if answer.status in _TROUBLE:
            raise ModelError(f"{_TROUBLE[answer.status]} (status {answer.status})")
        if answer.status != 200:
            raise BadModelAnswer(f"status {answer.status}")
        if self._secret is not None and self._secret.encode() in answer.body:
            raise ModelError("its answer repeats the key; nothing of it is used")
        try:
            values = parse(answer.body)
            text = decode(str, values["choices"][0]["message"]["content"])
        except (RecordError, ValueError, LookupError, TypeError):
            raise BadModelAnswer("its answer is not a chat completion") from None
        usage = values.get("usage")
        tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
        if type(tokens) is not int or tokens < 0:  # the endpoint does not count
            tokens = (sum(len(each["content"]) for each in messages) + len(text)) // 4
        self.tokens += tokens
        return text


def _secret_for(endpoint: str, environ: Mapping[str, str]) -> str | None:
    """The key for the endpoint's host; None if there is no key. No error quotes it.

    Raises UsageError if it is not ``HOST=KEY``, and ModelError if it is for another host.
    """
    text = environ.get(MODEL_KEY, "").strip()
    if not text:
        return None
    found = _KEY.fullmatch(text)
    if found is None:
        raise UsageError(f"{MODEL_KEY}: not HOST=KEY, such as api.example.com=abc123")
    parts = urlsplit(endpoint)
    usual = {"https": ":443", "http": ":80"}[parts.scheme]
    ours, theirs = (each.lower().removesuffix(usual) for each in (found["host"], parts.netloc))
    if ours != theirs:
        raise ModelError(
            f"{MODEL_KEY} is not for {parts.netloc}, which summaries in keywords.yaml names: "
            "nothing was asked; correct the one that is wrong"
        )
    return found["secret"]
