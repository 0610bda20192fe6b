"""Functions that write a text in another alphabet and back: Base64, URLs, HTML, and fingerprints."""

from __future__ import annotations

from typing import Any

from treadle.domain.expression_frame import FaultError, Frame, kind_of
from treadle.domain.expression_operators import NUMBERS
from treadle.domain.expression_registry import function, object_of, text_of

_WORST_URL = 12
"""A character of four bytes, each written `%XX`."""
_WORST_HTML = 6
_URL_COST = 8
"""Steps for one part of a URL, besides its characters."""
_ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
_HASH_COST = 20
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


@function('base64_encode("Zürich")', "WsO8cmljaA==")
def base64_encode(frame: Frame, text: Any) -> str:
    """The text's UTF-8 in Base64."""
    from base64 import b64encode

    frame.build_text(6 * len(text_of(text)))
    return b64encode(text.encode()).decode()


@function('base64_decode("WsO8cmljaA")', "Zürich")
def base64_decode(frame: Frame, text: Any) -> str:
    """The text whose UTF-8 this is in Base64, with or without `=` at its end, also in the alphabet for URLs."""
    from base64 import b64decode

    frame.build_text(len(text_of(text)))
    source = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _plain(b64decode(source + "=" * (-len(source) % 4), validate=True).decode())
    except UnicodeDecodeError:
        raise FaultError("what it holds is no text in UTF-8") from None
    except ValueError:
        raise FaultError("the text is not Base64") from None


@function('url_encode("a b/ü")', "a%20b%2F%C3%BC")
def url_encode(frame: Frame, text: Any) -> str:
    """The text as one part of a URL: every character that means something there is written `%XX`."""
    # Imported here because it costs more than the rest of the language together and few expressions need it.
    from urllib.parse import quote

    frame.charge(_URL_COST)
    frame.build_text(_WORST_URL * len(text_of(text)))
    return quote(text, safe="")


@function('url_decode("a%20b%2F%C3%BC")', "a b/ü")
def url_decode(frame: Frame, text: Any) -> str:
    """The text of a part of a URL."""
    from urllib.parse import unquote

    frame.charge(_URL_COST)
    frame.build_text(3 * len(text_of(text)))
    try:
        return _plain(unquote(text, errors="strict"))
    except UnicodeDecodeError:
        raise FaultError("what it holds is no text in UTF-8") from None


@function('url_query({"q": "red wine", "page": 2, "tag": ["a", "b"]})', "q=red%20wine&page=2&tag=a&tag=b")
def url_query(frame: Frame, parameters: Any) -> str:
    """The object as the query of a URL; a key comes once for each element of a list, and not at all for null."""
    pairs = []
    for key, value in object_of(parameters).items():
        for item in value if type(value) is list else [value]:
            frame.charge(1)
            if item is not None:
                pairs.append(f"{url_encode(frame, key)}={url_encode(frame, _as_text(key, item))}")
    text = "&".join(pairs)
    frame.build_text(len(text))
    return text


@function('parse_query("?q=red+wine&tag=a&tag=b")', {"q": ["red wine"], "tag": ["a", "b"]})
def parse_query(frame: Frame, text: Any) -> dict[str, list[str]]:
    """The query of a URL as an object of lists, since a key may come more than once."""
    source = text_of(text).removeprefix("?")
    frame.build_items(2 * source.count("&") + 2)
    found: dict[str, list[str]] = {}
    for part in source.split("&"):
        key, _, value = part.replace("+", " ").partition("=")
        if part:
            found.setdefault(url_decode(frame, key), []).append(url_decode(frame, value))
    return found


@function('escape_html("<a & b>")', "&lt;a &amp; b&gt;")
def escape_html(frame: Frame, text: Any) -> str:
    """The text as it can stand in HTML, also inside of quotes."""
    frame.build_text(_WORST_HTML * len(text_of(text)))
    return text.translate(_HTML)  # type: ignore[no-any-return]


@function('hash("order 17")[:12]', "0bcc920e3938", name="hash")
def hash_(frame: Frame, text: Any, algorithm: Any = "sha256") -> str:
    """A fingerprint of the text's UTF-8 in hexadecimal: `md5`, `sha1`, `sha256` or `sha512`. It keeps nothing secret."""
    import hashlib

    if text_of(algorithm) not in _ALGORITHMS:
        raise FaultError(f"the algorithms are {', '.join(_ALGORITHMS)}")
    frame.charge(_HASH_COST)
    frame.charge_text(4 * len(text_of(text)))
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


def _plain(text: str) -> str:
    if "\0" in text:
        raise FaultError("what it holds has a NUL character, which cannot be stored")
    return text


def _as_text(key: str, value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) in NUMBERS:
        return str(value)
    raise FaultError(f"the value of {key[:60]!r} is {kind_of(value)}: json(x) makes a text of it")
