"""What must hold when nobody edits and nothing holds the syncs up any more."""

import re
from collections.abc import Mapping

from tests.machine.machine_files import RELATIONS, Values, by_page, tokens_in
from tests.machine.machine_git import Clone
from tests.machine.machine_oracle import RULED, Oracle, hold
from tests.machine.machine_views import (
    Page,
    base_of,
    newest_state,
    questions_in,
    records_in,
)


def none_lost(oracle: Oracle, clones: Mapping[str, Clone]) -> None:
    """I4: every value stands somewhere, or a person saw another one take its place."""
    alive = {t for p in oracle.notion.pages().values() if not p.in_trash for t in _tokens(p)}
    for clone in clones.values():
        head = clone.head()
        for record in records_in(clone, head).values():
            alive |= tokens_in(" ".join(record.values()))
        for text in questions_in(clone, head).values():
            alive |= tokens_in(text)
    ruled = {t for t in oracle.backed_up if oracle.entered.get(t, "").rpartition(".")[2] in RULED}
    known = alive | oracle.excused | ruled
    lost = [t for t in oracle.entered if t not in known and not oracle.saw.get(t)]
    hold("I4", not lost, "lost:", {t: oracle.entered[t] for t in lost})


def agreed(oracle: Oracle, clone: Clone, told: str) -> None:
    """I1: both sides say the same of every record that nothing is asked about.

    Args:
        oracle: that watched.
        clone: that has all.
        told: by the last apply: of a key that went and one that came, which may be one record,
            it asks there.
    """
    head = clone.head()
    files, asked = records_in(clone, head), questions_in(clone, head)
    base = base_of(clone, newest_state(clone))
    pages = oracle.notion.pages()
    problems = told.partition("what it concerns is left alone:")[2]
    doubted = set(re.findall(r"[\w-]+", problems))
    for key, values in files.items():
        page = pages.get(base.pages.get(key, ""))
        if key in asked or key.rpartition("/")[2] in doubted:
            continue
        hold("I1", page is not None, key, "has a file and no page")
        assert page is not None
        hold("I1", not page.in_trash, key, "has a file, and its page is in the trash")
        wanted, found = (_live(v, pages) for v in (by_page(values, base.pages), page.values))
        hold("I1", found == wanted, key, "differs:", wanted, found)
    for key, page_id in base.pages.items():
        page = pages.get(page_id)
        gone = key not in files and key not in asked and key.rpartition("/")[2] not in doubted
        if gone and page is not None:
            hold("I1", page.in_trash, key, "has no file, and its page is there")


def _live(values: Values, pages: Mapping[str, Page]) -> Values:
    """The same with relations to live pages alone.

    Notion may show those in the trash or not; a key that names no record is told, and never sent
    as empty (design, 11.30).
    """
    live = {page.id for page in pages.values() if not page.in_trash}
    shown = {n: [t for t in values[n].splitlines() if t in live] for n in RELATIONS}
    return {**values, **{name: "\n".join(targets) for name, targets in shown.items()}}


def _tokens(page: Page) -> set[str]:
    return tokens_in(" ".join(page.values.values()))
