"""What people may do to the records of a small world, for Hypothesis to draw from."""

from dataclasses import dataclass, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from notion_gitops.model.mapping import (
    Carry,
    DatabaseMapping,
    Direction,
    Mode,
    PropertyType,
    Rule,
    Take,
)
from notion_gitops.model.records import Side
from notion_gitops.model.values import Value
from tests.engine.engine_builders import (
    HERE,
    a_field,
    a_mapping,
)
from tests.engine.engine_world import (
    World,
)

TASKS = a_mapping(
    a_field("note"),
    a_field("tags", PropertyType.MULTI_SELECT),
    a_field("status", PropertyType.STATUS),
    a_field("owner", required=True),
    a_field("done", PropertyType.CHECKBOX),
    a_field("pushed", direction=Direction.PUSH),
    a_field("pulled", direction=Direction.PULL),
)
TEXTS = ("title", "note", "owner", "pushed", "pulled")
KEYS = ("k1", "k2", "k3")
TAKES = (Take.MANUAL, Take.GIT, Take.NOTION)
SEARCH = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- what people may do ---------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """One thing that somebody does to a record on one side."""

    side: Side
    key: str
    what: str  # a field, or "delete", or "create"
    value: Value = None


def _texts(side: Side) -> st.SearchStrategy[Value]:
    own = st.sampled_from(["x", "y", "z ", " w"]).map(lambda v: f"{side.value}-{v}")
    return st.one_of(own, st.sampled_from(["shared", None]))


def _tags(side: Side) -> st.SearchStrategy[Value]:
    members = st.sampled_from(["t1", "t2", "shared", f"{side.value}-tag"])
    return st.frozensets(members, max_size=4).map(lambda s: s or None)


WHATS = (*TEXTS, *TEXTS, "tags", "status", "done", "delete", "create", "rename")


@st.composite
def edits(draw: st.DrawFn, keys: tuple[str, ...] = KEYS, whats: tuple[str, ...] = WHATS) -> Edit:
    side, key = draw(st.sampled_from(Side)), draw(st.sampled_from(keys))
    what = draw(st.sampled_from(whats))
    match what:
        case "tags":
            value = draw(_tags(side))
        case "status":
            empty = [] if side is Side.NOTION else [None]
            value = draw(st.sampled_from(["todo", "doing", "done", *empty]))
        case "done":
            value = draw(st.booleans())
        case _:
            value = draw(_texts(side))
    return Edit(side, key, what, value)


@st.composite
def mappings(draw: st.DrawFn) -> DatabaseMapping:
    takes = st.sampled_from(TAKES)
    rules = [Rule(f"rule for {n}", draw(takes), HERE, frozenset({n})) for n in ("note", "status")]
    return replace(
        TASKS,
        rules=tuple(rules),
        otherwise=draw(takes),
        mode=draw(st.sampled_from([Mode.TWO_WAY, Mode.TWO_WAY, Mode.TWO_WAY, Mode.MIRROR])),
        when_deleted_in_git=draw(st.sampled_from(Carry)),
        when_trashed_in_notion=draw(st.sampled_from(Carry)),
    )


def do(world: World, edit: Edit) -> None:
    """What cannot be done, since the record is not there, is not done."""
    if edit.side is Side.GIT:
        _in_git(world, edit)
    elif (record := world.base.records.get(edit.key)) and record.page_id in world.pages:
        page = world.pages[record.page_id]
        if edit.what == "delete":
            page.in_trash = True
        elif edit.what not in ("create", "rename") and not page.in_trash:
            _put(page.fields, edit)
    if edit.side is Side.NOTION and edit.what == "create":
        title = f"born {edit.key} {edit.value}".strip()
        more: dict[str, Value] = {"pushed": "notion-p", "pulled": "notion-q", "status": "todo"}
        world.add_page({"title": title, "owner": "o", **more})


def _in_git(world: World, edit: Edit) -> None:
    if edit.what == "delete":
        world.git.pop(edit.key, None)
    elif edit.what == "rename":
        if edit.key in world.git:
            world.git.setdefault(f"{edit.key}-new", world.git.pop(edit.key))
    elif edit.what == "create":
        more: dict[str, Value] = {"pushed": "git-p ", "pulled": "git-q"}
        world.git.setdefault(edit.key, {"title": f"again {edit.value}", "owner": "o", **more})
    elif edit.key in world.git:
        _put(world.git[edit.key], edit)


def _put(fields: dict[str, Value], edit: Edit) -> None:
    value = edit.value
    if edit.what in ("title", "owner") and edit.side is Side.GIT:
        value = value or "required"  # a file without it would be invalid, and never be planned
    if isinstance(value, str) and edit.side is Side.NOTION:
        value = value.strip()
    if value is None:
        fields.pop(edit.what, None)
    else:
        fields[edit.what] = value


def in_step(mapping: DatabaseMapping) -> World:
    """A world in which the three records are in step."""
    world = World(replace(mapping, mode=Mode.TWO_WAY))
    for key in KEYS:
        first: dict[str, Value] = {"title": key, "owner": f"{key} owner", "note": f"{key} note "}
        world.git[key] = {**first, "tags": frozenset({"t1", key}), "status": "todo"}
    world.sync()
    world.mapping = mapping
    assert world.plan() == ()
    return world


worlds = st.builds(in_step, mappings())
days = st.lists(edits(), max_size=8)
quarrels = st.lists(edits(KEYS[:1], ("note", "title")), max_size=4)  # conflicts, mostly
moves = st.lists(edits(KEYS[:1], ("rename", "note", "pushed", "delete", "create")), max_size=4)
