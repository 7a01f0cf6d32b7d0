"""Commands that take no option twice: which of the two was meant would be a guess."""

from collections import Counter

import click


class Command(click.Command):
    """A command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, but for options that are given twice and cannot be.

        Raises:
            click.UsageError: one of them is.
        """
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        times = Counter(param for param in given if isinstance(param, click.Option))
        for option, count in times.items():
            if count > 1 and not option.multiple and not option.count:
                raise click.BadOptionUsage(
                    option.opts[-1], f"{option.opts[-1]} is given twice; give it once", ctx
                )
        return super().parse_args(ctx, args)


class Group(Command, click.Group):
    """A group of them."""

    command_class = Command
    group_class = type
