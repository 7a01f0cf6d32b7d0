"""Names for what is found in Notion: of mappings, of fields, of the words for options."""

import re
from collections.abc import Collection, Iterable

from notion_gitops.formats.nodes import Scalar, Table
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.formats.yaml_write import yaml_inline
from notion_gitops.mapping.document import VARIABLE
from notion_gitops.mapping.fields import IN_EXPRESSIONS
from notion_gitops.model.errors import InvalidInput
from notion_gitops.text.slugs import slug

LONGEST_PROPERTY = 500  # as the schema of mappings has it
_TAKEN_BY_US = frozenset({"body", "title"})  # of the page, and of its title
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")


def field_name(name: str, type_: str, taken: Collection[str]) -> str:
    """A name for the field that a property becomes: lower case, a-z, 0-9 and _.

    Args:
        name: of the property; it may be in any script.
        type_: Notion's word, which serves where nothing of the name can be spelled.
        taken: names that are in use.
    """
    spelled = slug(name).replace("-", "_") or type_
    if not _FIELD.fullmatch(spelled):
        spelled = f"p_{spelled}"
    if spelled in IN_EXPRESSIONS or spelled in _TAKEN_BY_US:
        spelled = f"{spelled}_{type_}"
    return free(spelled, {*taken, *IN_EXPRESSIONS, *_TAKEN_BY_US}, "_")


def mapping_name(title: str, taken: Collection[str]) -> str:
    """A name for the mapping of a database of that title."""
    spelled = slug(title, 40).strip("-")
    if not spelled or not spelled[0].isalpha():
        spelled = f"database-{spelled}".strip("-")
    return free(spelled, taken, "-")


def words_for(options: Iterable[str]) -> dict[str, str]:
    """Words in git for the options of a property: word -> option's name.

    An option whose name cannot be spelled in a-z keeps its name.
    """
    words: dict[str, str] = {}
    for option in options:
        words[free(slug(option).replace("-", "_") or option, words, "_")] = option
    return words


def free(wished: str, taken: Collection[str], joint: str) -> str:
    """The name, with a number behind it if it is in use."""
    name, number = wished, 1
    while name in taken:
        number += 1
        name = f"{wished}{joint}{number}"
    return name


def holdable(name: str) -> bool:
    """Whether a mapping can hold a name of Notion's: as text that reads back as it is."""
    if not name or len(name) > LONGEST_PROPERTY or VARIABLE.search(name):
        return False
    try:
        node = parse_yaml(f"name: {yaml_inline(name)}\n", "name")
    except InvalidInput:
        return False
    value = node.get("name") if isinstance(node, Table) else None
    return isinstance(value, Scalar) and value.text == name
