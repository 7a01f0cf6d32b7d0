"""Every property type with its codec: what Notion holds, and what it means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.values import Value
from notion_gitops.notion import codecs_computed as computed
from notion_gitops.notion import codecs_members as lists
from notion_gitops.notion import codecs_options as options
from notion_gitops.notion import codecs_simple as simple
from notion_gitops.notion.carrying import Context, NotCarried
from notion_gitops.notion.failures import Json

Decode = Callable[[Json, Context], Value]
Encode = Callable[[Value, Context], Any]


@dataclass(frozen=True, slots=True)
class Codec:
    """The two ways of one property type."""

    decode: Decode
    encode: Encode | None = None  # None: Notion works it out


CODECS: dict[PropertyType, Codec] = {
    PropertyType.TITLE: Codec(simple.decode_title, simple.encode_title),
    PropertyType.RICH_TEXT: Codec(simple.decode_rich_text, simple.encode_rich_text),
    PropertyType.NUMBER: Codec(simple.decode_number, simple.encode_number),
    PropertyType.SELECT: Codec(options.decode_option, options.encode_option),
    PropertyType.MULTI_SELECT: Codec(options.decode_options, options.encode_options),
    PropertyType.STATUS: Codec(options.decode_option, options.encode_option),
    PropertyType.DATE: Codec(simple.decode_date, simple.encode_date),
    PropertyType.PEOPLE: Codec(lists.decode_people, lists.encode_people),
    PropertyType.FILES: Codec(lists.decode_files, lists.encode_files),
    PropertyType.CHECKBOX: Codec(simple.decode_checkbox, simple.encode_checkbox),
    PropertyType.URL: Codec(simple.decode_line, simple.encode_line),
    PropertyType.EMAIL: Codec(simple.decode_line, simple.encode_line),
    PropertyType.PHONE_NUMBER: Codec(simple.decode_line, simple.encode_line),
    PropertyType.RELATION: Codec(lists.decode_relation, lists.encode_relation),
    PropertyType.PLACE: Codec(simple.decode_place, simple.encode_place),
    PropertyType.FORMULA: Codec(computed.decode_formula),
    PropertyType.ROLLUP: Codec(computed.decode_rollup),
    PropertyType.CREATED_TIME: Codec(computed.decode_time),
    PropertyType.CREATED_BY: Codec(computed.decode_person),
    PropertyType.LAST_EDITED_TIME: Codec(computed.decode_time),
    PropertyType.LAST_EDITED_BY: Codec(computed.decode_person),
    PropertyType.UNIQUE_ID: Codec(computed.decode_unique_id),
    PropertyType.VERIFICATION: Codec(computed.decode_verification),
    PropertyType.BUTTON: Codec(computed.decode_button),
}


def decode(prop: Json, context: Context) -> Value:
    """The canonical value of one property of a page.

    Args:
        prop: the whole property: id, type, and what stands under the type.
        context: the field, its schema, and who is who.

    Raises:
        NotCarried: it cannot be told; that is not to say that it is empty.
    """
    kind = context.field.type
    if prop.get("type") != kind or kind not in prop:
        raise NotCarried(f"Notion answered with a {prop.get('type')}, not a {kind}", check="schema")
    try:
        return CODECS[kind].decode(prop, context)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise NotCarried(f"Notion's {kind} has a form that is not known", check="schema") from error


def encode(value: Value, context: Context) -> Json:
    """What to send for one property.

    Raises:
        NotCarried: the value cannot be sent, or something else would be lost by it.
    """
    kind = context.field.type
    write = CODECS[kind].encode
    if write is None:
        raise NotCarried("Notion works it out itself", check="computed")
    return {str(kind): write(value, context)}
