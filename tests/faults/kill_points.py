"""The process that runs commands which die, for the tests of kills; see killer.py."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.faults_transport import Json


@dataclass
class Killer:
    """The process that runs commands which die; see killer.py."""

    process: subprocess.Popen[str]

    def run(self, root: Path, *arguments: str, **how: Any) -> Json:
        command, *rest = arguments
        sandbox = () if how.get("pushes") else ("--sandbox",)
        job = {"arguments": [command, "-C", str(root), *sandbox, *rest], **how}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer: Json = json.loads(self.process.stdout.readline())
        return answer
