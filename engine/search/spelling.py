"""Words that are nearly what was typed: what has it inside, and what is a slip of the keyboard away."""

from __future__ import annotations

SHORTEST = 4
"""Letters of the shortest word that is looked for inside of others, or with another spelling."""
LONG = 8
"""Letters from which two slips are forgiven instead of one."""


def slips_allowed(word: str) -> int:
    """How many slips are forgiven in a word: none in short ones, and none in those with digits, which are codes."""
    if len(word) < SHORTEST or any(letter.isdigit() for letter in word):
        return 0
    return 2 if len(word) >= LONG else 1


def slips_between(typed: str, word: str, most: int) -> int:
    """Letters left out, put in, exchanged, or swapped with their neighbour from one word to another; `most + 1` if more."""
    if abs(len(typed) - len(word)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(word) + 1))
    for row, letter in enumerate(typed, 1):
        now = [row]
        for column, other in enumerate(word, 1):
            cost = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == word[column - 2] and typed[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return min(last[-1], most + 1)
