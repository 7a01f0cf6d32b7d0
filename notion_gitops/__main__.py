"""Run the command line as ``python -m notion_gitops``."""

from notion_gitops.cli.main import main

main()
