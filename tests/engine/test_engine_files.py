"""One file under two names: its path in git, its address in Notion."""

from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.files import agreed_pairs, hosted_twin, known_here, to_upload
from notion_gitops.model.values import HOSTED, LOCAL, FileRef, files_of

names = st.sampled_from(["a.pdf", "b.pdf"])
digests = st.sampled_from(["1" * 16, "2" * 16])
here = st.builds(lambda n, d: FileRef(n, f"{LOCAL}docs/{n}", d, 5), names, digests)
there = st.builds(
    lambda n, d, i: FileRef(n, f"{HOSTED}/files/w/{i}/{n[0]}.{d}.pdf"), names, digests, names
)
outside = st.builds(FileRef, names, st.just("https://acme.example/a"))
values = st.lists(here | there | outside, min_size=1, max_size=4).map(tuple)


@given(values, values)
def test_translating_loses_no_member_and_no_name(page: tuple[FileRef, ...], git: object) -> None:
    locals_ = tuple(r for r in git if isinstance(r, FileRef)) if isinstance(git, tuple) else ()
    found = files_of(known_here(page, locals_, {}))
    assert [r.name for r in found] == [r.name for r in page]
    assert known_here(found, locals_, {}) == found


@given(here, there)
def test_what_was_agreed_is_known_by_its_path(local: FileRef, hosted: FileRef) -> None:
    pairs = agreed_pairs((local,), (hosted,))
    (found,) = files_of(known_here((hosted,), None, pairs))
    assert (found.path, found.digest, found.name) == (local.path, local.digest, hosted.name)
    assert agreed_pairs((local,), (hosted, hosted)) == {}


@given(values, values)
def test_a_file_is_sent_only_if_no_member_holds_its_content(
    wanted: tuple[FileRef, ...], page: tuple[FileRef, ...]
) -> None:
    sent = to_upload(wanted, page, {})
    assert all(ref.path and hosted_twin(ref, page, {}) is None for ref in sent)
    kept = [ref for ref in wanted if ref.path and ref not in sent]
    assert all(f".{ref.digest}." in (hosted_twin(ref, page, {}) or ref).url for ref in kept)


def test_another_content_under_the_same_path_is_sent() -> None:
    old, new = (FileRef("a.pdf", f"{LOCAL}docs/a.pdf", digit * 16, 5) for digit in "12")
    hosted = FileRef("a.pdf", f"{HOSTED}/files/w/1/a.pdf")  # whose name Notion did not keep
    pairs = agreed_pairs((old,), (hosted,))
    assert to_upload((old,), (hosted,), pairs) == ()
    assert to_upload((new,), (hosted,), pairs) == (new,)
