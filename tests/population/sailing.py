"""A session of Spark Connect on Sail, which runs in this process and needs no Java."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@contextmanager
def no_doctests_of_pyspark() -> Iterator[None]:
    """The main module of a worker of pytest-xdist has no file: PySpark takes that for its own doctests, unless somebody types."""
    with mock.patch.object(sys, "ps1", ">>> ", create=True):
        yield


@contextmanager
def connected() -> Iterator[SparkSession]:
    """A session on a server of its own, on any free port."""
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    address = server.listening_address
    assert address is not None
    with no_doctests_of_pyspark():
        spark = SparkSession.builder.remote(f"sc://127.0.0.1:{address[1]}").getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()
        server.stop()
