"""Which page is which record, and which new key is an old record."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.engine.identity import (
    Circumstances,
    Identified,
    derived_key,
    identify,
    resolve_relations,
)
from notion_gitops.model.mapping import Carry, PropertyType
from notion_gitops.model.operations import Kind
from notion_gitops.model.records import Base, Record, Side
from tests.engine.engine_builders import (
    PAGE,
    THEN,
    a_field,
    a_mapping,
    a_page,
    a_tombstone,
    in_base,
    in_git,
    in_notion,
    planned,
    written,
)

TASKS = a_mapping(
    a_field("owner", required=True),
    a_field("project", PropertyType.RELATION, to="projects"),
    a_field("sum", PropertyType.FORMULA),
)
OTHER = "99999999-2222-3333-4444-555555fedcba"


def slug(title: str) -> str:
    return title.lower().replace(" ", "-")


def told_apart(
    *pages: Record, base: Base | None = None, git: Collection[str] = (), **more: Any
) -> Identified:
    given: dict[str, Any] = {"now": THEN + timedelta(hours=1), "all_new": False} | more
    mapping = given.pop("mapping", TASKS)
    at = Circumstances(git_keys=git, slug=slug, valid_key=lambda key: "/" not in key, **given)
    return identify(mapping, Base(ever=True) if base is None else base, pages, at)


def a_record(page_id: str = PAGE, key: str | None = None, title: str = "Fix it") -> Record:
    return in_notion("", a_page(page_id, key), title=title, owner="o")


def keys(found: Identified) -> dict[str, str]:
    return {key: record.page.id for key, record in found.records.items() if record.page}


KNOWN = Base({"k": in_base(TASKS, title="T")}, ever=True)


def test_a_page_of_the_base_keeps_its_key_whatever_it_says() -> None:
    """Holds R29."""
    for said in ("k", "other", None):
        assert keys(told_apart(a_record(key=said), base=KNOWN)) == {"k": PAGE}


def test_the_key_is_filled_in() -> None:
    assert told_apart(a_record(), base=KNOWN).records["k"].key == "k"


def test_another_page_is_the_record_that_its_key_names() -> None:
    """Holds D1."""
    assert keys(told_apart(a_record(key="k9"))) == {"k9": PAGE}


def test_a_copy_of_a_page_of_the_base_is_reported_and_left_alone() -> None:
    found = told_apart(a_record(key="k"), a_record(OTHER, key="K"), base=KNOWN)
    assert keys(found) == {"k": PAGE}
    assert [(f.check, f.keys) for f in found.findings] == [("duplicate key", ("K",))]


def test_a_copy_does_not_take_the_place_of_a_page_that_is_not_listed() -> None:
    found = told_apart(a_record(OTHER, key="k"), base=KNOWN)
    assert keys(found) == {}
    assert [f.check for f in found.findings] == ["duplicate key"]


def test_two_new_pages_with_one_key_are_both_left_alone() -> None:
    found = told_apart(a_record(key="k9"), a_record(OTHER, key="K9"))
    assert keys(found) == {}
    assert [f.check for f in found.findings] == ["duplicate key"] * 2


def test_a_copy_whose_key_was_emptied_is_a_new_record() -> None:
    found = told_apart(a_record(key="k"), a_record(OTHER), base=KNOWN)
    assert keys(found) == {"k": PAGE, "fix-it-fedcba": OTHER}


def test_a_key_that_cannot_name_a_file_is_reported() -> None:
    """Holds R30-R44."""
    found = told_apart(a_record(key="a/b"))
    assert keys(found) == {}
    assert [f.check for f in found.findings] == ["unusable key"]


def test_a_key_is_the_same_in_any_case() -> None:
    assert keys(told_apart(a_record(key="ABC"), git=["abc"])) == {"abc": PAGE}


def test_the_key_of_a_page_born_in_notion() -> None:
    assert derived_key(a_record(), slug) == "fix-it-abcdef"
    assert derived_key(a_record(title=""), slug) == "page-abcdef"


def test_a_draft_is_not_yet_a_record() -> None:
    unfinished = in_notion("", a_page(key=None), title="Unfinished")
    assert [d.title for d in told_apart(unfinished).drafts] == ["Unfinished"]
    assert not told_apart(unfinished).records
    for minutes, draft in ((4, True), (5, False)):
        found = told_apart(a_record(), now=THEN + timedelta(minutes=minutes))
        assert bool(found.drafts) is draft
        assert all(d.until == THEN + timedelta(minutes=5) for d in found.drafts)
        assert bool(found.records) is not draft


def test_a_page_with_a_key_or_in_the_base_is_no_draft() -> None:
    unfinished = in_notion("", a_page(key="k"), title="Unfinished")
    assert keys(told_apart(unfinished, now=THEN)) == {"k": PAGE}
    assert keys(told_apart(a_record(), base=KNOWN, now=THEN)) == {"k": PAGE}


@pytest.mark.parametrize("title", ["Fix it", "Renamed since"])
def test_a_file_made_for_a_page_is_found_again_by_the_end_of_its_id(title: str) -> None:
    found = told_apart(a_record(title=title), git=["fix-it-abcdef"], now=THEN)
    assert keys(found) == {"fix-it-abcdef": PAGE}  # no draft either: it was taken in before


def test_an_id_that_two_keys_end_with_names_neither() -> None:
    found = told_apart(a_record(), git=["a-abcdef", "b-abcdef"])
    assert keys(found) == {"fix-it-abcdef": PAGE}


def test_two_pages_never_get_one_key() -> None:
    twin = "22222222-2222-3333-4444-555555abcdef"
    found = told_apart(a_record(), a_record(twin))
    assert keys(found) == {"fix-it-abcdef": PAGE}
    assert [f.check for f in found.findings] == ["duplicate key"]


# --- first contact --------------------------------------------------------------------------

NEVER = Base()


def test_first_contact_pairs_nothing_by_itself() -> None:
    found = told_apart(a_record(), base=NEVER, git=["k1"])
    assert keys(found) == {}
    assert [p.title for p in found.unpaired] == ["Fix it"]


def test_at_first_contact_a_page_edited_a_moment_ago_may_be_a_twin_as_well() -> None:
    found = told_apart(a_record(), base=NEVER, git=["k1"], now=THEN)
    assert [p.title for p in found.unpaired] == ["Fix it"]


def test_first_contact_is_over_when_somebody_says_that_all_are_new() -> None:
    found = told_apart(a_record(), base=NEVER, git=["k1"], all_new=True)
    assert keys(found) == {"fix-it-abcdef": PAGE}
    assert not found.unpaired


@pytest.mark.parametrize("git", [(), ("k9",)])
def test_first_contact_with_one_empty_side_or_all_linked_asks_nothing(git: tuple[str]) -> None:
    found = told_apart(a_record(), a_record(OTHER, key="k9"), base=NEVER, git=git)
    assert keys(found) == {"fix-it-abcdef": PAGE, "k9": OTHER}


# --- tombstones -----------------------------------------------------------------------------


def buried(side: Side) -> Base:
    return Base(tombstones={"k": a_tombstone(side)}, ever=True)


@pytest.mark.parametrize("side", Side)
def test_a_deleted_page_that_is_there_again_has_its_old_key(side: Side) -> None:
    assert keys(told_apart(a_record(), base=buried(side), now=THEN)) == {"k": PAGE}


def test_a_page_that_the_mapping_keeps_stays_out_until_git_has_the_key_again() -> None:
    kept = replace(TASKS, when_deleted_in_git=Carry.KEEP)
    assert keys(told_apart(a_record(), base=buried(Side.GIT), mapping=kept)) == {}
    again = told_apart(a_record(), base=buried(Side.GIT), mapping=kept, git=["k"])
    assert keys(again) == {"k": PAGE}


# --- relations ------------------------------------------------------------------------------


def test_relations_are_told_by_key_where_the_page_is_known() -> None:
    record = in_notion("k", title="T", project=frozenset({"page:P1", "page:P2"}))
    keys_of = {"projects": {"P1": "apollo"}}
    resolved = resolve_relations(TASKS, record, keys_of)
    assert resolved.fields["project"] == frozenset({"apollo", "page:P2"})
    assert resolve_relations(TASKS, in_notion(title="T"), keys_of) == in_notion(title="T")


def test_a_rename_reaches_the_records_that_relate_to_it() -> None:
    """Read by the new key, their relations are edits in Notion that the files follow."""
    apollo, artemis = frozenset({"apollo"}), frozenset({"artemis"})
    base = in_base(TASKS, title="T", owner="o", project=apollo)
    notion = resolve_relations(
        TASKS,
        in_notion(title="T", owner="o", project=frozenset({"page:P1"})),
        {"projects": {"P1": "artemis"}},
    )
    operation = planned(
        TASKS, base=base, git=in_git(title="T", owner="o", project=apollo), notion=notion
    )
    assert written(operation, Side.GIT) == {"project": artemis}
    assert operation.write(Side.NOTION) is None
    followed = in_git(title="T", owner="o", project=artemis)
    assert not planned(TASKS, base=base, git=followed, notion=notion).writes


def test_a_rename_writes_the_key_and_nothing_else() -> None:
    base = in_base(TASKS, title="T", owner="o")
    operation = planned(
        TASKS,
        base=base,
        git=in_git(title="T", owner="o"),
        notion=in_notion("k", a_page(key="old"), title="T", owner="o"),
        renamed_from="old",
    )
    assert operation.kind is Kind.RENAME
    assert [(w.side, w.fields(), w.key_to_write) for w in operation.writes] == [
        (Side.NOTION, {}, True)
    ]
