"""One mapping of the database Everything, and the way to its page and back."""

from typing import TYPE_CHECKING, Any

from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.people import People
from notion_gitops.model.values import Value
from notion_gitops.notion.completing import complete_page
from notion_gitops.notion.pages import Target, decode_page, encode_properties

if TYPE_CHECKING:
    from notion_gitops.notion.gateway import Gateway
    from notion_gitops.notion.schema import Schema
    from tests.notion.conftest import Notion


T = PropertyType
ALL = {
    "text": ("Text", T.RICH_TEXT, {}),
    "number": ("Number", T.NUMBER, {}),
    "select": ("Select", T.SELECT, {"values": {"a": "A", "b": "B"}}),
    "tags": ("Multi", T.MULTI_SELECT, {"new_options": True}),
    "status": ("Status", T.STATUS, {}),
    "date": ("Date", T.DATE, {}),
    "people": ("People", T.PEOPLE, {}),
    "files": ("Files", T.FILES, {}),
    "done": ("Checkbox", T.CHECKBOX, {}),
    "url": ("Url", T.URL, {}),
    "email": ("Email", T.EMAIL, {}),
    "phone": ("Phone", T.PHONE_NUMBER, {}),
    "project": ("Relation", T.RELATION, {"to": "projects"}),
    "spot": ("Place", T.PLACE, {}),
    "rollup": ("Rollup", T.ROLLUP, {}),
    "formula": ("Formula", T.FORMULA, {}),
    "created": ("Created", T.CREATED_TIME, {}),
    "author": ("Author", T.CREATED_BY, {}),
    "edited": ("Edited", T.LAST_EDITED_TIME, {}),
    "editor": ("Editor", T.LAST_EDITED_BY, {}),
    "uid": ("Id", T.UNIQUE_ID, {}),
    "verified": ("Verified", T.VERIFICATION, {}),
    "button": ("Button", T.BUTTON, {}),
}  # fmt: skip


class Desk:
    """One mapping of the database Everything, and the way to it."""

    def __init__(self, notion: "Notion", mapping: DatabaseMapping, people: People) -> None:
        self.notion = notion
        self.gateway: Gateway = notion.gateway()
        self.mapping = mapping
        self.people = people
        self.schema: Schema = notion.schema("everything")
        projects = self.gateway.query(notion.source("projects")).pages
        self.pages = {
            p["properties"]["Key"]["rich_text"][0]["plain_text"]: p["id"] for p in projects
        }
        self.page_id = self.gateway.query(self.schema.data_source_id).pages[0]["id"]

    def target(self) -> Target:
        return Target(self.mapping, self.schema, self.people, {"projects": self.pages})

    def page(self) -> dict[str, Any]:
        page = self.gateway.page(self.page_id)
        return complete_page(self.gateway, page, self.mapping, self.schema)

    def read(self) -> dict[str, Value]:
        decoded = decode_page(self.page(), self.mapping, self.schema, self.people)
        assert decoded.findings == ()
        return dict(decoded.record.fields)

    def send(self, values: dict[str, Value]) -> dict[str, Any]:
        """Write, and read the page back as stored."""
        encoded = encode_properties(values, self.target(), previous_page=self.page())
        assert dict(encoded.left_out) == {}
        return self.gateway.update_page(self.page_id, encoded.properties)

    def sent(
        self, values: dict[str, Value], page: dict[str, Any] | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """The properties that a request names by their ids, by their names."""
        encoded = encode_properties(values, self.target(), previous_page=page, key=key)
        names = {prop.encoded_id: prop.name for prop in self.schema.properties.values()}
        return {names[identity]: value for identity, value in encoded.properties.items()}

    def refused(self, values: dict[str, Value]) -> str:
        """Why the only value is not sent, and what to do."""
        encoded = encode_properties(values, self.target(), previous_page=self.page())
        assert encoded.properties == {}
        (finding,) = encoded.left_out.values()
        assert finding.place is not None
        return f"{finding.message} {finding.fix}"
