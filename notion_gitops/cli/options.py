"""Options that several commands share."""

import re

import click

_ACCEPT = re.compile(r"([a-z0-9][a-z0-9_-]*)\.([A-Za-z][A-Za-z0-9_]*)=(\d+)")


def _accepted(
    _ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]
) -> dict[str, int]:
    accepted = {}
    for text in given:
        found = _ACCEPT.fullmatch(text)
        if found is None:
            raise click.BadParameter(
                f'"{text}" is not of the form MAPPING.WHAT=COUNT, e.g. tasks.deletes=37'
            )
        accepted[f"{found[1]}.{found[2]}"] = int(found[3])
    return accepted


accept_option = click.option(
    "--accept",
    multiple=True,
    metavar="MAPPING.WHAT=COUNT",
    callback=_accepted,
    help="Let a guard pass once, with the exact number it names, e.g. tasks.deletes=37.",
)
all_new_option = click.option(
    "--all-new",
    is_flag=True,
    help="First contact: take records that nothing links for new ones, on both sides.",
)
