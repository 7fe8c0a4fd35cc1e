"""The expressions of GitHub Actions, ``${{ … }}``, as far as our workflows use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_BRACES = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*')|(?P<number>\d+)|(?P<call>[A-Za-z]+)\(\)|(?P<name>[A-Za-z_][\w.-]*)"
    r"|(?P<sign>==|!=|&&|\|\||!|\(|\)))"
)
_SIGNS = {"&&": " and ", "||": " or ", "!": " not "}
_WORDS = {"true": "True", "false": "False", "null": "None"}


class Expressions:
    """Evaluates against contexts (``github``, ``inputs``, …) and functions (``always``, …)."""

    def __init__(
        self, contexts: Mapping[str, Any], functions: Mapping[str, Callable[[], bool]]
    ) -> None:
        self._contexts = contexts
        self._functions = functions
        #: Functions that were called: a condition without any means success() too.
        self.called: set[str] = set()

    def filled(self, text: str) -> str:
        """Put values for the expressions in a text."""
        return _BRACES.sub(lambda found: _as_text(self.value(found[1])), text)

    def value(self, expression: str) -> Any:
        """Evaluate one expression, with or without its braces."""
        whole = _BRACES.fullmatch(expression.strip())
        source = self._in_python(whole[1] if whole else expression)
        return eval(source, {"name": self._looked_up, "call": self._call})

    def _in_python(self, expression: str) -> str:
        parts, place = [], 0
        text = expression.strip()
        while place < len(text):
            token = _TOKEN.match(text, place)
            assert token is not None, f"an expression that the runner does not know: {text!r}"
            place = token.end()
            parts.append(self._part(token))
        return "".join(parts).strip()

    def _part(self, token: re.Match[str]) -> str:
        match token.lastgroup:
            case "call":
                return f"call({token['call']!r})"
            case "name":
                return _WORDS.get(token["name"], f"name({token['name']!r})")
            case "sign":
                return _SIGNS.get(token["sign"], token["sign"])
            case _:
                return token[0].strip()

    def _looked_up(self, path: str) -> Any:
        value: Any = self._contexts
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def _call(self, function: str) -> bool:
        self.called.add(function)
        return self._functions[function]()


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
