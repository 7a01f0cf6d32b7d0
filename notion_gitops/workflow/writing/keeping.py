"""What a page out of the trash holds where the write says otherwise: kept before it goes."""

from notion_gitops.engine.building import OVERWRITTEN, why_overwritten
from notion_gitops.model.operations import Backup, Operation
from notion_gitops.model.records import Side
from notion_gitops.model.values import Fields


def overwritten(operation: Operation, held: Fields) -> Backup:
    """The backup of these values of a page; no plan could know them.

    Args:
        operation: that overwrites them.
        held: what the page holds now.
    """
    write = operation.write(Side.NOTION)
    changes = write.changes if write else ()
    why = {c.difference.field: why_overwritten(c, Side.NOTION) for c in changes}
    lost = {name: value for name, value in held.items() if value is not None}
    told = {name: why[name] for name in lost if name in why}
    return Backup(operation.mapping, operation.key, Side.NOTION, lost, OVERWRITTEN, told)
