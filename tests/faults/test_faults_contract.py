"""What holds in every run: the token stays secret, machines say --yes, what is lost is kept."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_world import World

TASK = r"/pages/[0-9a-f-]+$"


# --- asking ---


@pytest.mark.parametrize("command", ["plain", "pull", "reports", "push"])
def test_without_a_terminal_and_without_yes_nothing_is_written(world: World, command: str) -> None:
    if command == "pull":
        world.edit_notion("t1", hours=55)
    else:
        world.edit_git("t1", hours=71)
    before = world.heads()
    folder = world.root.parent / "reports"
    options = {"reports": ["--reports", str(folder)]}.get(command, [])
    ran = world.run("apply", *options)
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "--yes" in ran.text
    assert world.heads() == before
    assert not world.transport.writes()
    assert not folder.exists()


def test_uncommitted_records_and_mappings_are_refused(world: World) -> None:
    """Holds F088."""
    world.write("t1", hours=71)
    before = world.heads()
    ran = world.apply()
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "--commit-records" in ran.text
    assert world.heads() == before
    mapping = world.root / "mappings" / "tasks.yaml"
    mapping.write_text(mapping.read_text() + "# changed\n")
    assert world.apply("--commit-records").code == ExitCode.REFUSED
    assert not world.transport.writes()
    assert world.head() == before[0]


def test_a_stray_file_beside_the_records_stops_nothing(world: World) -> None:
    (world.root / "state/records/tasks/.t1.yaml.swp").write_text("an editor's")
    (world.root / "state/records/tasks/notes.txt").write_text("mine")
    world.edit_notion("t1", hours=55)
    assert world.apply().code == ExitCode.DONE
    assert "notes.txt" not in world.git("show", "--stat", "HEAD")


# --- the token ---

CANARY = "ntn_canary7Qd93kZxT0kEn"


def forms(secret: str) -> set[bytes]:
    """How a secret may lie in a file: GitHub masks the first of these alone."""
    raw = secret.encode()
    packed = {base64.b64encode(b"x" * n + raw)[4 if n else 0 : -4].rstrip(b"=") for n in range(3)}
    return {
        *(raw, raw[::-1], raw.hex().encode(), raw.hex().upper().encode(), *packed),
        *("".join(f"%{byte:02x}" for byte in raw).encode(), raw.decode().encode("utf-16-le")),
    }


def holds(content: bytes) -> bool:
    return any(form in content for form in forms(CANARY))


def test_t08_the_forms_of_a_secret_are_found() -> None:
    for around in ("", "a", "ab", "abc"):
        assert holds(base64.b64encode(f"{around}{CANARY}{around}".encode()))
    assert holds(f"Bearer {CANARY}".encode().hex().encode())
    assert not holds(b"")


def everything(world: World) -> list[tuple[str, bytes]]:
    """All files of the workspace and all objects of its repository."""
    found = [(str(p), p.read_bytes()) for p in world.root.rglob("*") if p.is_file()]
    listing = world.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    where = ["git", "-C", str(world.root), "cat-file", "--batch"]
    objects = subprocess.run(where, input=listing.encode(), capture_output=True, check=True)
    return [*found, ("objects", objects.stdout)]


@pytest.mark.parametrize("weather", ["fair", "401", "400", "html", "drop", "redirect"])
def test_the_token_is_nowhere(world: World, weather: str) -> None:
    """Holds P10, T08, I22."""
    world.sandbox.add_token(CANARY, name="Canary")
    world.token = CANARY
    world.monkeypatch.setenv("NOTION_TOKEN", CANARY)
    world.edit_git("t1", hours=71)
    world.edit_notion("t2", hours=52)
    said = f"token {CANARY} is bad"  # a server that tells it back
    match weather:
        case "fair":
            pass
        case "401" | "400":
            body = {"code": "unauthorized", "message": said}
            world.weather(Effect.ANSWER, "PATCH", TASK, status=int(weather), body=body)
        case "html":
            world.weather(Effect.ANSWER, "PATCH", TASK, status=502, body=f"<p>{said}</p>")
        case "redirect":
            headers = {"location": "http://127.0.0.1:9/steal"}
            world.weather(Effect.ANSWER, "PATCH", TASK, status=307, headers=headers)
        case _:
            world.weather(Effect.DROP_BEFORE, "PATCH", TASK)
    reports = world.root.parent / "reports"
    outputs = [world.apply("--reports", str(reports), "--format", "json").text]
    outputs += [world.run(*c).text for c in (["plan"], ["check"], ["status"], ["log"])]
    assert f"Bearer {CANARY}" in world.transport.headers  # it was used
    for text in outputs:
        assert not holds(text.encode())
    written = [(str(p), p.read_bytes()) for p in reports.glob("*")]
    if weather == "fair":
        assert len(written) == 18
    for name, content in [*everything(world), *written]:
        if name.endswith("sandbox.sqlite"):
            continue  # Notion itself knows its tokens
        assert not holds(content), name


# --- backups and the journal ---


def test_what_is_overwritten_is_on_disk_before_it_is(world: World) -> None:
    world.edit_git("t1", hours=71)
    before: list[str] = []
    journal = world.root / ".notion-gitops" / "journal.jsonl"
    world.when("PATCH", TASK, lambda: before.append(journal.read_text()))
    world.edit_notion("t2", note="Pulled")
    assert world.apply().code == ExitCode.DONE
    lines = [json.loads(line) for line in before[0].splitlines()]
    backups = next(line["backups"] for line in lines if line["what"] == "backups")
    assert {b["key"] for b in backups} >= {"t1"}
    assert {b["key"] for b in backups if b["fields"].get("hours") == 1} == {"t1"}
    assert "t1" in world.state_file("backup.jsonl")
    assert not journal.exists()


def test_the_backups_of_a_run_that_could_not_record_stay(world: World) -> None:
    world.edit_git("t1", hours=71)

    def meanwhile() -> None:
        (world.root / "other.txt").write_text("Mine\n")
        world.git("add", "other.txt")
        world.git("commit", "-qm", "Meanwhile")

    world.edit_notion("t2", hours=52)
    world.when("PATCH", TASK, meanwhile)
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    world.settle()
    left = list((world.root / ".notion-gitops").glob("journal-left-*.jsonl"))
    assert len(left) == 1
    assert '"t1"' in left[0].read_text()


# --- the disk ---


@pytest.mark.parametrize("where", ["state/records/tasks", ".git/objects"])
def test_a_folder_that_cannot_be_written(world: World, where: str) -> None:
    """Holds C12."""
    world.edit_git("t1", hours=71)
    world.edit_notion("t2", hours=52)
    folder = world.root / where
    if subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout == "0\n":
        pytest.skip("root writes everywhere")
    folder.chmod(0o555)
    try:
        ran = world.apply()
    finally:
        folder.chmod(0o755)
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    world.settle()


def test_a_full_disk(world: World) -> None:
    """F062.

    Nothing more can be written once the pages are: no traceback, and the next run ends it.
    """
    world.edit_git("t1", hours=71)
    world.edit_notion("t2", hours=52)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        world.when("PATCH", TASK, lambda: patch.setattr("os.fsync", full))
        ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "No space left" in ran.text
    assert world.in_notion("t1", "Hours") == 71
    world.settle()
    assert world.in_git("t2")["hours"] == 52


def test_a_disk_that_is_full_from_the_start(world: World) -> None:
    """Holds F062."""
    world.edit_git("t1", hours=71)
    before = world.heads()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", full)
        ran = world.apply()
    assert ran.code == ExitCode.FAILED, ran.text
    assert "No space left" in ran.text
    assert not world.transport.writes()
    assert world.heads() == before


def test_signing_that_fails_leaves_the_commits_to_make(world: World, tmp_path: Path) -> None:
    world.edit_git("t1", hours=71)
    world.edit_notion("t2", hours=52)
    world.git("config", "commit.gpgsign", "true")
    world.git("config", "gpg.program", "/bin/false")
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "signed" in ran.text
    assert world.in_notion("t1", "Hours") == 71
    world.git("config", "commit.gpgsign", "false")
    world.settle()
    assert world.in_git("t2")["hours"] == 52
