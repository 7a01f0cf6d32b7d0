"""What holds for all tests."""

import sys
from pathlib import Path

from hypothesis import settings

# Helpers are imported as `tests.FOLDER.MODULE`, wherever pytest is started.
sys.path.insert(0, str(Path(__file__).parents[1]))

# `make test-long`: laws that do not fix their own number of examples get twenty times as many.
settings.register_profile("long", max_examples=2000, deadline=None)
