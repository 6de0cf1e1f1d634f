"""SIGHUP before there is a service that it could ask to read its knowledge again.

The system would end a process that reads its knowledge for the first time, and systemd would not start it again, since it takes
that for a sound end.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable


def note_hangups() -> Callable[[], bool]:
    """From now on SIGHUP ends nothing until somebody else listens to it; what comes back says whether there was one."""
    noted = threading.Event()
    if can_listen():
        signal.signal(signal.SIGHUP, lambda *_: noted.set())
    return noted.is_set


def can_listen() -> bool:
    """Whether this thread may ask for signals, and there is SIGHUP here."""
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGHUP")
