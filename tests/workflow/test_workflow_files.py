"""Files that records name: sent to Notion, fetched from there, and sent no more than once."""

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest

from notion_gitops.model.errors import ExitCode, Refused
from notion_gitops.model.restores import RestoreWish
from notion_gitops.sandbox import SandboxTransport
from notion_gitops.sandbox.values.users import set_upload_limit
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.validate import validate
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.confirm import read_back
from notion_gitops.workflow.writing.put_back import put_back
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_world import VERSION, World

MAPPING = """\
version: 1
name: papers
notion: {database: "${NOTION_PAPERS}"}
git: {path: state/records/papers, format: yaml}
mode: two-way
key: {property: Key}
fields:
  title: {property: Name, type: title, required: true}
  files: {property: Files, type: files}
"""
SEED = {
    "workspace": {"name": "Acme"},
    "users": [{"name": "Eva Lind", "email": "eva@acme.example"}],
    "databases": [
        {
            "name": "Papers",
            "mapping": "papers",
            "properties": {"Name": "title", "Key": "rich_text", "Files": "files"},
            "pages": [],
        }
    ],
}
LINK = "{name: site, url: 'https://acme.example/'}"
Json = dict[str, Any]


@pytest.fixture
def papers(make: MakeWorld) -> World:
    """A record that names a file of the repository, which is not synced yet."""
    records = {"papers/plan": {"title": "Plan", "files": f"[docs/plan.pdf, {LINK}]"}}
    world = make(SEED, {}, {"papers": MAPPING})
    world.write("docs/plan.pdf", "first")
    for record, values in records.items():
        world.spell(record, **values)
    world.commit("Start with files")
    return world


@pytest.fixture
def synced(papers: World) -> World:
    papers.apply()
    return papers


def files(world: World, page: str = "papers/plan") -> list[Json]:
    found: list[Json] = world.raw_page(page)["properties"]["Files"]["files"]
    return found


def content(world: World, file: Json) -> bytes:
    with httpx.Client(transport=SandboxTransport(world.sandbox)) as client:
        return client.get(file["file"]["url"]).content


def uploads(world: World) -> int:
    return sum(1 for one in world.sandbox.log if one.path.endswith("/send"))


def put_in_notion(world: World, name: str, said: bytes, *, beside: bool = True) -> None:
    """A colleague adds a file to the page, by another connection."""
    headers = {"Authorization": "Bearer another-connection", "Notion-Version": VERSION}
    old = files(world) if beside else []
    with httpx.Client(transport=SandboxTransport(world.sandbox), headers=headers) as client:
        url = "https://sandbox/v1/file_uploads"
        made = client.post(url, json={"filename": name}).json()["id"]
        client.post(f"{url}/{made}/send", files={"file": (name, said, "application/pdf")})
    new = {"type": "file_upload", "file_upload": {"id": made}, "name": name}
    world.clock.advance(timedelta(minutes=10))
    values = {"properties": {"Files": {"files": [*old, new]}}}
    world.api("PATCH", f"pages/{world.page_id('papers/plan')}", values)


def test_a_file_goes_to_notion_once(papers: World) -> None:
    plan = papers.plan().plan
    (upload,) = plan.forecast.uploads
    assert (upload.path, upload.size) == ("docs/plan.pdf", 5)
    papers.apply()  # as many requests as forecast, and quiet afterwards
    first, second = files(papers)
    assert (first["name"], first["type"]) == ("plan.pdf", "file")
    assert content(papers, first) == b"first"
    assert second == {
        "name": "site",
        "type": "external",
        "external": {"url": "https://acme.example/"},
    }
    assert uploads(papers) == 1
    papers.clock.advance(timedelta(days=1))  # the addresses of then have expired
    papers.settled()
    assert uploads(papers) == 1


def test_another_content_goes_again_and_the_rest_stays(synced: World) -> None:
    synced.write("docs/more.pdf", "more")
    synced.edit("papers/plan", files=f"[docs/plan.pdf, docs/more.pdf, {LINK}]")
    synced.apply()
    assert uploads(synced) == 2  # the first file was not sent again
    before = [f["file"]["url"].split("?")[0] for f in files(synced)[:2]]
    synced.write("docs/plan.pdf", "second")
    synced.commit("Another plan")
    synced.apply()
    now = files(synced)
    assert [content(synced, f) for f in now[:2]] == [b"second", b"more"]
    assert now[1]["file"]["url"].split("?")[0] == before[1]
    assert now[2]["type"] == "external"
    assert uploads(synced) == 3


def test_a_file_of_notions_is_pulled_by_its_place(synced: World) -> None:
    put_in_notion(synced, "report.pdf", b"theirs")
    synced.apply()
    first, link, pulled = synced.record("papers/plan")["files"]
    assert first == {"name": "plan.pdf", "path": "docs/plan.pdf"}  # still by its path
    assert link["url"] == "https://acme.example/"
    assert pulled["name"] == "report.pdf"
    assert pulled["url"].startswith("notion:/files/")
    assert "?" not in pulled["url"]
    synced.edit("papers/plan", title="The plan")
    synced.edit(
        "papers/plan", files=f"[docs/plan.pdf, {{name: report.pdf, url: '{pulled['url']}'}}]"
    )
    synced.apply()
    assert [content(synced, f) for f in files(synced)] == [b"first", b"theirs"]
    assert uploads(synced) == 2


def test_a_file_of_notions_is_downloaded_where_the_mapping_says(synced: World) -> None:
    synced.remap("papers", ("type: files}", "type: files, download: files/papers}"))
    put_in_notion(synced, "re port?.pdf", b"theirs")
    plan = synced.plan().plan
    assert plan.forecast.downloads == ("re port?.pdf to files/papers/plan/",)
    assert not (synced.root / "files").exists()
    synced.apply()
    path = "files/papers/plan/re port_.pdf"
    assert synced.read(path) == "theirs"
    names = [each.get("path") for each in synced.record("papers/plan")["files"]]
    assert names == ["docs/plan.pdf", None, path]
    assert synced.git("show", f"HEAD:{path}") == "theirs"
    asked = synced.sandbox.downloads[-1]
    assert "authorization" not in asked.headers
    synced.edit("papers/plan", title="Other")
    synced.apply()
    assert uploads(synced) == 2  # what came from Notion does not go there again
    synced.write(path, "ours")
    synced.commit("A better report")
    synced.apply()
    assert content(synced, files(synced)[2]) == b"ours"


def test_f013_a_file_is_downloaded_from_a_property_that_was_renamed(synced: World) -> None:
    synced.remap("papers", ("type: files}", "type: files, download: files}"))
    put_in_notion(synced, "a.pdf", b"theirs")
    synced.schema("papers", {"Files": {"name": "Attached"}})
    synced.apply()
    assert synced.read("files/plan/a.pdf") == "theirs"


@pytest.mark.parametrize("name", ["報" * 90 + ".pdf", "a" * 95 + ".é" * 30, "x." + "y" * 90])
def test_a_long_name_is_cut_to_what_a_file_can_be_called(synced: World, name: str) -> None:
    synced.remap("papers", ("type: files}", "type: files, download: files/papers}"))
    put_in_notion(synced, name[:100], b"theirs")
    synced.apply()
    (kept,) = (synced.root / "files/papers/plan").iterdir()
    assert kept.read_bytes() == b"theirs"


def test_an_address_in_notion_that_cannot_be_read_is_left_alone(synced: World) -> None:
    odd = {"name": "odd", "type": "external", "external": {"url": "https://[odd"}}
    page = synced.page_id("papers/plan")
    synced.api("PATCH", f"pages/{page}", {"properties": {"Files": {"files": [odd]}}})
    before = synced.read("state/records/papers/plan.yaml")
    findings = synced.plan().plan.findings
    assert any("address cannot be read" in finding.message for finding in findings)
    synced.edit("papers/plan", title="Other")
    synced.apply()
    assert synced.read("state/records/papers/plan.yaml").splitlines()[1:] == before.splitlines()[1:]
    assert [each["name"] for each in files(synced)] == ["odd"]


def test_an_address_that_expired_is_read_anew(
    synced: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.remap("papers", ("type: files}", "type: files, download: files}"))
    put_in_notion(synced, "report.pdf", b"theirs")

    def slow(*arguments: Any) -> Any:
        found = read_back(*arguments)
        synced.clock.advance(timedelta(hours=2))
        return found

    monkeypatch.setattr("notion_gitops.workflow.apply.read_back", slow)
    synced.apply(exact=False)
    assert synced.read("files/plan/report.pdf") == "theirs"


def test_files_that_cannot_be_read_are_told_with_their_place(papers: World) -> None:
    outside = papers.root.parent / "secret.txt"
    outside.write_text("secret")
    (papers.root / "docs/link.txt").symlink_to(outside)
    papers.write("docs/empty.txt", "")
    wrong = {
        "docs/none.pdf": "there is no file",
        "../secret.txt": "leads out of the repository",
        "/etc/passwd": "no path inside of the repository",
        "docs/link.txt": "is a link that leads out",
        "docs/empty.txt": "is empty",
        ".git/config": "none of the files that are kept in git",
        "docs": "no regular file",
    }
    lines = "".join(f"\n  - {{path: '{path}'}}" for path in wrong)
    papers.spell("papers/plan", files=lines)
    problems = validate(open_workspace(papers.root)).problems
    assert len(problems) == len(wrong)
    for problem, (path, said) in zip(problems, wrong.items(), strict=True):
        assert said in problem.summary, path
        assert problem.place is not None
        assert problem.place.file == "state/records/papers/plan.yaml"
    assert len({p.place.line for p in problems if p.place}) == len(wrong)


def test_a_missing_file_leaves_its_record_alone(synced: World) -> None:
    (synced.root / "docs/plan.pdf").unlink()
    synced.edit("papers/other", title="Other")
    planned = synced.plan()
    (problem,) = planned.plan.mappings[0].problems
    assert 'there is no file "docs/plan.pdf"' in problem.summary
    synced.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert content(synced, files(synced)[0]) == b"first"


def test_a_file_that_is_not_committed_is_committed_first_or_refused(synced: World) -> None:
    synced.write("docs/plan.pdf", "second")
    with pytest.raises(Refused, match=r"docs/plan\.pdf"):
        synced.apply()


def test_a_file_that_git_ignores_is_refused(synced: World) -> None:
    """Holds T09."""
    synced.write(".gitignore", "/.notion-gitops/\n*.log\n")
    synced.write("docs/today.log", "much")
    synced.edit("papers/plan", files="[docs/plan.pdf, docs/today.log]")
    with pytest.raises(Refused, match=r"not kept in git: docs/today\.log"):
        synced.apply()
    assert uploads(synced) == 1


def test_a_large_file_goes_in_parts(synced: World) -> None:
    with synced.sandbox.acting() as call:
        set_upload_limit(call, 100 * 1024 * 1024)
    large = "x" * (21 * 1024 * 1024)
    synced.write("docs/plan.pdf", large)
    synced.commit("Large")
    synced.apply()  # counted: me, create, three parts, complete
    assert content(synced, files(synced)[0]) == large.encode()
    assert uploads(synced) == 4


def test_a_file_above_the_limit_of_the_workspace_is_told(synced: World) -> None:
    synced.write("docs/plan.pdf", "x" * (6 * 1024 * 1024))
    synced.commit("Too large")
    result = synced.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert "6.0 MB" in result.outcomes[0].detail
    assert uploads(synced) == 1


def test_a_page_that_was_written_before_a_crash_is_known_again(papers: World) -> None:
    papers.apply()
    papers.git("update-ref", "-d", "refs/heads/notion-gitops/state")
    papers.apply(anew=True)
    assert uploads(papers) == 1


def test_a_lost_answer_to_the_write_sends_no_file_twice(synced: World) -> None:
    synced.write("docs/plan.pdf", "second")
    synced.commit("Another plan")
    synced.sandbox.weather.add(Rule(Effect.DROP_AFTER, method="PATCH", count=1))
    synced.apply(exact=False)
    assert content(synced, files(synced)[0]) == b"second"
    assert uploads(synced) == 2


def test_a_lost_answer_to_an_upload_loses_nothing(papers: World) -> None:
    papers.sandbox.weather.add(Rule(Effect.DROP_AFTER, path=".*/send", count=1))
    papers.apply(exact=False)
    assert content(papers, files(papers)[0]) == b"first"


def test_a_run_that_could_not_be_recorded_is_taken_up(
    papers: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("notion_gitops.workflow.apply.commit_sync", full)
        papers.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    papers.apply()
    assert uploads(papers) == 1
    papers.write("docs/plan.pdf", "second")
    papers.commit("Another plan")
    with monkeypatch.context() as patch:
        patch.setattr("notion_gitops.workflow.apply.commit_sync", full)
        papers.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    papers.apply()
    assert uploads(papers) == 2


def test_a_download_that_could_not_be_recorded_is_taken_up(
    synced: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.remap("papers", ("type: files}", "type: files, download: files}"))
    put_in_notion(synced, "report.pdf", b"theirs")

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("notion_gitops.workflow.apply.commit_sync", full)
        synced.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    put_back(open_workspace(synced.root))
    synced.apply()
    assert synced.git("show", "HEAD:files/plan/report.pdf") == "theirs"


def test_a_download_that_fails_waits(synced: World) -> None:
    synced.remap("papers", ("type: files}", "type: files, download: files}"))
    synced.write("files/plan/report.pdf", "mine")
    synced.write("files/plan/report-d0f631ca.pdf", "mine too")
    synced.commit("Files in the way")
    put_in_notion(synced, "report.pdf", b"hello")
    digest = hashlib.sha256(b"hello").hexdigest()[:8]
    synced.write(f"files/plan/report-{digest}.pdf", "in the way")
    synced.commit("Another file in the way")
    result = synced.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert "is there already, with another content" in result.notes[0]
    assert len(synced.record("papers/plan")["files"]) == 2
    (synced.root / f"files/plan/report-{digest}.pdf").unlink()
    synced.commit("Make room")
    synced.apply()
    assert synced.read(f"files/plan/report-{digest}.pdf") == "hello"
    assert synced.read("files/plan/report.pdf") == "mine"


def test_edits_on_both_sides_are_asked_about(synced: World) -> None:
    put_in_notion(synced, "report.pdf", b"theirs")
    synced.write("docs/plan.pdf", "second")
    synced.commit("Another plan")
    synced.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert [content(synced, f) for f in files(synced) if "file" in f] == [b"first", b"theirs"]
    theirs = files(synced)[-1]["file"]["url"].partition("?")[0].partition("/files/")[2]
    kept = f"{{name: report.pdf, url: 'notion:/files/{theirs}'}}"
    synced.answer("papers/plan", f"{{value: [docs/plan.pdf, {kept}]}}", "files")
    synced.apply()
    assert [content(synced, f) for f in files(synced)] == [b"second", b"theirs"]
    assert uploads(synced) == 3


def test_a_file_of_another_page_is_not_taken_along(synced: World) -> None:
    put_in_notion(synced, "report.pdf", b"theirs")
    synced.apply()
    url = synced.record("papers/plan")["files"][-1]["url"]
    synced.edit("papers/other", title="Other", files=f"[{{name: report.pdf, url: '{url}'}}]")
    result = synced.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert "kept by Notion on another page" in result.notes[0]


def test_people_read_what_is_sent_and_fetched(papers: World) -> None:
    _, out, _ = papers.command("plan", "--sandbox")
    assert "Apply is going to upload docs/plan.pdf, 5 bytes." in out


def test_files_come_back_out_of_a_backup_as_far_as_they_are_here(synced: World) -> None:
    synced.edit("papers/plan", files=f"[{LINK}]")
    sync = synced.apply().sync_id
    wish = RestoreWish(sync, "papers", "plan")
    synced.apply(restores=(wish,))
    assert [content(synced, f) for f in files(synced) if f["type"] == "file"] == [b"first"]
    put_in_notion(synced, "sketch.pdf", b"drawn in Notion")
    synced.apply()
    synced.edit("papers/plan", files=f"[{LINK}]")
    wish = RestoreWish(synced.apply().sync_id, "papers", "plan")
    (left,) = synced.plan(restores=(wish,)).plan.not_restored
    assert "Notion hosts a file of it" in left.reason  # it cannot be sent anew
