"""The texts that both sides edited, merged as git merges files."""

from notion_gitops.engine.planner import Inputs
from notion_gitops.engine.texts import texts_to_merge
from notion_gitops.repository.repository import Repository


def merge_texts(repository: Repository, inputs: Inputs) -> dict[str, dict[str, str]]:
    """The merged texts by key and field; those that do not merge are left out."""
    mapping, base, notion = inputs.mapping, inputs.base.records, inputs.notion.records
    merged: dict[str, dict[str, str]] = {}
    for key in sorted(inputs.candidates & inputs.git.records.keys()):
        old = inputs.renames.get(key, key)
        if old not in base or old not in notion:
            continue
        texts = texts_to_merge(mapping, base[old], inputs.git.records[key], notion[old])
        for name, three in texts.items():
            lines = repository.merge_text(three.base, three.git, three.notion)
            if lines is not None:
                merged.setdefault(key, {})[name] = three.merged(lines)
    return merged
