"""The control endpoint of a served sandbox: its weather, its clock, and what it was asked.

It is there on the loopback server only, beside the API. A page in a browser could reach it too: so
it answers to names of this machine only, to no other origin, and takes JSON only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from notion_gitops.model.errors import InvalidInput
from notion_gitops.sandbox.basics.messages import Json, Request, Response
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.weather.form import read_weather, to_json
from notion_gitops.sandbox.weather.presets import PRESETS

if TYPE_CHECKING:
    from notion_gitops.model.diagnostics import Diagnostic
    from notion_gitops.sandbox.sandbox import Sandbox

PREFIX = "/_sandbox/"

_LOGGED = 100  # requests that the log shows if nothing is said
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})

Act = Callable[["Sandbox", Request], Json]


class _Wrong(Exception):  # noqa: N818  caught in this module
    """A request that cannot be carried out: a line for each reason."""


def is_local(host: str) -> bool:
    """Whether a `Host` header, or the host of an origin, names this machine.

    A name that somebody else's DNS answers for is none, whatever address it leads to.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in _LOCAL or (name.startswith("127.") and name.replace(".", "").isdecimal())


def refusal(why: str) -> Response:
    """A 403."""
    return _json(HTTPStatus.FORBIDDEN, {"problems": [why]})


def answer(sandbox: Sandbox, request: Request) -> Response:
    """Answer a request whose path begins with `PREFIX`."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return refusal("requests of other origins are not answered")
    acts = _ACTS.get(request.path.removeprefix(PREFIX).rstrip("/"))
    if acts is None:
        known = ", ".join(PREFIX + name for name in _ACTS)
        return _json(HTTPStatus.NOT_FOUND, {"problems": [f"there are {known}"]})
    act = acts.get(request.method)
    if act is None:
        return _json(HTTPStatus.METHOD_NOT_ALLOWED, {"problems": [f"takes {', '.join(acts)}"]})
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "PUT" and sent != "application/json":
        problem = "Content-Type: application/json is needed"
        return _json(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"problems": [problem]})
    try:
        return _json(HTTPStatus.OK, act(sandbox, request))
    except InvalidInput as error:
        return _json(HTTPStatus.BAD_REQUEST, {"problems": [_line(d) for d in error.diagnostics]})
    except _Wrong as error:
        return _json(HTTPStatus.BAD_REQUEST, {"problems": [str(error)]})


def _json(status: HTTPStatus, body: Json) -> Response:
    return Response(status, {"content-type": "application/json"}, dumps(body).encode())


def _line(found: Diagnostic) -> str:
    place = "" if found.place is None else f"{found.place.line}:{found.place.column}: "
    return f"{place}{found.summary}" + (f" ({found.fix})" if found.fix else "")


# Weather


def _weather_now(sandbox: Sandbox, _request: Request) -> Json:
    """GET weather: what is in force, and what each rule has seen."""
    weather = sandbox.weather
    seen = [{"matched": one.matched, "hit": one.hit} for one in weather.seen()]
    return {"weather": to_json(weather.conditions), "seen": seen, "presets": list(PRESETS)}


def _set_weather(sandbox: Sandbox, request: Request) -> Json:
    """PUT weather: a whole one, or `{"preset": NAME}`."""
    text = _text(request)
    preset = _preset(text)
    sandbox.weather.set(read_weather(text, "weather.json") if preset is None else PRESETS[preset])
    return _weather_now(sandbox, request)


def _preset(text: str) -> str | None:
    try:
        given = json.loads(text)
    except ValueError:
        return None  # told with its place by whoever reads it as weather
    if not isinstance(given, dict) or "preset" not in given:
        return None
    if len(given) > 1 or given["preset"] not in PRESETS:
        raise _Wrong(f"preset stands alone and is one of {', '.join(PRESETS)}")
    return str(given["preset"])


def _clear_weather(sandbox: Sandbox, request: Request) -> Json:
    sandbox.weather.clear()
    return _weather_now(sandbox, request)


# Clock


def _clock_now(sandbox: Sandbox, _request: Request) -> Json:
    setting = sandbox.clock.setting
    return {
        "now": sandbox.clock().isoformat(),
        "stopped": setting.stopped is not None,
        "ahead": setting.ahead.total_seconds(),
    }


def _set_clock(sandbox: Sandbox, request: Request) -> Json:
    """PUT clock: `{"now": TIME, "stopped": true}` or `{"advance": SECONDS}`."""
    given = _object(request)
    match given:
        case {"advance": int() | float() as seconds, **rest} if not rest:
            _advance(sandbox, seconds)
        case {"now": str() as text, **rest} if rest.keys() <= {"stopped"}:
            _put(sandbox, _moment(text), stopped=rest.get("stopped") is True)
        case _:
            raise _Wrong('{"now": TIME, "stopped": true or false} or {"advance": SECONDS} is taken')
    return _clock_now(sandbox, request)


def _advance(sandbox: Sandbox, seconds: float) -> None:
    try:
        sandbox.clock.advance(timedelta(seconds=seconds))
    except (OverflowError, ValueError):
        raise _Wrong(f"{seconds} seconds lead out of the calendar") from None


def _put(sandbox: Sandbox, now: datetime, *, stopped: bool) -> None:
    try:
        sandbox.clock.set(now, stopped=stopped)
    except ValueError as error:
        raise _Wrong(str(error)) from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong(f"{text!r} is no time such as 2026-07-01T09:30:00Z") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _reset_clock(sandbox: Sandbox, request: Request) -> Json:
    sandbox.clock.reset()
    return _clock_now(sandbox, request)


# Log


def _log(sandbox: Sandbox, request: Request) -> Json:
    """GET log: the last requests; `?last=N` takes so many."""
    last = dict(request.query).get("last", str(_LOGGED))
    if not last.isdecimal():
        raise _Wrong(f"last={last} is no number")
    log = list(sandbox.log)
    shown = log[max(0, len(log) - int(last)) :]
    return {
        "requests": len(log),
        "log": [
            {
                "method": one.method, "path": one.path, "status": one.status,
                "weather": [effect.value for effect in one.weather],
            }
            for one in shown
        ],
    }  # fmt: skip


def _empty_log(sandbox: Sandbox, request: Request) -> Json:
    sandbox.log.clear()
    return _log(sandbox, request)


_ACTS: dict[str, dict[str, Act]] = {
    "weather": {"GET": _weather_now, "PUT": _set_weather, "DELETE": _clear_weather},
    "clock": {"GET": _clock_now, "PUT": _set_clock, "DELETE": _reset_clock},
    "log": {"GET": _log, "DELETE": _empty_log},
}


def _text(request: Request) -> str:
    try:
        return request.body.decode()
    except UnicodeDecodeError:
        raise _Wrong("the body is no UTF-8") from None


def _object(request: Request) -> Json:
    try:
        given = json.loads(_text(request))
    except ValueError:
        raise _Wrong("the body is no JSON") from None
    if not isinstance(given, dict):
        raise _Wrong("the body is no JSON object")
    return given
