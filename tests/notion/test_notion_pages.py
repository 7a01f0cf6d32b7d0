"""Pages as records and back, through the sandbox."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notion_gitops.model.mapping import COMPUTED
from notion_gitops.model.records import Absence
from notion_gitops.model.values import DateValue, FileRef, GeoPlace, Unknown, Value
from notion_gitops.notion.absence import classify
from notion_gitops.notion.pages import decode_page, encode_properties
from tests.notion.notion_desk import ALL, Desk, T


def instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


SAMPLES: dict[str, Value] = {
    "title": "A *new* title",
    "text": "**bold** and [link](https://x.example) `code`",
    "number": 2.5,
    "select": "b",
    "tags": frozenset({"x", "brand new"}),
    "status": "Done",
    "date": DateValue(instant(2026, 6, 1, 8, 30), instant(2026, 6, 2, 9, 0)),
    "people": frozenset({"ann"}),
    "files": (FileRef("plan.pdf", "https://acme.example/plan.pdf?v=2"),),
    "done": True,
    "url": "https://acme.example",
    "email": "a@acme.example",
    "phone": "+49 30 1234",
    "project": frozenset({"p3", "p1"}),
    "spot": GeoPlace(52.52, 13.405, "Office", "Berlin"),
}


def test_every_property_type_is_sampled_or_computed() -> None:
    kinds = {T.TITLE} | {kind for _, kind, _ in ALL.values()}
    assert kinds == set(T) - {T.BODY}  # the text of a page is no property
    assert {ALL[n][1] for n in ALL if n not in SAMPLES} == COMPUTED


def test_what_is_written_reads_back_the_same(desk: Desk) -> None:
    desk.send(SAMPLES)
    pages = {f"page:{desk.pages[key]}" for key in ("p1", "p3")}
    found = desk.read()
    assert {name: found[name] for name in SAMPLES} == {**SAMPLES, "project": frozenset(pages)}
    assert found["rollup"] == ("Project 1", "Project 3")
    assert found["formula"] == len("A *new* title")
    assert found["created"] == DateValue(instant(2026, 6, 3, 10, 0))
    assert found["uid"] == "T-1"
    assert found["author"] == "ann"
    assert "button" not in found


def test_writing_what_was_read_changes_nothing(desk: Desk) -> None:
    """Holds F104."""
    desk.send(SAMPLES)
    before = desk.page()
    values = {n: v for n, v in desk.read().items() if not desk.mapping.fields[n].computed}
    after = desk.send(values)
    assert after["properties"] == before["properties"]


def test_everything_but_a_status_can_be_emptied(desk: Desk) -> None:
    desk.send(SAMPLES)
    desk.send(dict.fromkeys(SAMPLES))
    found = desk.read()
    left = {name for name in SAMPLES if name in found}
    assert left == {"status", "done"}
    assert found["done"] is False
    assert found["status"] == "Done"  # an empty status is not sent


def test_a_create_carries_its_key(desk: Desk) -> None:
    """Holds D1."""
    encoded = encode_properties({"title": "New", "status": None}, desk.target(), key="new-1")
    page = desk.gateway.create_page(desk.schema.data_source_id, encoded.properties)
    decoded = decode_page(page, desk.mapping, desk.schema, desk.people)
    assert decoded.record.page is not None
    assert decoded.record.page.key == "new-1"
    assert decoded.record.key == ""
    assert decoded.record.title == "New"
    assert decoded.record.fields["status"] == "Not started"  # Notion's default, from the answer


def test_only_the_given_fields_are_sent(desk: Desk) -> None:
    """Holds I9."""
    assert desk.sent({"number": 1, "formula": 3}) == {"Number": {"number": 1}}


@pytest.mark.parametrize(
    ("zone", "sent"), [("UTC", "+00:00"), ("Europe/Berlin", "+02:00"), ("Asia/Kolkata", "+05:30")]
)
def test_times_are_written_in_the_zone_of_the_mapping(desk: Desk, zone: str, sent: str) -> None:
    desk.mapping = replace(desk.mapping, timezone=zone)
    page = desk.send({"date": DateValue(instant(2026, 6, 1, 8, 30))})
    assert page["properties"]["Date"]["date"]["start"].endswith(sent)
    assert desk.read()["date"] == DateValue(instant(2026, 6, 1, 8, 30))
    desk.send({"date": DateValue(date(2026, 6, 1))})
    assert desk.read()["date"] == DateValue(date(2026, 6, 1))


def test_a_relation_of_more_than_25_is_read_whole_and_written_whole(desk: Desk) -> None:
    """Holds F010."""
    keys = frozenset(f"p{n}" for n in range(40))
    desk.send({"project": keys})
    page = desk.gateway.page(desk.page_id)
    cut = decode_page(page, desk.mapping, desk.schema, desk.people)
    assert cut.incomplete == ("project",)
    assert isinstance(cut.record.fields["project"], Unknown)
    assert desk.read()["project"] == frozenset(f"page:{desk.pages[key]}" for key in keys)
    encoded = encode_properties({"project": keys}, desk.target(), previous_page=page)
    assert "cut" in encoded.left_out["project"].message  # never written from a cut reading
    desk.send({"project": keys | {"p41"}})
    assert len(desk.page()["properties"]["Relation"]["relation"]) == 41


def test_more_than_25_people_are_read_whole(desk: Desk) -> None:
    users = [u["id"] for u in desk.gateway.users() if u["type"] == "person"][:30]
    names = frozenset(desk.people.alias_of(user) for user in users)
    desk.send({"people": names})
    decoded = decode_page(desk.gateway.page(desk.page_id), desk.mapping, desk.schema, desk.people)
    assert decoded.incomplete == ("people",)
    assert desk.read()["people"] == names


def test_people_without_an_alias_are_never_dropped(desk: Desk) -> None:
    """Holds R18."""
    bob = next(u["id"] for u in desk.gateway.users() if u.get("name") == "Bob Ray")
    desk.send({"people": frozenset({"ann@acme.example", f"user:{bob}"})})
    assert desk.read()["people"] == frozenset({"ann", f"user:{bob}"})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"select": "c"}, "none of its words"),
        ({"status": "Dome"}, 'Did you mean "Done"?'),
        ({"status": "done"}, 'Did you mean "Done"?'),
        ({"tags": frozenset({"X"})}, 'Did you mean "x"?'),
        ({"tags": frozenset({"a,b"})}, "comma"),
        ({"people": frozenset({"anne"})}, 'Did you mean "ann"?'),
        ({"project": frozenset({"nowhere"})}, "has no page"),
        ({"number": 2**53 + 1}, "2^53"),
        ({"number": float("nan")}, "a number is expected"),
        ({"number": "7"}, "a number is expected"),
        ({"done": "yes"}, "true or false"),
        ({"url": "x" * 2001}, "2000"),
        ({"text": "x" * 200_001}, "pieces of text"),
        ({"title": "x" * 200_001}, "longer than"),
        ({"tags": frozenset(map(str, range(101)))}, "101 members"),
        ({"files": (FileRef("a", "https://prod-files-secure.s3.us-west-2.amazonaws.com/a"),)},
         "kept by Notion"),
        ({"text": Unknown("?")}, "text is expected"),
    ],
)  # fmt: skip
def test_what_notion_would_not_take_is_told_before_it_is_sent(
    desk: Desk, values: dict[str, Value], said: str
) -> None:
    """Holds R16."""
    assert said in desk.refused(values)


def test_hosted_files_are_told_apart_by_address_and_sent_as_they_were(desk: Desk) -> None:
    """Holds F021."""
    page = desk.page()
    base = "https://prod-files-secure.s3.us-west-2.amazonaws.com/a/plan.pdf"
    signed = {"url": f"{base}?X-Amz-Signature=1", "expiry_time": "2026-07-01T10:00:00.000Z"}
    page["properties"]["Files"]["files"] = [{"name": "plan.pdf", "type": "file", "file": signed}]
    first = decode_page(page, desk.mapping, desk.schema, desk.people)
    held = FileRef("plan.pdf", "notion:/a/plan.pdf")  # neither the host nor the signature
    assert first.record.fields["files"] == (held,)
    refs = (held, FileRef("new", "https://x.example/n"))
    kept, new = desk.sent({"files": refs}, page)["Files"]["files"]
    assert kept["file"]["url"] == signed["url"]
    assert new["external"]["url"] == "https://x.example/n"
    signed["url"] = "https://elsewhere.example/a/plan.pdf?X-Amz-Signature=2"
    again = decode_page(page, desk.mapping, desk.schema, desk.people)
    assert again.seen == first.seen


def test_the_digest_moves_with_values_and_key_alone(desk: Desk) -> None:
    def seen() -> str:
        return decode_page(desk.page(), desk.mapping, desk.schema, desk.people).seen

    first = seen()
    assert seen() == first
    desk.send({"number": 5})
    second = seen()
    assert second != first
    key = encode_properties({}, desk.target(), key="other").properties
    desk.gateway.update_page(desk.page_id, key)
    assert seen() != second


def test_unreadable_values_are_unknown_and_the_rest_is_read(desk: Desk) -> None:
    """Holds F048, A04."""
    page = desk.page()
    shown = page["properties"]
    shown["Formula"]["formula"] = {"type": "unsupported", "unsupported": {}}
    shown["Rollup"]["rollup"] = {"type": "incomplete", "incomplete": {}}
    shown["Text"] = {"id": shown["Text"]["id"], "type": "hologram", "hologram": {}}
    shown["Date"]["date"] = {"start": "99999-01-01"}
    shown["People"]["people"] = None
    del shown["Number"]
    decoded = decode_page(page, desk.mapping, desk.schema, desk.people)
    unknown = {n for n, v in decoded.record.fields.items() if isinstance(v, Unknown)}
    assert unknown == {"formula", "rollup", "text", "date", "people", "number"}
    assert len(decoded.findings) == 6
    sent = encode_properties({"text": "x"}, desk.target(), previous_page=page)
    assert sent.properties == {}


def test_why_a_page_is_not_in_the_listing(desk: Desk) -> None:
    def why(page: str) -> Absence:
        return classify(desk.gateway, page, desk.schema)

    assert why(desk.page_id) is Absence.UNPROVEN  # it should have been listed
    filtered = classify(desk.gateway, desk.page_id, desk.schema, filtered=True)
    assert filtered is Absence.OUT_OF_SCOPE
    assert why(desk.pages["p1"]) is Absence.MOVED
    assert why("11111111-2222-4333-8444-555555555555") is Absence.UNREACHABLE
    desk.gateway.trash_page(desk.page_id)
    assert why(desk.page_id) is Absence.TRASHED
    lost = desk.notion.gateway("wrong")
    assert classify(lost, desk.page_id, desk.schema) is Absence.UNPROVEN


moments = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001  Hypothesis wants bounds without a zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda m: m.replace(second=0, microsecond=0))
days = st.dates(date(1, 1, 2), date(9999, 12, 30))
lines = st.text(min_size=1, max_size=60)
laws = {
    "title": lines,
    "number": st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    "select": st.sampled_from(["a", "b"]),
    "tags": st.frozensets(st.sampled_from(["x", "y", "z"]), min_size=1),
    "status": st.sampled_from(["Not started", "In progress", "Done"]),
    "date": st.builds(DateValue, moments | days),
    "done": st.booleans(),
    "url": lines,
    "phone": lines,
    "files": st.lists(st.builds(FileRef, lines, lines), min_size=1, max_size=4).map(tuple),
    "spot": st.builds(
        GeoPlace, st.floats(-90, 90), st.floats(-180, 180), st.none() | lines, st.none() | lines
    ),
}


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.fixed_dictionaries({}, optional=laws))
def test_values_survive_the_way_to_notion_and_back(desk: Desk, values: dict[str, Value]) -> None:
    canonical = {
        n: int(v) if isinstance(v, float) and v.is_integer() and abs(v) <= 2**53 else v
        for n, v in values.items()
    }
    desk.send(canonical)
    found = desk.read()
    assert {name: found.get(name) for name in canonical} == canonical
