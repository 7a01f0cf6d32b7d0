"""All that is wrong with a set of files, collected until the last of them is read."""

from collections.abc import Iterable
from dataclasses import replace

from notion_gitops.formats.nodes import Node, Scalar, problem
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput

Seen = dict[str, Scalar]  # by what must be there once, the first node that says it


class Problems:
    """Collects diagnostics, each once, and remembers which nodes do not have their form."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place | None, str], Diagnostic] = {}
        self._ill_formed: set[Place] = set()
        self._secrets: list[str] = []

    def add(self, *diagnostics: Diagnostic) -> None:
        """Take these in, unless the same was said of the same place."""
        for diagnostic in diagnostics:
            self._found.setdefault((diagnostic.place, diagnostic.summary), diagnostic)

    def add_ill_formed(self, *diagnostics: Diagnostic) -> None:
        """Likewise; nodes around these places are not `well_formed`."""
        self.add(*diagnostics)
        self._ill_formed |= {d.place for d in diagnostics if d.place is not None}

    def at(self, node: Node, summary: str, fix: str, *, also: Node | None = None) -> None:
        """Say what is wrong with a node, and how to put it right."""
        self.add(problem(node, summary, fix=fix, also=also))

    def hide(self, secrets: Iterable[str]) -> None:
        """Show stars for these wherever a line is shown; they may be tokens."""
        self._secrets += filter(None, secrets)

    def well_formed(self, node: Node) -> bool:
        """Whether a node has the form that the schema wants, so that it can be read."""
        first, last = node.place, node.source.place(node.end)
        return not any(first <= place <= last for place in self._ill_formed)

    def once(self, seen: Seen, node: Scalar, summary: str, fix: str) -> None:
        """Say so if a node of the same text was seen before, and where."""
        self.once_as(seen, node.text, node, (summary, fix))

    def once_as(self, seen: Seen, identity: str, node: Scalar, told: tuple[str, str]) -> None:
        """Likewise for nodes that mean the same though their texts differ."""
        first = seen.setdefault(identity, node)
        if first is not node:
            self.at(node, *told, also=first)

    def raise_any(self) -> None:
        """Raise `InvalidInput` with everything found, in the order of files and lines."""
        if self._found:
            ordered = sorted(self._found.values(), key=lambda d: d.place or Place(""))
            raise InvalidInput(*map(self._without_secrets, ordered))

    def _without_secrets(self, diagnostic: Diagnostic) -> Diagnostic:
        line = diagnostic.source_line
        for secret in self._secrets:
            line = line.replace(secret, "*" * len(secret))
        return replace(diagnostic, source_line=line)
