"""The check of a tree: a relation within one mapping that leads to one parent, and never back."""

from collections.abc import Iterator, Mapping

from notion_gitops.engine.checks.scope import Scope, listed, members
from notion_gitops.model.plan import Finding


def tree(scope: Scope) -> Iterator[Finding]:
    """Records that are above themselves, each circle once, and records with several parents."""
    (name,) = scope.rule.fields
    own = scope.records[scope.mapping.name]
    parents = {r.key: [k for k in members(r.value(name)) if k in own] for r in scope.own()}
    for circle in circles(parents):
        yield from _circle(scope, name, circle)
    for key, above in parents.items():
        if len(above) > 1:
            named = "" if scope.hides(name) else f" ({listed(above)})"
            yield scope.finding(
                (key,),
                f"{name} names {len(above)} records{named}, and a tree has one",
                why="It is counted under each of them.",
                fix=f"Leave one record in {name}.",
            )


def _circle(scope: Scope, name: str, circle: list[str]) -> Iterator[Finding]:
    """One finding; of a sensitive relation one for each record, so that none says who is next."""
    told: list[tuple[tuple[str, ...], str]] = [((key,), "") for key in circle]
    if not scope.hides(name):
        told = [(tuple(sorted(circle)), f": {listed([*circle, circle[0]])}")]
    for keys, way in told:
        yield scope.finding(
            keys,
            f"{name} leads in a circle{way}",
            why="None of them has a top, so views by level and sums over sub-records miss them.",
            fix=f"Empty {name} in the one of them that stands highest.",
        )


def circles(parents: Mapping[str, list[str]]) -> list[list[str]]:
    """The circles that are met when each record is followed upwards once; linear.

    Of circles that share records at least one is told; the others show when it is broken.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        position: dict[str, int] = {}
        waiting = [] if start in done else [(start, iter(parents[start]))]
        while waiting:
            key, above = waiting[-1]
            if key not in position:
                position[key] = len(path)
                path.append(key)
            parent = next((p for p in above if p not in done), None)
            if parent is None:
                waiting.pop()
                done.add(path.pop())
                del position[key]
            elif parent in position:
                found.append(_from_smallest(path[position[parent] :]))
            else:
                waiting.append((parent, iter(parents[parent])))
    return sorted(found)


def _from_smallest(circle: list[str]) -> list[str]:
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]
