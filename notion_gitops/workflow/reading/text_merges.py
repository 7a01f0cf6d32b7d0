"""The texts that both sides edited, merged as git merges files."""

from collections.abc import Callable, Collection

from notion_gitops.engine.planner import Inputs
from notion_gitops.engine.texts import ThreeTexts, texts_to_merge
from notion_gitops.model.values import Fields
from notion_gitops.notion.inline_parser import from_markdown
from notion_gitops.repository.repository import Repository


def merge_texts(
    repository: Repository, inputs: Inputs, refused: Callable[[Fields], Collection[str]]
) -> dict[str, dict[str, str]]:
    """The merged texts by key and field; those that do not merge are left out.

    Args:
        repository: merges lines.
        inputs: of one mapping.
        refused: the fields whose values Notion has no place for.
    """
    mapping, base, notion = inputs.mapping, inputs.base.records, inputs.notion.records
    found: dict[str, dict[str, str]] = {}
    for key in sorted(inputs.candidates & inputs.git.records.keys()):
        old = inputs.renames.get(key, key)
        if old not in base or old not in notion:
            continue
        texts = texts_to_merge(mapping, base[old], inputs.git.records[key], notion[old])
        for name, three in texts.items():
            text = merged_text(repository, three)
            if text is not None and not refused({name: text}):
                found.setdefault(key, {})[name] = text
    return found


def merged_text(repository: Repository, three: ThreeTexts, favour: str = "") -> str | None:
    """The merge of three texts; None if they do not merge.

    Words carry marks of Markdown that belong together. So a text that is merged by words has to
    say, without its marks, what the texts without marks merge to.

    Args:
        repository: merges lines.
        three: the texts.
        favour: "ours" or "theirs": whose lines stand where the edits are in each other's way.
    """
    texts = (three.base, three.git, three.notion)
    lines = repository.merge_text(*texts, favour=favour)
    if lines is None:
        return None
    text = three.merged(lines)
    if not three.by_word or favour:
        return text
    base, git, notion = (_bare(three.merged(text_)) for text_ in texts)
    bare = ThreeTexts(base, git, notion).in_words()
    expected = repository.merge_text(bare.base, bare.git, bare.notion)
    return text if expected is not None and bare.merged(expected) == _bare(text) else None


def _bare(text: str) -> str:
    """The text without its marks."""
    return "".join(run.text for run in from_markdown(text))
