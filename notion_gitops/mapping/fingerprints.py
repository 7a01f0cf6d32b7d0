"""What a field means, as one short word that changes when the meaning does."""

import hashlib
import json
from dataclasses import replace

from notion_gitops.model.mapping import Field

_DIGITS = 16


def fingerprint(field: Field) -> str:
    """Hex digits over the type, its options and the transforms of a field.

    Not its direction, which changes what is written and not what it means, and not the id of
    its property, which Notion alone knows. A base that was written under another fingerprint
    has no value for the field (design: a retyped field is treated as never synced).
    """
    meaning = {
        "type": field.type.value,
        "to": field.to,
        "values": dict(field.values) if field.values else None,
        "to_notion": field.to_notion.source if field.to_notion else None,
        "to_git": field.to_git.source if field.to_git else None,
    }
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def only_has_more_words(before: Field, now: Field) -> bool:
    """Whether a field differs in nothing but words for options that had none before.

    The values that it held mean what they meant.
    """
    if not before.values or not now.values or not before.values.items() <= now.values.items():
        return False
    return fingerprint(replace(before, values=now.values)) == fingerprint(now)
