"""How long a run may take: at the limit it is asked to end, and when it does not answer it is killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GRACE_SECONDS = 300.0


@contextmanager
def time_limit(seconds: float, late: Callable[[], None], *, grace: float = GRACE_SECONDS) -> Iterator[None]:
    """Interrupt this process, as a user would, when the block has lasted too long.

    Args:
        seconds: how long it may last.
        late: is called, in a thread of its own, before the interrupt.
        grace: seconds that the process has to end before it is killed; what it left behind is cleared by the next run.
    """

    def interrupt() -> None:
        timers[1].start()
        try:
            late()
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    timers = [
        threading.Timer(seconds, interrupt),
        threading.Timer(grace, os.kill, (os.getpid(), signal.SIGKILL)),
    ]
    for timer in timers:
        timer.daemon = True
    timers[0].start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
