"""`sandbox weather`: what goes wrong in the local Notion.

It is kept in the sandbox's file: it holds for every later `--sandbox` command and for a running
`sandbox serve`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import say, show_lines
from notion_gitops.cli.sandbox_file import opened_place, place_options
from notion_gitops.cli.strict import Group
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.sandbox.sandbox import Sandbox
from notion_gitops.sandbox.weather.force import Struck
from notion_gitops.sandbox.weather.form import read_weather
from notion_gitops.sandbox.weather.presets import PRESETS, SAYINGS
from notion_gitops.sandbox.weather.rules import (
    CALM,
    Conditions,
    Effect,
    Fault,
    Lateness,
    RateLimit,
    Rule,
    Scope,
)
from notion_gitops.text.escape import terminal

_METHODS = ("GET", "POST", "PATCH", "DELETE")


def _range(
    _ctx: click.Context, _param: click.Parameter, text: str | None
) -> tuple[float, float | None] | None:
    """Seconds, or a range of them: the shortest and the longest, which is None for one number."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?", text)
    if found is None:
        raise click.BadParameter(f'"{text}" is not of the form 0.2 or 0.1-0.8')
    shortest, longest = float(found[1]), None if found[2] is None else float(found[2])
    if longest is not None and longest < shortest:
        raise click.BadParameter(f'"{text}" ends before it begins')
    return shortest, longest


def _pattern(_ctx: click.Context, _param: click.Parameter, text: str | None) -> str | None:
    """A regular expression, once it is known to be one."""
    try:
        re.compile(text or "")
    except re.error as error:
        raise click.BadParameter(f'"{text}" is no regular expression: {error}') from None
    return text


@click.group(
    "weather",
    cls=Group,
    invoke_without_command=True,
    short_help="Show what goes wrong on purpose; set, add, clear.",
    epilog=examples(
        "notion-gitops sandbox weather set storm --seed 7",
        "notion-gitops sandbox weather set --rate 180 --latency 0.1-0.5",
        "notion-gitops sandbox weather add answer --fault overload --probability 0.1",
    ),
)
@place_options
@click.pass_context
def weather(ctx: click.Context, start: Path, file: Path | None) -> None:
    """Show the weather of the local Notion: latency, limits, late indexes, and what goes wrong."""
    if ctx.invoked_subcommand is None:
        with opened_place(start, file) as sandbox:
            _show(sandbox)


@weather.command(
    "set",
    short_help="Replace the whole weather.",
    epilog=examples(
        "notion-gitops sandbox weather set storm",
        "notion-gitops sandbox weather set storm.yaml",
        "notion-gitops sandbox weather set --rate 180 --latency 0.2 --search-lag 5",
    ),
)
@place_options
@click.argument("what", required=False, metavar="[PRESET|FILE.yaml]")
@click.option("--seed", type=int, help="Of all that is drawn: the same seed, the same storm.")
@click.option(
    "--latency",
    metavar="SECONDS",
    callback=_range,
    help="Seconds that each request takes, or a range.",
)
@click.option("--rate", type=click.IntRange(0), help="Requests per connection in 60 seconds.")
@click.option(
    "--workspace-rate", type=click.IntRange(0), help="Requests of all together in 120 seconds."
)
@click.option("--search-lag", type=click.FloatRange(0), help="Seconds that the search is late.")
@click.option(
    "--relation-lag", type=click.FloatRange(0), help="Seconds that reverse relations are late."
)
def set_(start: Path, file: Path | None, what: str | None, **given: Any) -> None:
    """Replace the whole weather by a preset or a file, changed by the options; else by these."""
    if what is None and all(value is None for value in given.values()):
        raise click.UsageError("say which weather: a preset, a file, or options")
    conditions = _changed(_named(what), given)
    with opened_place(start, file) as sandbox:
        sandbox.weather.set(conditions)
        _show(sandbox)


@weather.command(
    "add",
    short_help="Let one more thing go wrong.",
    epilog=examples(
        "notion-gitops sandbox weather add drop-after --path '/pages$' --nth 1",
        "notion-gitops sandbox weather add answer --fault query-pool --count 3",
        "notion-gitops sandbox weather add delay --seconds 1-5 --probability 0.2",
    ),
)
@place_options
@click.argument("effect", metavar="EFFECT", type=click.Choice([one.value for one in Effect]))
@click.option(
    "--fault", metavar="FAULT", type=click.Choice([one.value for one in Fault]),
    help="What is answered: one of the faults above.",
)  # fmt: skip
@click.option("--method", type=click.Choice(_METHODS), help="Only these requests.")
@click.option(
    "--path", metavar="REGEX", callback=_pattern, help="Only where this is found in the path."
)
@click.option("--token", help="Only this token, or the connection of this name.")
@click.option("--nth", type=click.IntRange(1), help="Only the nth that matches.")
@click.option("--count", type=click.IntRange(1), help="So many at most.")
@click.option("--probability", type=click.FloatRange(0, 1), help="Drawn from the seed.")
@click.option(
    "--seconds",
    metavar="SECONDS",
    callback=_range,
    help="Of a delay, or between the halves of a cut.",
)
@click.option("--retry-after", type=click.IntRange(0), help="Seconds that the answer tells.")
def add(start: Path, file: Path | None, effect: str, **given: Any) -> None:
    """Let one more thing go wrong.

    EFFECT is answer (with a fault, and nothing is done), answer-after (the request takes effect
    first), drop-before, drop-after (no answer at all), cut (half an answer) or delay.

    FAULT is conflict, rate-limit, workspace-limit, endpoint-limit, blocked, internal-error,
    bad-gateway, unavailable, database-unavailable, query-pool, gateway-timeout, overload,
    bad-gateway-page, edge-block or not-json.
    """
    with opened_place(start, file) as sandbox:
        sandbox.weather.add(_rule(Effect(effect), given))
        _show(sandbox)


@weather.command("clear", short_help="Fair weather.")
@place_options
def clear(start: Path, file: Path | None) -> None:
    """Let nothing go wrong any more."""
    with opened_place(start, file) as sandbox:
        sandbox.weather.clear()
    say("The weather is calm.")


def _named(what: str | None) -> Conditions:
    if what is None:
        return CALM
    if what in PRESETS:
        return PRESETS[what]
    path = Path(what)
    if not path.is_file():
        fix = f"one of {', '.join(PRESETS)}, or a file in YAML or JSON"
        raise UsageError(Diagnostic(f"there is no weather {what!r}", fix=fix))
    return read_weather(decode_utf8(path.read_bytes(), what), what)


def _changed(weather: Conditions, given: dict[str, Any]) -> Conditions:
    """The weather with what the options say."""
    if given["seed"] is not None:
        weather = replace(weather, seed=given["seed"])
    if given["latency"] is not None:
        shortest, longest = given["latency"]
        weather = replace(weather, latency=shortest, longest_latency=longest)
    if given["search_lag"] is not None:
        weather = replace(weather, search_lag=Lateness(given["search_lag"]))
    if given["relation_lag"] is not None:
        weather = replace(weather, relation_lag=Lateness(given["relation_lag"]))
    if given["rate"] is not None:
        weather = _limited(weather, RateLimit(given["rate"]))
    if given["workspace_rate"] is not None:
        weather = _limited(weather, RateLimit(given["workspace_rate"], Scope.WORKSPACE, 120))
    return weather


def _limited(weather: Conditions, limit: RateLimit) -> Conditions:
    others = tuple(one for one in weather.limits if one.scope is not limit.scope)
    return replace(weather, limits=(*others, limit))


def _rule(effect: Effect, given: dict[str, Any]) -> Rule:
    shortest, longest = given.pop("seconds") or (0.0, None)
    fault = given.pop("fault")
    kept = {name: value for name, value in given.items() if value is not None}
    rule = Rule(effect, seconds=shortest, longest=longest, **kept)
    return rule if fault is None else replace(rule, fault=Fault(fault))


# As people read it


def _show(sandbox: Sandbox) -> None:
    now = sandbox.weather.conditions
    show_lines("The weather is calm." if now == CALM else "\n".join(_described(now)))
    for rule, seen in zip(now.rules, sandbox.weather.seen(), strict=True):
        show_lines(f"  {terminal(_about(rule, seen))}")
    if now == CALM:
        show_lines("\nnotion-gitops sandbox weather set ...")
        for name, saying in SAYINGS.items():
            show_lines(f"  {name:<7} {saying}")


def _described(now: Conditions) -> Iterator[str]:
    yield f"seed {now.seed}"
    if now.latency or now.longest_latency:
        yield f"latency {_seconds(now.latency, now.longest_latency)}"
    for limit in now.limits:
        where = f" on paths with {limit.path}" if limit.path else ""
        yield f"limit {limit.requests} requests in {limit.seconds} s per {limit.scope}{where}"
    for name, lag in (("search", now.search_lag), ("reverse relations", now.relation_lag)):
        if lag:
            yield f"{name} late by {_lateness(lag)}"
    if now.rules:
        yield "what goes wrong:"


def _seconds(shortest: float, longest: float | None) -> str:
    return f"{shortest:g} s" if longest is None else f"{shortest:g} to {longest:g} s"


def _lateness(lag: Lateness) -> str:
    parts = [f"{lag.seconds:g} s"] if lag.seconds else []
    return " and ".join([*parts, *([f"{lag.requests} requests"] if lag.requests else [])])


def _about(rule: Rule, seen: Struck) -> str:
    """One rule in a line, with what it has hit."""
    answers = rule.effect in {Effect.ANSWER, Effect.ANSWER_AFTER}
    what = (rule.fault.value if rule.fault else str(rule.status)) if answers else ""
    times = _seconds(rule.seconds, rule.longest) if rule.seconds or rule.longest else ""
    limits = [
        f"{rule.probability:.0%}" if rule.probability < 1 else "",
        f"number {rule.nth}" if rule.nth else "",
        f"{rule.count} at most" if rule.count else "",
        f"token {rule.token}" if rule.token else "",
    ]
    parts = [rule.effect.value, what, times, rule.method or "", rule.path, *limits]
    return f"{' '.join(p for p in parts if p)}: hit {seen.hit} of {seen.matched}"
