"""When a daemon says that something has happened: the times in the logs of herald and FRR."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

# herald writes RFC 3339 in UTC; FRR, with `log timestamp precision 6`, the local time of the machine.
_HERALD = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+)Z ")
_FRR = re.compile(r"^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+) ")


def moment(line: str) -> float | None:
    """The time of a log line in wall-clock seconds, if it has one."""
    if found := _HERALD.match(line):
        return datetime.strptime(found[1][:26], "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=timezone.utc).timestamp()
    if found := _FRR.match(line):
        return datetime.strptime(found[1], "%Y/%m/%d %H:%M:%S.%f").timestamp()
    return None


def first(log: Path, after: float, *words: str) -> float | None:
    """The time of the first line that was written at or after a moment and has all these words."""
    for line in log.read_text(errors="replace").splitlines():
        at = moment(line)
        if at is not None and at >= after and all(word in line for word in words):
            return at
    return None
