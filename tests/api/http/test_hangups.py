"""SIGHUP before a service listens to it."""

from __future__ import annotations

import os
import signal

import pytest
from spinegraph.api.http.hangups import note_hangups


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP here")
def test_it_ends_nothing_and_is_noted() -> None:
    before = signal.getsignal(signal.SIGHUP)
    try:
        hung_up = note_hangups()
        assert not hung_up()
        os.kill(os.getpid(), signal.SIGHUP)
        assert hung_up()
    finally:
        signal.signal(signal.SIGHUP, before)
