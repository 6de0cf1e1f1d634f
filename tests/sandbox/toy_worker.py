"""A worker that does what it is told, as `python -m tests.sandbox.toy_worker OPTIONS [FOLDER]`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from spinegraph.engine.sandbox.channel import Channel, ConnectionEnded

from tests.patience import comes_true


def main() -> None:
    if sys.argv[1] == "no-start":
        print("what it lacks", file=sys.stderr)
        sys.exit(3)
    if sys.argv[1].startswith("wait-for:"):
        comes_true(Path(sys.argv[1].removeprefix("wait-for:")).exists)
    channel = Channel(socket.socket(fileno=os.dup(0)))
    channel.send(b"ready")
    while True:
        try:
            head, body = channel.receive(1 << 20)
        except ConnectionEnded:
            return
        _obey(channel, head.decode().split(), body)


def _obey(channel: Channel, order: list[str], body: bytes) -> None:
    match order:
        case ["echo"]:
            channel.send(b"echo", body)
        case ["pid"]:
            channel.send(str(os.getpid()).encode())
        case ["folder"]:
            Path("left").write_text("left", encoding="utf-8")
            channel.send(str(Path.cwd()).encode())
        case ["last"]:
            channel.send(b"last", str(os.getpid()).encode())
        case ["die", number]:
            os.kill(os.getpid(), int(number))
        case ["nap", seconds]:
            time.sleep(float(seconds))
            channel.send(str(os.getpid()).encode())
        case ["sleep"]:
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            time.sleep(60)
        case ["nonsense"]:
            channel.send(b"nonsense")
        case ["flood"]:
            channel.send(b"", b" " * (1 << 20))


if __name__ == "__main__":
    main()
