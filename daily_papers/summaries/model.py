"""The model: one request to its chat/completions after the other, within the run's time.

The key is sent only to the host that it was given for, in the Authorization header: no redirect is
followed, no answer that repeats the key is used, and no error quotes what a server said.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from daily_papers.arxiv.http import AnswerLimits, RawAnswer, Transport, retry_after
from daily_papers.clock import Clock
from daily_papers.errors import DailyPapersError, FetchError, UsageError
from daily_papers.records import RecordError, parse

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
    401: f"it wants a key, or another one (status 401); set {MODEL_KEY} to HOST=KEY",
    402: "the account has no credit left (status 402)",
    403: f"the key may not be used for this (status 403); see {MODEL_KEY}",
    404: "no such address or model (status 404); correct summaries in keywords.yaml",
}

Messages = Sequence[Mapping[str, str]]


class ModelError(DailyPapersError):
    """The model does not answer, and there is no use in asking it again in this run."""


class BadModelAnswer(DailyPapersError):
    """The model's answer cannot be read; its next one may be good."""


@dataclass(frozen=True, slots=True)
class ModelKey:
    """A key, and the one host that it may be sent to."""

    host: str
    secret: str = field(repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> ModelKey | None:
        """Read ``HOST=KEY``; None if it is not set. Raises UsageError, which quotes nothing."""
        text = environ.get(MODEL_KEY, "").strip()
        if not text:
            return None
        found = _KEY.fullmatch(text)
        if found is None:
            raise UsageError(f"{MODEL_KEY}: not HOST=KEY, such as api.example.com=abc123")
        return cls(found["host"].lower(), found["secret"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said, and about how many tokens that took."""

    text: str
    tokens: int


class Model:
    """A model behind an endpoint, as long as there is time."""

    def __init__(
        self, endpoint: str, model: str, key: ModelKey | None, seconds: float, clock: Clock
    ) -> None:
        """Raises ModelError if the key is for another host."""
        self._url = f"{endpoint.rstrip('/')}/chat/completions"
        self._model = model
        self._secret = None if key is None else key.secret
        self._clock = clock
        self._end = clock.monotonic() + seconds
        self._transport = Transport(_LIMITS, None)
        self._limit_name = _LIMIT_NAMES[0]
        parts = urlsplit(endpoint)
        host, usual = parts.netloc.lower(), {"https": ":443", "http": ":80"}[parts.scheme]
        if key is not None and key.host.removesuffix(usual) != host.removesuffix(usual):
            raise ModelError(
                f"{MODEL_KEY} is not for {parts.netloc}, which summaries in keywords.yaml names: "
                "nothing was asked; correct the one that is wrong"
            )

    def ask(self, messages: Messages, most_tokens: int) -> Reply:
        """The model's answer. Raises ModelError or BadModelAnswer."""
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
                self._check_time(wait, f"{reason}; ")
                self._clock.sleep(wait)
        raise ModelError(f"{reason}, after {TRIES} tries")

    def close(self) -> None:
        """Close the connection."""
        self._transport.hang_up()

    def _check_time(self, wait: float, why: str = "") -> None:
        left = self._end - self._clock.monotonic()
        if left - wait < _LEAST_SECONDS:
            more = f"a wait of {wait:,.0f} seconds does not fit" if wait else "the time is used up"
            raise ModelError(f"{why}{more}; --budget allows more minutes")

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
        self._check_time(0)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._secret is not None:
            headers["Authorization"] = f"Bearer {self._secret}"
        content = json.dumps({"model": self._model, "messages": messages, **limit}).encode()
        seconds = self._end - self._clock.monotonic()
        answer = self._transport.send(self._url, post=content, headers=headers, seconds=seconds)
        logger.info("the model at %s: status %d", urlsplit(self._url).netloc, answer.status)
        return answer

    def _read(self, answer: RawAnswer, messages: Messages) -> Reply:
        if 300 <= answer.status < 400:
            raise ModelError(
                f"it redirects to another address (status {answer.status}), which is never "
                "followed; write the right one into keywords.yaml"
            )
        if answer.status in _TROUBLE:
            raise ModelError(_TROUBLE[answer.status])
        if answer.status != 200:
            raise BadModelAnswer(f"status {answer.status}")
        if self._secret is not None and self._secret.encode() in answer.body:
            raise ModelError("its answer repeats the key; nothing of it is used")
        try:
            values = parse(answer.body)
            text = values["choices"][0]["message"]["content"]
        except (RecordError, ValueError, LookupError, TypeError):
            raise BadModelAnswer("its answer is not a chat completion") from None
        if not isinstance(text, str):
            raise BadModelAnswer("its answer has no text")
        usage = values.get("usage")
        tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
        if type(tokens) is not int or tokens < 0:  # the endpoint does not count
            tokens = (sum(len(each["content"]) for each in messages) + len(text)) // 4
        return Reply(text, tokens)
