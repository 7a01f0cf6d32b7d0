"""Files that git keeps and Notion hosts: one file under two names.

A page names a hosted file by its address there, a record by its path here. They are told to be the
same by what the base holds of both, and by the digest in the address (uploads are named so).
"""

from dataclasses import replace

from notion_gitops.model.values import FileRef, Value, files_of


def known_here(value: Value, locals_: Value, pairs: dict[str, FileRef]) -> Value:
    """The value of a page, its hosted files by their paths in git where those are known.

    Args:
        value: what the page holds.
        locals_: what git holds, or is to hold.
        pairs: the address of a hosted file -> the file in git, as both were last agreed.
    """
    if not isinstance(value, tuple):
        return value
    here = [r for r in files_of(locals_) if r.path]
    return tuple(_known(ref, here, pairs) for ref in files_of(value)) or None


def _known(ref: FileRef, here: list[FileRef], pairs: dict[str, FileRef]) -> FileRef:
    if not ref.hosted:
        return ref
    found = pairs.get(ref.url) or next((r for r in here if same_content(ref, r)), None)
    return ref if found is None else replace(found, name=ref.name)


def same_content(hosted: FileRef, local: FileRef) -> bool:
    """Whether a hosted file was uploaded from that content."""
    return bool(local.digest) and f".{local.digest}." in hosted.url.rsplit("/", 1)[-1]


def agreed_pairs(base: Value, stored: Value) -> dict[str, FileRef]:
    """The address of a hosted file -> the file in git, from a value as both sides hold it."""
    here, there = files_of(base), files_of(stored)
    if len(here) != len(there):
        return {}
    return {t.url: h for h, t in zip(here, there, strict=True) if h.path and t.hosted}


def to_upload(wanted: Value, page: Value, pairs: dict[str, FileRef]) -> tuple[FileRef, ...]:
    """The files in git that a page does not hold yet, each once."""
    return tuple(dict.fromkeys(
        r for r in files_of(wanted) if r.path and hosted_twin(r, page, pairs) is None
    ))  # fmt: skip


def hosted_twin(local: FileRef, page: Value, pairs: dict[str, FileRef]) -> FileRef | None:
    """What a page holds of a file in git, with the same content; None if it does not."""
    for ref in files_of(page):
        agreed = pairs.get(ref.url)
        same = agreed is not None and (agreed.url, agreed.digest) == (local.url, local.digest)
        if ref.hosted and (same_content(ref, local) or same):
            return ref
    return None
