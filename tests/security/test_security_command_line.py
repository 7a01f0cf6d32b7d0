"""What is typed, and what is printed: no token on the one, no command to a runner in the other."""

import re
from pathlib import Path

import click
import pytest

import notion_gitops
from notion_gitops.cli.main import COMMANDS, cli, run
from notion_gitops.cli.strict import Command, Group
from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_world import World

TOKEN = "ntn_" + "71Qd93kZxT0" * 4 + "kE"
OLD_TOKEN = "secret_" + "71Qd93kZxT0" * 3 + "kEnab12345"


# --- C03: a token among the words ---


@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN, "own-token-of-this-process"])
@pytest.mark.parametrize(
    "words",
    [
        "{}",
        "plan {}",
        "plan --token {}",
        "plan --token={}",
        "plan -t{}",
        "plan --base-url https://{}",
        "plan --base-url https://x:{}@127.0.0.1:8080",
        "why tasks {}",
        "conflicts resolve a --value {}",
        "--help {}",
        "-C {} plan",
    ],
)
def test_c03_a_token_on_the_command_line_is_refused_and_not_repeated(
    words: str, token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NOTION_TOKEN", "own-token-of-this-process")
    code = run(words.format(token).split())
    told = capsys.readouterr()
    assert code == ExitCode.USAGE
    assert "a token stands on the command line" in told.err
    assert "NOTION_TOKEN" in told.err
    assert token.casefold() not in (told.out + told.err).casefold()


@pytest.mark.parametrize("words", ["why tasks ntn_note", "why tasks secret_santa", "--version"])
def test_c03_words_that_only_look_a_little_like_one_pass(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NOTION_TOKEN", "why")  # no token: it is one word of everybody's
    monkeypatch.chdir("/")
    run(words.split())
    assert "token stands" not in capsys.readouterr().err


# --- C01: options ---


def every_command() -> list[click.Command]:
    """All commands of the tool, groups and what is in them."""
    found: list[click.Command] = []
    waiting: list[click.Command] = [cli]
    while waiting:
        found.append(command := waiting.pop())
        if isinstance(command, click.Group):
            context = click.Context(command)
            waiting += filter(
                None, (command.get_command(context, n) for n in command.list_commands(context))
            )
    return found


def test_c01_no_command_takes_an_option_twice() -> None:
    commands = every_command()
    assert len(commands) > 2 * len(COMMANDS)
    assert [c.name for c in commands if not isinstance(c, Command | Group)] == []


@pytest.mark.parametrize(
    "words",
    [
        "plan --format text --format json",
        "plan --sandbox --sandbox",
        "apply -y --yes",
        "-C . -C . plan",
        "plan -C . --workspace .",
        "sandbox token add x --token a --token b",
        "status --max-age 999999999999d",
    ],
)
def test_c01_an_option_that_is_given_twice_or_beyond_reason(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words.split()) == ExitCode.USAGE
    told = capsys.readouterr()
    assert re.search(r"given twice|write it like", told.err)
    assert told.out == ""


# --- T14: the runner of a job on GitHub ---


def obeyed(output: str) -> list[str]:
    """The lines that the runner takes for commands (`ActionCommand`, both of its syntaxes)."""
    lines = re.split(r"\r\n|\r|\n", output)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


HOSTILE = " ".join(
    f"{'x' * n} ::error::{n} ::stop-commands::a{n} ::set-env{n}::b ::add-mask::c ##[group]d"
    for n in range(12)
)


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_t14_no_line_of_either_stream_is_a_command_to_the_runner(world: World, form: str) -> None:
    world.monkeypatch.setenv("GITHUB_ACTIONS", "true")
    world.edit_notion("t1", note=f"{HOSTILE}\n::error::\r::warning::")
    world.edit_git("t2", note=f"{HOSTILE}\n::error::")
    world.edit_git("t3", hours=77)
    body = {"code": "validation_error", "message": f"{HOSTILE}\n::error::\r  ::warning::x"}
    world.weather(Effect.ANSWER, "PATCH", r"/pages/", status=400, body=body, nth=2)
    told = [world.run("plan", "--full", "--format", form), world.apply("--format", form)]
    world.weather(Effect.ANSWER, "POST", r"/query", status=400, body=body)
    told += [world.run("plan", "--format", form), world.run("check", "--format", form)]
    told += [world.run("plan", f"--{HOSTILE}"), world.run("why", f"tasks/{HOSTILE}")]
    for ran in told:
        assert obeyed(ran.out) == [], ran.out
        assert obeyed(ran.err) == [], ran.err
    assert sum("set-env" in ran.out for ran in told) >= 2
    assert sum("set-env" in ran.err for ran in told) >= 2


def test_t14_a_trace_for_developers_obeys_as_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("bad\n::error::title\n  ::stop-commands::x")

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("NOTION_GITOPS_DEBUG", "1")
    monkeypatch.setattr("notion_gitops.cli.commands.plan.make_plan", broken)
    ran = world.run("plan")
    assert ran.code == ExitCode.FAILED
    assert "Traceback" in ran.err
    assert obeyed(ran.err) == []


@pytest.mark.parametrize("stream", ["results", "messages"])
def test_t08_the_token_is_blotted_out_of_whatever_is_printed(world: World, stream: str) -> None:
    """The last defence: it reaches no sink, but should it ever, it is not shown."""
    token = "a-token-of-no-known-form"  # noqa: S105  made up
    world.monkeypatch.setenv("NOTION_TOKEN", token)
    if stream == "results":
        world.edit_notion("t1", note=f"somebody pasted {token} here")
        ran = world.run("plan", "--full")
        assert "somebody pasted ***" in ran.said
    else:
        (world.root / "mappings/tasks.yaml").write_text(f"version: 1\nname: [{token}\n")
        ran = world.run("plan")
        assert "name: [***" in ran.err
    assert token not in ran.text


def test_all_that_is_printed_goes_through_one_place() -> None:
    """T14, T08: a way past `cli.output` would be a way past its escapes."""
    folder = Path(notion_gitops.__file__).parent
    ways = re.compile(r"click\.(echo|secho)\(|\bprint\(|sys\.(stdout|stderr)\.write")
    past = {
        path.name
        for path in folder.rglob("*.py")
        if ways.search(path.read_text("utf-8")) and "formulas" not in path.parts
    }
    # The demo tells its own story, and `walk` ends a line, on terminals alone.
    assert past == {"output.py", "demo.py", "walking.py"}
