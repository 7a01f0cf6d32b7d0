"""`rename` as a process: what it prints, and that the next apply gives the page its new key."""

from tests.cli.cli_world import WIDTH, World

TOLD = """\
hall-b of projects is north-hall now.
2 records named it, and follow: tasks/order-beams and tasks/pour-slab
Commit these together: state/records/projects.yaml,
  state/records/tasks/order-beams.yaml, state/records/tasks/pour-slab.yaml and
  state/renames/projects/north-hall.yaml
The next apply gives its page the new key, whatever else you edit before.
"""


def test_a_record_gets_another_key_and_keeps_its_page(world: World) -> None:
    tool, records = world.tool, world.root / "state/records"
    before = tool.run("why", "projects", "hall-b", "--sandbox").expect(0).stdout
    without = tool.run("rename", "projects", "hall-b", "north-hall").expect(64)
    assert "add --sandbox" in without.stderr
    done = tool.run("rename", "projects", "hall-b", "north-hall", "--sandbox").expect(0)
    assert (done.stdout, done.stderr) == ("", TOLD)
    assert all(len(line) <= WIDTH for line in done.lines)
    assert "north-hall" in (records / "tasks/pour-slab.yaml").read_text()
    projects = records / "projects.yaml"
    projects.write_text(projects.read_text().replace("420000", "42").replace("Hall B", "North"))
    tool.git("add", "-A")
    tool.git("commit", "-q", "-m", "The north hall")
    assert "renamed in git, was hall-b" in tool.run("plan", "--sandbox").expect(0).stdout
    tool.run("apply", "--sandbox", "--yes").expect(0)
    after = tool.run("why", "projects", "north-hall", "--sandbox").expect(0).stdout
    assert _page(after) == _page(before)
    assert '"North"' in after
    assert tool.git("status", "--porcelain") == ""
    assert tool.git("ls-files", "state/renames") == ""
    tool.run("plan", "--sandbox", "--detailed-exitcode").expect(0)


def _page(told: str) -> str:
    """The address of the page that `why` tells."""
    return next(word for word in told.split() if "notion.so/" in word)


def test_the_history_of_a_record_follows_its_key_and_outlives_it(world: World) -> None:
    tool = world.tool
    tool.run("rename", "tasks", "pour-slab", "pour-floor", "--sandbox").expect(0)
    tool.git("add", "-A")
    tool.git("commit", "-q", "-m", "Another word for it")
    tool.run("apply", "--sandbox", "--yes").expect(0)
    tool.git("rm", "-q", "state/records/tasks/pour-floor.yaml")
    tool.git("commit", "-q", "-m", "Not needed")
    tool.run("apply", "--sandbox", "--yes").expect(0)
    told = tool.run("log", "tasks/pour-floor", "--sandbox").expect(0).stdout
    events = ("put the page", "Not needed", "updated the page", "Another word for it")
    assert [event for event in events if event not in told] == []
    assert told.index("is gone") < told.index("it was pour-slab") < told.index("record is new")
    last = tool.run("log", "tasks/pour-floor", "-n", "1", "--sandbox").expect(0).stdout
    assert "1 event," in last
    assert "There are older events" in last
    tool.run("log", "tasks", "pour-floor", "hours", "--sandbox").expect(64)
    tool.run("log", "tasks", "pour-floor", "--health", "--sandbox").expect(64)
