"""`import` where both sides hold records: what it pairs, and the way on with the rest."""

from tests.cli.cli_world import Tool

SEED = """\
databases:
  - name: Jobs
    properties: {Name: title, Job ID: rich_text}
    pages:
      - {Name: Pour slab, created: "2026-01-02"}
      - {Name: Lay cable, Job ID: lay-cable, created: "2026-01-02"}
"""


def _both_sides_full(tool: Tool) -> None:
    tool.git("init", "-q", "-b", "main")
    (tool.folder / "seed.yaml").write_text(SEED, "utf-8")
    tool.run("sandbox", "seed", "seed.yaml").expect(0)
    tool.run("init", "--sandbox", "--database", "jobs").expect(0)
    mapping = tool.folder / "mappings/jobs.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("mirror", "two-way"), "utf-8")
    for name in ("pour", "paint"):
        path = tool.folder / f"state/records/jobs/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"title: {name.title()} it\n", "utf-8")
    tool.git("add", "-A")
    tool.git("commit", "-q", "-m", "Start")


def test_what_is_left_to_link_has_a_way_on(tool: Tool) -> None:
    _both_sides_full(tool)
    told = tool.run("import", "--sandbox").expect(0)
    assert "Only in git: paint, pour\n  Only in Notion: Lay cable, Pour slab\n" in told.stdout
    assert "\n    notion-gitops apply --all-new --sandbox\n" in told.stdout
    assert "plan" not in told.stderr
    stopped = tool.run("plan", "--sandbox").expect(0).stdout
    assert "  To pair them: notion-gitops import --sandbox\n" in stopped
    assert "notion-gitops apply --all-new --sandbox\n" in stopped
    tool.run("apply", "--sandbox", "--yes", "--all-new").expect(0)
    assert len([*(tool.folder / "state/records/jobs").iterdir()]) == 4


def test_nothing_to_pair_and_nothing_left_leads_to_the_plan(tool: Tool) -> None:
    _both_sides_full(tool)
    (tool.folder / "state/records/jobs/paint.yaml").unlink()
    (tool.folder / "state/records/jobs/pour.yaml").unlink()
    tool.git("commit", "-q", "-a", "-m", "Only Notion's")
    assert (
        tool.run("import", "--sandbox")
        .expect(0)
        .stderr.endswith("Next:\n  notion-gitops plan --sandbox\n")
    )
