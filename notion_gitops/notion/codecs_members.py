"""Codecs of people, relations and files: lists that a write replaces as a whole.

Members without a name here are carried by id, and sent again with every write of the list.
"""

from collections.abc import Container
from urllib.parse import urlsplit

from notion_gitops.model.nearest import nearest
from notion_gitops.model.people import People
from notion_gitops.model.values import HOSTED, FileRef, Value
from notion_gitops.notion.carrying import Context, NotCarried
from notion_gitops.notion.codecs_options import in_order, members
from notion_gitops.notion.failures import Json
from notion_gitops.notion.ids import dashed, parse_id

CUT_PEOPLE = 25  # a page shows no more people of one property than these, and does not say so

_NOTION_HOSTS = ("prod-files-secure.s3.", "secure.notion-static.com", "s3.us-west-2.amazonaws.com")


def decode_people(prop: Json, context: Context) -> Value:
    """Aliases, or ``user:ID``."""
    if people_are_cut(prop):
        raise NotCarried("Notion cut the list of people short", check="cut")
    return frozenset(person(user, context.people) for user in prop["people"]) or None


def people_are_cut(prop: Json) -> bool:
    """Whether a page may have left out some of these people."""
    return len(prop["people"]) >= CUT_PEOPLE and prop.get("has_more") is not False


def person(user: Json, people: People) -> str:
    """The alias of a user (or group) of Notion's, or ``user:ID``."""
    return people.alias_of(dashed(user["id"]))


def encode_people(value: Value, context: Context) -> list[Json]:
    """Users and groups by id."""
    old = {
        person(user, context.people): {"object": user.get("object", "user"), "id": user["id"]}
        for user in (context.previous or {}).get("people") or []
    }
    names = in_order(sorted(_known(members(value), context, old)), old)
    return [old.get(name) or {"object": "user", "id": _user_id(name, context)} for name in names]


def _known(wanted: frozenset[str], context: Context, old: Container[str]) -> frozenset[str]:
    """The wanted people under the names that they have in the old list."""
    return frozenset(
        name if name in old else context.people.alias_of(_user_id(name, context)) for name in wanted
    )


def _user_id(name: str, context: Context) -> str:
    found = context.people.user_id_of(name)
    if found is not None:
        return found
    near = nearest(name, context.people.names)
    meant = f'Did you mean "{near}"? ' if near else ""
    raise NotCarried(
        f'nobody is called "{name}"',
        fix=f"{meant}Else add the alias, with the user's id, to state/people.yaml: guests are not "
        "in Notion's list of users.",
        check="unknown person",
    )


def decode_relation(prop: Json, _context: Context) -> Value:
    """``page:ID`` members; whoever knows the other records puts their keys instead."""
    if prop.get("has_more"):
        raise NotCarried("Notion cut the list of related pages short", check="cut")
    return frozenset(f"page:{dashed(page['id'])}" for page in prop["relation"]) or None


def encode_relation(value: Value, context: Context) -> list[Json]:
    """Related pages by id."""
    wanted = [_page_id(member, context) for member in sorted(members(value))]
    old = (context.previous or {}).get("relation") or []
    return [{"id": page} for page in in_order(wanted, (dashed(p["id"]) for p in old))]


def _page_id(member: str, context: Context) -> str:
    if member.startswith("page:"):
        identity = parse_id(member.removeprefix("page:"))
    else:
        identity = context.page_ids.get(context.field.to or "", {}).get(member)
    if identity is not None:
        return identity
    raise NotCarried(
        f'"{member}" has no page in Notion',
        fix=f"It is written once {context.field.to or 'the record'} has that page.",
        check="dangling",
    )


def decode_files(prop: Json, _context: Context) -> Value:
    """Files by name and address."""
    return tuple(_file_ref(item) for item in prop["files"]) or None


def _file_ref(item: Json) -> FileRef:
    kind = item.get("type") or ("external" if "external" in item else "file")
    url = item[kind].get("url") if kind in {"external", "file"} else None
    if url is None:
        raise NotCarried(f"it holds a file of the kind {kind}, which cannot be kept in git")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise NotCarried("it holds a file whose address cannot be read") from None
    # Where a hosted file is: without the host and the signature, which change.
    return FileRef(item.get("name") or "", HOSTED + parts.path if kind == "file" else url)


def signed_url(prop: Json, ref: FileRef) -> str | None:
    """The address at which a hosted file opens now, if the property holds it."""
    hosted = (item for item in prop.get("files") or [] if "file" in item)
    return next((i["file"]["url"] for i in hosted if _file_ref(i).url == ref.url), None)


def encode_files(value: Value, context: Context) -> list[Json]:
    """Files as they were, in the new order; new ones by their address or as they were uploaded."""
    old = {_file_ref(item): item for item in (context.previous or {}).get("files") or []}
    refs = value if isinstance(value, tuple) else ()
    if value is not None and not isinstance(value, tuple):
        raise NotCarried(f"a list of files is expected, not {type(value).__name__}")
    return [_file(ref, old, context) for ref in refs]


def _file(ref: FileRef | str, old: dict[FileRef, Json], context: Context) -> Json:
    if not isinstance(ref, FileRef):
        raise NotCarried("a file needs a name and an address")
    if ref in context.uploads:
        upload = {"id": context.uploads[ref]}
        return {"name": ref.name, "type": "file_upload", "file_upload": upload}
    known = context.hosted.get(ref, ref)
    before = old.get(known) or next((i for r, i in old.items() if r.url == known.url), None)
    if before is not None and "file" in before:
        return {"name": ref.name, "type": "file", "file": {"url": before["file"]["url"]}}
    if ref.path:
        raise NotCarried(f'"{ref.path}" was not uploaded', check="upload")
    if ref.hosted or any(host in (urlsplit(ref.url).netloc) for host in _NOTION_HOSTS):
        raise NotCarried(
            f'"{ref.name}" is kept by Notion on another page, and its address would not open',
            fix="Upload the file to this page in Notion, or keep it in git and name its path.",
        )
    return {"name": ref.name, "type": "external", "external": {"url": ref.url}}
