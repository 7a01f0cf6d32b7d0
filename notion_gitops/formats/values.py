"""What a value in a file means, directed by the type of its field and never by guessing.

In a text field `no`, `1e3`, `007`, `12:30` and `2026-06-01` are text; in a number field only
JSON's own numbers are numbers.
"""

import re
from collections.abc import Callable

from notion_gitops.formats.dates import HOW, NotADate, looks_like_date, read_date
from notion_gitops.formats.file_values import MOST_URL, Content, Look, read_file_ref
from notion_gitops.formats.keys import key_problem
from notion_gitops.formats.nodes import (
    EXACT,
    JSON_NUMBER,
    Items,
    Node,
    Scalar,
    Table,
    kind,
    problem,
    read_boolean,
    read_number,
)
from notion_gitops.formats.parts import only_keys, single, text_part
from notion_gitops.formats.schema import suggestion
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import Field, PropertyType
from notion_gitops.model.people import People
from notion_gitops.model.values import FileRef, GeoPlace, Value, canonical_body

MOST_OPTION = 100  # characters of an option's name
MOST_TEXT = 200_000  # 100 runs of 2,000 characters, Notion's limit on one property
MOST_CHARACTERS = {
    PropertyType.URL: MOST_URL,
    PropertyType.EMAIL: 200,
    PropertyType.PHONE_NUMBER: 200,
    PropertyType.TITLE: MOST_TEXT,
    PropertyType.RICH_TEXT: MOST_TEXT,
}  # Notion's documentation, "Request limits"
_DIRECT_ID = re.compile(r"(user|page):([0-9A-Za-z-]{1,64})", re.ASCII)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_UNDASHED = re.compile(r"[0-9a-fA-F]{32}")


def read_value(node: Node | None, field: Field, zone: str, people: People) -> Value:
    """The canonical value of one field; None if it is absent, null or empty.

    Args:
        node: what stands in the file; None if the field does not.
        field: says which type is expected.
        zone: IANA name of the zone that a time without one is in.
        people: who may be named.

    Raises:
        InvalidInput: with all that is wrong with the value, each at its place.
    """
    return ValueReader(zone, people).read(node, field)


def direct_id(text: str) -> str | None:
    """``user:ID`` or ``page:ID`` with the id in Notion's own form; None if it is neither."""
    match = _DIRECT_ID.fullmatch(text)
    if match is None:
        return None
    found = match[2]
    if _UNDASHED.fullmatch(found):
        found = "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:])).lower()
    return f"{match[1]}:{found}"


class ValueReader:
    """Reads values, with what is the same for all records of a mapping."""

    def __init__(self, zone: str, people: People, look: Look | None = None) -> None:
        self.zone = zone
        self.people = people
        self.look = look or (lambda _: Content("", 0))
        self._aliases: dict[str, str] = {}

    def read(self, node: Node | None, field: Field) -> Value:
        """As `read_value`."""
        if node is None or (type(node) is Scalar and node.plain and node.is_null):
            return None
        return _READERS[field.type](self, node, field)

    def text(self, node: Node, field: Field) -> Value:
        """A text field: the source's own text."""
        text = single(node, "text").text
        most = MOST_CHARACTERS.get(field.type, MOST_TEXT)
        if len(text) > most:
            what = f"{len(text):,} characters, where Notion takes {most:,} at most"
            raise InvalidInput(problem(node, what, fix="shorten it"))
        return text or None

    def number(self, node: Node, _field: Field) -> Value:
        """A number, in JSON's syntax."""
        scalar = single(node, "a number")
        number = read_number(scalar.text) if scalar.plain else None
        if number is not None and not (isinstance(number, int) and abs(number) > EXACT):
            return number
        raise InvalidInput(_number_problem(scalar))

    def checkbox(self, node: Node, _field: Field) -> Value:
        """True or false."""
        scalar = single(node, "true or false")
        found = read_boolean(scalar.text) if scalar.plain else None
        if found is None:
            what = f'"{scalar.text}": true or false is expected here, not {kind(scalar)}'
            raise InvalidInput(problem(scalar, what, fix="write true or false, without quotes"))
        return found

    def date(self, node: Node, _field: Field) -> Value:
        """A day, a time, or a range."""
        scalar = single(node, "a date")
        if not scalar.text:
            return None
        try:
            return read_date(scalar.text, self.zone)
        except NotADate as error:
            raise InvalidInput(problem(scalar, f"no date: {error}", fix=HOW)) from None

    def option(self, node: Node, field: Field) -> Value:
        """A select or status word."""
        scalar = single(node, "one word or phrase")
        return _option(scalar, field) if scalar.text else None

    def options(self, node: Node, field: Field) -> Value:
        """Multi-select words."""
        return self.members(node, field, _option)

    def persons(self, node: Node, field: Field) -> Value:
        """People, by alias, e-mail or user:ID."""
        return self.members(node, field, lambda scalar, _field: self.alias(scalar))

    def person(self, node: Node, _field: Field) -> Value:
        """Who created or edited: one person."""
        scalar = single(node, "a person")
        return self.alias(scalar) if scalar.text else None

    def relations(self, node: Node, field: Field) -> Value:
        """Keys of other records, or page:ID."""
        return self.members(node, field, _target)

    def members(self, node: Node, field: Field, member: Callable[[Scalar, Field], str]) -> Value:
        """A set; a single scalar is its only member, and null members count for nothing."""
        nodes = node.nodes if isinstance(node, Items) else (node,)
        found: set[str] = set()
        problems: list[Diagnostic] = []
        for each in nodes:
            try:
                scalar = single(each, "a list of words" if each is node else "a word")
                if scalar.text and not scalar.is_null:
                    found.add(member(scalar, field))
            except InvalidInput as error:
                problems.extend(error.diagnostics)
        if problems:
            raise InvalidInput(*problems)
        return frozenset(found) or None

    def alias(self, scalar: Scalar) -> str:
        """The alias of a person, however the person is named."""
        name = scalar.text
        if name in self.people.by_alias:
            return name
        if name not in self._aliases:
            user = self.people.user_id_of(direct_id(name) or name)
            if user is not None and (direct_id(name) or not name.startswith("user:")):
                self._aliases[name] = self.people.alias_of(user)
            elif not self.people.complete and _ADDRESS.fullmatch(name):
                self._aliases[name] = name  # whose it is, only Notion knows
            else:
                raise InvalidInput(self._unknown_person(scalar))
        return self._aliases[name]

    def _unknown_person(self, scalar: Scalar) -> Diagnostic:
        email = "@" in scalar.text
        known = {n for n in self.people.names if not n.startswith("user:") and ("@" in n) == email}
        near = suggestion(scalar.text, sorted(known))
        add = "add the person to state/people.yaml"
        joint = " Or " if near.endswith("?") else "; or "
        fix = f"{near}{joint}{add}" if near else add
        fix += " (guests are not in Notion's list of users)" if email else ""
        return problem(scalar, f'nobody is called "{scalar.text}"', fix=fix)

    def files(self, node: Node, _field: Field) -> Value:
        """Files, each by name and URL or by URL alone."""
        nodes = node.nodes if isinstance(node, Items) else (node,)
        found: list[FileRef] = []
        problems: list[Diagnostic] = []
        for each in nodes:
            try:
                if not (isinstance(each, Scalar) and each.is_null):
                    found.append(read_file_ref(each, self.look))
            except InvalidInput as error:
                problems.extend(error.diagnostics)
        if problems:
            raise InvalidInput(*problems)
        return tuple(found) or None

    def place(self, node: Node, _field: Field) -> Value:
        """A place on the map."""
        if not isinstance(node, Table):
            what = f"a place is expected here, not {kind(node)}"
            raise InvalidInput(problem(node, what, fix="write {lat: 52.52, lon: 13.405}"))
        only_keys(node, ("lat", "lon", "name", "address"))
        lat, lon = (_degrees(node, n, most) for n, most in (("lat", 90), ("lon", 180)))
        return GeoPlace(lat, lon, text_part(node, "name"), text_part(node, "address"))

    def body(self, node: Node, _field: Field) -> Value:
        """The text of a page."""
        return canonical_body(single(node, "text").text)

    def computed(self, node: Node, field: Field) -> Value:
        """A formula's or rollup's value, whose type nobody declared: what writing it produced."""
        match node:
            case Items(nodes=nodes):
                return tuple(single(n, "text").text for n in nodes) or None
            case Scalar(text=text, plain=True) if (number := read_number(text)) is not None:
                return number
            case Scalar(text=text, plain=True) if (boolean := read_boolean(text)) is not None:
                return boolean
            case Scalar(text=text, plain=True) if looks_like_date(text):
                return self.date(node, field)
            case _:
                return single(node, "a value").text or None


def _number_problem(scalar: Scalar) -> Diagnostic:
    if scalar.plain and JSON_NUMBER.fullmatch(scalar.text):
        return problem(
            scalar,
            f"{scalar.text[:40]} is too large: Notion keeps numbers as floats, exact up to 2^53",
            fix="keep it in a text property",
        )
    quoted = not scalar.plain and read_number(scalar.text) is not None
    return problem(
        scalar,
        f'"{scalar.text[:80]}": a number is expected here, not text',
        fix="remove the quotes" if quoted else "write it with digits and a dot, as 1250.5",
    )


def _option(scalar: Scalar, field: Field) -> str:
    word = scalar.text
    if field.values is not None:
        if word not in field.values:
            what = f'"{word}" is none of the words of {field.name}'
            raise InvalidInput(problem(scalar, what, fix=suggestion(word, field.values)))
        return word
    if len(word) > MOST_OPTION:
        what = f"an option of {len(word)} characters; Notion takes {MOST_OPTION} at most"
        raise InvalidInput(problem(scalar, what, fix="shorten it"))
    if "," in word and field.type is not PropertyType.STATUS:
        fix = "write a list, one option a member; or leave the comma out"
        raise InvalidInput(problem(scalar, f'"{word}": an option cannot hold a comma', fix=fix))
    return word


def _target(scalar: Scalar, field: Field) -> str:
    page = direct_id(scalar.text)
    if page is not None and page.startswith("page:"):
        return page
    fault = key_problem(scalar.text)
    if fault:
        fix = f"write the key of a record of {field.to or 'the related mapping'}, or page:ID"
        raise InvalidInput(problem(scalar, f'"{scalar.text}" is no key: {fault}', fix=fix))
    return scalar.text


def _degrees(table: Table, name: str, most: int) -> float:
    node = table.get(name)
    if node is None:
        raise InvalidInput(problem(table, f'"{name}" is missing', fix=f"add {name}: in degrees"))
    scalar = single(node, "a number")
    number = read_number(scalar.text) if scalar.plain else None
    if number is None or abs(number) > most:
        what = f"{name} must be a number from -{most} to {most}"
        raise InvalidInput(problem(scalar, what, fix="write it in degrees"))
    return float(number)


_READERS: dict[PropertyType, Callable[[ValueReader, Node, Field], Value]] = {
    PropertyType.TITLE: ValueReader.text,
    PropertyType.RICH_TEXT: ValueReader.text,
    PropertyType.NUMBER: ValueReader.number,
    PropertyType.SELECT: ValueReader.option,
    PropertyType.MULTI_SELECT: ValueReader.options,
    PropertyType.STATUS: ValueReader.option,
    PropertyType.DATE: ValueReader.date,
    PropertyType.PEOPLE: ValueReader.persons,
    PropertyType.FILES: ValueReader.files,
    PropertyType.CHECKBOX: ValueReader.checkbox,
    PropertyType.URL: ValueReader.text,
    PropertyType.EMAIL: ValueReader.text,
    PropertyType.PHONE_NUMBER: ValueReader.text,
    PropertyType.RELATION: ValueReader.relations,
    PropertyType.PLACE: ValueReader.place,
    PropertyType.FORMULA: ValueReader.computed,
    PropertyType.ROLLUP: ValueReader.computed,
    PropertyType.CREATED_TIME: ValueReader.date,
    PropertyType.CREATED_BY: ValueReader.person,
    PropertyType.LAST_EDITED_TIME: ValueReader.date,
    PropertyType.LAST_EDITED_BY: ValueReader.person,
    PropertyType.UNIQUE_ID: ValueReader.text,
    PropertyType.VERIFICATION: ValueReader.text,
    PropertyType.BUTTON: ValueReader.text,
    PropertyType.BODY: ValueReader.body,
}
