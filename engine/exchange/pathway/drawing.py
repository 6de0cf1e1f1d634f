"""Draws a pathway as SVG or PNG with any program that reads DOT: graphviz-pure, which the `drawing` extra installs, or dot."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from xml.sax.saxutils import escape

from spinegraph.engine.errors import DrawingError, DrawingNotInstalledError
from spinegraph.engine.exchange.pathway.dot import write_dot
from spinegraph.engine.exchange.pathway.model import Pathway, outline

FORMATS = ("svg", "png")
PROGRAMS = ("graphviz-pure", "dot")
"""Looked for in this order, next to this Python, then on PATH."""
SECONDS = 120.0
"""After which a program is stopped that still draws."""
DPI = 144


def render_pathway(pathway: Pathway, form: str, program: str = "") -> bytes:
    """A pathway as "svg" or "png", drawn by a program (name or path) or by the first of PROGRAMS that there is.

    Raises DrawingError where there is none or it fails, ValueError for another form.
    """
    if form not in FORMATS:
        raise ValueError(f"A pathway is drawn as {' or '.join(FORMATS)}, not {form}.")
    drawn = draw(write_dot(pathway), form, program)
    return _with_words(drawn.decode(), pathway).encode() if form == "svg" else drawn


def draw(text: str, form: str, program: str = "", seconds: float = SECONDS) -> bytes:
    """DOT as "svg" or "png". Raises DrawingError, also where it takes longer than so many seconds."""
    return _run([find_program(program), f"-T{form}", *([f"-Gdpi={DPI}"] if form == "png" else [])], text, seconds)


def find_program(name: str = "") -> str:
    """The path of the program that draws. Raises DrawingNotInstalledError."""
    for program in (name,) if name else PROGRAMS:
        executable = shutil.which(program, path=sysconfig.get_path("scripts")) or shutil.which(program)
        if executable:
            return executable
    raise DrawingNotInstalledError(
        f"There is no {name or ' and no '.join(PROGRAMS)} to draw with.",
        mend="Install the extra that draws, pip install 'spinegraph[drawing]', or Graphviz; --format dot needs neither.",
    )


def _run(command: list[str], text: str, seconds: float) -> bytes:
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise DrawingError(
            f"{command[0]} still draws after {seconds:g} s and was stopped.", mend="Draw a part, or write --format dot."
        ) from error
    except OSError as error:
        raise DrawingError(f"{command[0]} cannot be run: {error.strerror}.", mend="Name another program.") from error
    if done.returncode or not done.stdout:
        words = done.stderr.decode(errors="replace").strip() or f"it ends with {done.returncode}"
        raise DrawingError(f"{command[0]} draws nothing: {words}.", mend="Try another program.")
    return done.stdout


def _with_words(svg: str, pathway: Pathway) -> str:
    """The SVG with a title and the whole content as its description, for those who cannot see the picture."""
    words = f'<title id="title">{escape(pathway.title)}</title>\n<desc id="desc">{escape(outline(pathway))}</desc>\n'
    opening = re.compile(r"(<svg\b)([^>]*>)\s*")
    return opening.sub(lambda found: f'{found[1]} role="img" aria-labelledby="title desc"{found[2]}\n{words}', svg, count=1)
