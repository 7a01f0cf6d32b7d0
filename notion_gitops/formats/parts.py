"""The parts of a node, each with a clear complaint where it is something else."""

from notion_gitops.formats.nodes import Node, Scalar, Table, kind, problem
from notion_gitops.formats.schema import suggestion
from notion_gitops.model.errors import InvalidInput


def single(node: Node, wanted: str) -> Scalar:
    """The node, which has to be a single value; InvalidInput says that `wanted` is expected."""
    if isinstance(node, Scalar):
        return node
    raise InvalidInput(
        problem(node, f"{wanted} is expected here, not {kind(node)}", fix=f"write {wanted}")
    )


def only_keys(table: Table, known: tuple[str, ...]) -> None:
    """Raise InvalidInput if a table has other keys than the known ones."""
    unknown = [e.key for e in table.entries if e.key.text not in known]
    if unknown:
        raise InvalidInput(
            *(problem(k, f'unknown key "{k.text}"', fix=suggestion(k.text, known)) for k in unknown)
        )


def text_part(table: Table, name: str) -> str | None:
    """The text under a key; None if it is absent, null or empty; InvalidInput if it is no text."""
    node = table.get(name)
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return None
    return single(node, "text").text or None
