"""The page of each record, as far as it has one."""

from notion_gitops.workflow.reading.changed_keys import page_keys
from notion_gitops.workflow.reading.compared import Comparison


def page_ids(comparison: Comparison) -> dict[str, dict[str, str]]:
    """By mapping: the page id of each key, as `page_keys` has them the other way round."""
    identified = {n: c.notion.identified for n, c in comparison.mappings.items()}
    renames = {n: c.inputs.renames for n, c in comparison.mappings.items()}
    keys = page_keys(comparison.state, identified, renames)
    return {n: {key: page for page, key in pages.items()} for n, pages in keys.items()}
