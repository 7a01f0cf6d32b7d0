"""The worlds of the other suites, to be attacked."""

from tests.cli.conftest import _good, tool
from tests.cli.conftest import world as command_world
from tests.faults.conftest import _alone, template, world

__all__ = ["_alone", "_good", "command_world", "template", "tool", "world"]
