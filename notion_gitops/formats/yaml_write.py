"""Values as YAML that reads back exactly, here and with every other YAML reader."""

import re

from yaml import ScalarNode
from yaml.resolver import Resolver

from notion_gitops.formats.dates import looks_like_date
from notion_gitops.formats.forms import Form, Word
from notion_gitops.formats.nodes import JSON_NUMBER

# What every editor and every YAML reader shows and keeps as it is. Not in here, so escaped: control
# characters, the line breaks that only YAML 1.1 knows (U+0085, U+2028, U+2029), the byte order
# mark, and the controls of writing direction, which make a diff show what is not there.
_SAFE = (
    "\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd"
    "\U00010000-\U0010fffd"
)
_LINE = re.compile(f"[{_SAFE}]*")
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<]([^\n]*[^\s:])?")
_NOT_IN_PLAIN = re.compile(r": | #")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}:?]")
_UNSAFE = re.compile(f'[^{_SAFE}]|["\\\\]')
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_RESOLVER = Resolver()
_TEXT = "tag:yaml.org,2002:str"
_YAML_1_2_NUMBER = re.compile(r"[-+]?(?:0o[0-7]+|0x[0-9a-fA-F]+|[0-9.][0-9_.:eE+-]*)")


def yaml_inline(form: Form, *, flow: bool = False) -> str:
    """A form on one line; lists and tables in brackets and braces.

    Args:
        form: what to write.
        flow: it stands inside of brackets or braces, where fewer texts can go unquoted.
    """
    match form:
        case None:
            return "null"
        case bool():
            return "true" if form else "false"
        case int() | float():
            return repr(form)
        case Word(text=text):
            return text
        case str():
            return yaml_text(form, flow=flow)
        case list() | tuple():
            return "[" + ", ".join(yaml_inline(f, flow=True) for f in form) + "]"
        case dict():
            parts = (
                f"{yaml_text(k, flow=True)}: {yaml_inline(v, flow=True)}" for k, v in form.items()
            )
            return "{" + ", ".join(parts) + "}"


def yaml_text(text: str, quote: str = "", *, flow: bool = False) -> str:
    """A text on one line.

    Args:
        text: any text.
        quote: how it was quoted before, which is kept if it can be: ``'``, ``"`` or nothing.
        flow: it stands inside of brackets or braces.
    """
    if quote == "'" and _LINE.fullmatch(text):
        return "'" + text.replace("'", "''") + "'"
    if quote != '"' and _is_plain(text) and not (flow and _NOT_IN_FLOW.search(text)):
        return text
    return '"' + _UNSAFE.sub(_escape, text) + '"'


def yaml_block(text: str, indent: int, newline: str) -> str | None:
    """A text of several lines as a block, from its ``|``; None if a block would not keep it.

    Args:
        text: any text.
        indent: columns before each line.
        newline: the line break of the file.
    """
    body, ends_in_break = (text[:-1], True) if text.endswith("\n") else (text, False)
    lines = body.split("\n")
    if len(lines) == 1 or not lines[-1] or not lines[0] or lines[0].startswith(" "):
        return None
    if any(not _LINE.fullmatch(line) or line.endswith((" ", "\xa0")) for line in lines):
        return None
    head = "|" if ends_in_break else "|-"
    return newline.join([head, *(" " * indent + line if line else "" for line in lines)])


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or not _LINE.fullmatch(text) or _NOT_IN_PLAIN.search(text):
        return False
    return not _would_be_guessed(text)


def _would_be_guessed(text: str) -> bool:
    """Whether some reader would take the unquoted text for more than text."""
    if JSON_NUMBER.fullmatch(text) or _YAML_1_2_NUMBER.fullmatch(text) or looks_like_date(text):
        return True
    guess = _RESOLVER.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return bool(guess != _TEXT)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004  the widths of YAML's escapes
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004
