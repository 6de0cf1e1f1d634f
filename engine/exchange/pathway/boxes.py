"""Sets the text of boxes: measures it in the font that is drawn, wraps it, and says how large each box has to be. In points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.article.rendering import marks
from spinegraph.engine.exchange.pathway.layout import Port, Size
from spinegraph.engine.exchange.pathway.model import Action, Line, Node
from spinegraph.engine.exchange.pathway.style import BOXES, CHIPS, GREY, INK, ChipStyle

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

PAD, LEADING, CHIP_HEIGHT, CHIP_PAD = 8.0, 1.28, 9.6, 3.2
STRIPE = 5.0
"""Width of a stripe."""
BULLET, INDENT = 8.0, 9.0


class Face(NamedTuple):
    """How a text is set."""

    size: float
    bold: bool = False
    ink: str = INK


CAPTION, TITLE, BODY, WEAK, MARK, CHIP = (
    Face(6.0, True, GREY), Face(8.6, True), Face(7.6), Face(7.0, False, GREY), Face(6.0, False, GREY), Face(5.8, True),
)  # fmt: skip


class Run(NamedTuple):
    """A piece of text: its left end and baseline, from the left upper corner of its box."""

    text: str
    x: float
    y: float
    face: Face
    width: float


class Chip(NamedTuple):
    """A word in a frame: left upper corner and width, from the left upper corner of its box."""

    style: ChipStyle
    x: float
    y: float
    width: float


class Stripe(NamedTuple):
    """The mark of an urgency beside the text that it belongs to: left upper corner and height."""

    action: Action
    x: float
    y: float
    height: float


class Box(NamedTuple):
    """A node with its text set."""

    node: Node
    size: Size
    runs: tuple[Run, ...]
    chips: tuple[Chip, ...]
    stripes: tuple[Stripe, ...]


@cache
def font(bold: bool) -> FontProperties:
    """The font file that comes with matplotlib. Raises DrawingError where matplotlib is not installed."""
    try:
        import matplotlib
        from matplotlib.font_manager import FontProperties
    except ImportError as error:
        raise DrawingError(
            f"{error.name} is not installed.", mend="Install the extra that draws: pip install 'spinegraph[drawing]'."
        ) from error
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return FontProperties(fname=str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name))


@cache
def width_of(text: str, face: Face) -> float:
    """The width of a text on one line."""
    properties = font(face.bold)
    from matplotlib.textpath import text_to_path

    properties = properties.copy()
    properties.set_size(face.size)
    return float(text_to_path.get_text_width_height_descent(text, properties, ismath=False)[0])


def wrap(text: str, face: Face, room: float) -> list[str]:
    """A text in lines no wider than `room`; a word that is wider than that is broken."""
    lines = [""]
    for word in _pieces(text.split(), face, room):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or width_of(longer, face) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _pieces(words: Iterable[str], face: Face, room: float) -> Iterator[str]:
    for word in words:
        rest = word
        while width_of(rest, face) > room and len(rest) > 1:
            fit = next(length for length in range(len(rest) - 1, 0, -1) if length == 1 or width_of(rest[:length], face) <= room)
            yield rest[:fit]
            rest = rest[fit:]
        yield rest


def chip_width(style: ChipStyle) -> float:
    """The width of a word in a frame."""
    return width_of(style.text, CHIP) + 2 * CHIP_PAD


def chips_of(action: Action) -> tuple[ChipStyle, ...]:
    """Direction, modality and urgency."""
    return CHIPS[action.direction], CHIPS[action.modality], CHIPS[action.urgency]


class _Setter:
    """Sets one box from top to bottom; `y` is where the next row begins, `widest` how far to the right any text goes."""

    def __init__(self, left: float, right: float) -> None:
        self.left, self.right = left, right
        self.y, self.widest = PAD, 0.0
        self.runs: list[Run] = []
        self.chips: list[Chip] = []
        self.stripes: list[Stripe] = []

    def text(self, text: str, face: Face, x: float = 0.0) -> None:
        """A text, wrapped, `x` to the right of the border of the text."""
        for row in wrap(text, face, self.right - self.left - x):
            self.run(row, face, self.left + x)
            self.y += face.size * LEADING

    def run(self, text: str, face: Face, x: float) -> None:
        """One piece of text on the present row."""
        width = width_of(text, face)
        self.runs.append(Run(text, x, self.y + face.size * 0.98, face, width))
        self.widest = max(self.widest, x + width)

    def chip_row(self, action: Action, x: float = 0.0) -> None:
        """Direction, modality and urgency in a row; what does not fit goes to the next."""
        left = at = self.left + x
        for style in chips_of(action):
            width = chip_width(style)
            if at > left and at + width > self.right:
                at, self.y = left, self.y + CHIP_HEIGHT + 2.0
            self.chips.append(Chip(style, at, self.y, width))
            at += width + 3.0
            self.widest = max(self.widest, at - 3.0)
        self.y += CHIP_HEIGHT + 2.4

    def passages(self, ids: Sequence[str], x: float = 0.0, *, follow: bool = False) -> None:
        """Ids of passages, after the last text where they fit there."""
        words = ", ".join(mark.short for mark in marks(ids))
        if follow and self.runs:
            last = self.runs[-1]
            at = last.x + last.width + 4.0
            if at + width_of(words, MARK) <= self.right:
                self.runs.append(Run(words, at, last.y, MARK, width_of(words, MARK)))
                self.widest = max(self.widest, at + width_of(words, MARK))
                return
        self.text(words, MARK, x)

    def line(self, line: Line) -> float:
        """A line of a box; the height at which an arrow to it ends."""
        x = line.indent * INDENT
        if line.action:
            self.y += 4.0
            x += 2 * STRIPE
        top = self.y
        if line.action:
            self.chip_row(line.action, x)
        port = self.y + BODY.size * LEADING / 2
        face = WEAK if line.weak else BODY
        if line.bullet and not line.action:
            self.run("•", BODY, self.left + x)
            x += BULLET
        self.text(line.text, face, x)
        if line.passages:
            self.passages(line.passages, x, follow=True)
        if line.action:
            self.stripes.append(Stripe(line.action, self.left, top, self.y - top))
        self.y += 1.6
        return port


def set_box(node: Node) -> Box:
    """The text of a node, wrapped into the width of its kind, and the size of its box."""
    style = BOXES[node.kind]
    left = PAD + (STRIPE if node.action else 0.0)
    setter = _Setter(left, style.widest - PAD)
    setter.text(node.caption.upper(), CAPTION._replace(ink=style.border))
    setter.y += 1.0
    if node.action:
        setter.chip_row(node.action)
    title = setter.y
    setter.text(node.title, TITLE)
    arrival = (title + setter.y) / 2
    setter.y += 1.5
    ports: dict[Port, float] = {number: setter.line(line) for number, line in enumerate(node.lines)}
    if node.passages:
        setter.passages(node.passages)
    height = setter.y + PAD - 2.5
    width = min(style.widest, max(style.narrowest, setter.widest + PAD))
    if node.action:
        setter.stripes.append(Stripe(node.action, 1.6, 1.6, height - 3.2))
    # beside a line an arrow would seem to be that line's
    whole = arrival if any(line.action for line in node.lines) else height / 2
    size = Size(width, height, {**ports, None: whole}, arrival)
    return Box(node, size, tuple(setter.runs), tuple(setter.chips), tuple(setter.stripes))
