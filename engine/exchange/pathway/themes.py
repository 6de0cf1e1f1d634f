"""Colours of a picture in the dark, and the style sheet that chooses: the reader's own preference, or the page around it.

A drawing has its colours as attributes, which any program shows; a browser takes those of the style sheet instead. A page that
has a theme of its own sets `data-theme` (light, dark) on an element around the picture. Paper is always light.
"""

from __future__ import annotations

from collections.abc import Mapping

DARK: Mapping[str, str] = {
    "#1b2430": "#e9eef2", "#5a6470": "#aab6c0", "#ffffff": "#171e25", "white": "#171e25",
    "#f8fafc": "#1c242c", "#50657a": "#9fb4c8", "#e7eef5": "#223040",
    "#edf6ec": "#17301d", "#2f6b38": "#8fd09a",
    "#f5f0fb": "#2a2238", "#62438c": "#c9b0f0", "#e6daf5": "#3a2f52",
    "#fff8df": "#33290c", "#7a6000": "#f2d581", "#f1f1f1": "#262b31", "#555555": "#b5bcc4",
    "#fdf0e7": "#38230f", "#94440f": "#ffb784", "#b23a00": "#ff9b6b",
    "#9aa5b1": "#74828e", "#a62b00": "#ffb199", "#f0b429": "#5a4300", "#b07d00": "#e0b040", "#00588f": "#8cc8f0",
    "#1e6b2b": "#8fdc9c", "#e2f3e1": "#143a20", "#6a6a6a": "#a9afb6", "#f2f2f2": "#20262c", "#7a5a00": "#f2d581",
    "#fce9e2": "#4a1c10", "#b4bbc3": "#5b6771", "#c5cdd6": "#3a4651",
}  # fmt: skip
"""Colour of a drawing, as the program that draws writes it → the one that takes its place in the dark."""
LIGHT_WORDS: Mapping[str, str] = {"white": "#ffffff"}
_BASE = """.pathway{background:var(--p-white)}
.pathway a{cursor:pointer}
.pathway a:hover text,.pathway a:focus-visible text{text-decoration:underline}
.pathway a:focus-visible{outline:2px solid var(--p-1b2430);outline-offset:1px}
"""


def style_sheet() -> str:
    """The rules, for one or several pictures of the class `pathway`."""
    light = _values({colour: LIGHT_WORDS.get(colour, colour) for colour in DARK})
    dark = _values(DARK)
    rules = [_BASE, f".pathway{{{light}}}\n", f"@media (prefers-color-scheme:dark){{.pathway{{{dark}}}}}\n"]
    rules += [f"[data-theme=light] .pathway{{{light}}}\n", f"[data-theme=dark] .pathway{{{dark}}}\n"]
    rules.append(f"@media print{{.pathway.pathway.pathway{{{light}}}}}\n")
    for colour in DARK:
        for part in ("fill", "stroke"):
            rules.append(f'.pathway [{part}="{colour}"]{{{part}:var({_name(colour)})}}\n')
    return "".join(rules)


def _values(colours: Mapping[str, str]) -> str:
    return ";".join(f"{_name(colour)}:{value}" for colour, value in colours.items())


def _name(colour: str) -> str:
    return f"--p-{colour.removeprefix('#')}"
