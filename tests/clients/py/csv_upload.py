"""csv2notion-neo as it is run from a shell, told where the sandbox is.

It has no option for that, so the default of notion-client is changed before it starts.
"""

import sys

import notion_client.client
from csv2notion_neo.cli import cli
from told import URL

options = notion_client.client.ClientOptions.__init__
defaults = list(options.__defaults__ or ())
defaults[defaults.index(notion_client.client.DEFAULT_BASE_URL)] = URL
options.__defaults__ = tuple(defaults)
sys.exit(cli(*sys.argv[1:]))
