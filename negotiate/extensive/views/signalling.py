"""Signalling games: payoff tables by type and message, and a bar of beliefs."""

from __future__ import annotations

from typing import Any

from negotiate.drawing.text import clean, escape, exact


def text(game: Any) -> str:
    """One line per type, message and response."""
    sender, receiver = game.players
    lines = [f"Signalling game: {clean(sender)} informed, {clean(receiver)} responds"]
    for t in game.types:
        lines.append(f"  type {clean(t)} with probability {_cell(game.prior[t])}")
        for m in game.messages:
            cells = ", ".join(f"{clean(r)}: ({_pair(game, t, m, r)})" for r in game.responses[m])
            lines.append(f"    {clean(m)} -> {cells}")
    return "\n".join(lines)


def html(game: Any) -> str:
    """A table with a row per type and a column per message and response."""
    head = "".join(
        f"<th>{escape(m)}, {escape(r)}</th>" for m in game.messages for r in game.responses[m]
    )
    body = ""
    for t in game.types:
        cells = "".join(
            f"<td>{escape(_pair(game, t, m, r))}</td>"
            for m in game.messages
            for r in game.responses[m]
        )
        body += f"<tr><th>{escape(t)} ({escape(_cell(game.prior[t]))})</th>{cells}</tr>"
    caption = f"Payoffs ({escape(game.players[0])}, {escape(game.players[1])}) by type"
    return (
        f"<table><caption>{caption}</caption><thead><tr><th>type</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def figure(game: Any) -> str:
    """The game form: nature in the middle, messages to the sides, responses at the ends."""
    from negotiate.drawing.svg import Canvas

    per = max(sum(len(game.responses[m]) for m in game.messages), 1)
    height = 50 + 26 * per * len(game.types)
    board = Canvas(640, height, title="Signalling game", desc=text(game))
    y = 40.0
    joints: dict[str, list[float]] = {m: [] for m in game.messages}
    for t in game.types:
        top = y
        for m in game.messages:
            rows = game.responses[m]
            middle = y + 26 * (len(rows) - 1) / 2
            joints[m].append(middle)
            board.text(250, middle - 4, m, anchor="middle")
            for r in rows:
                board.line(320, middle, 430, y, stroke="ink")
                board.text(436, y + 4, f"{r}  ({_pair(game, t, m, r)})", anchor="start")
                y += 26
        centre = (top + y - 26) / 2
        board.text(120, centre + 4, f"{t} ({_cell(game.prior[t])})", anchor="end")
        for m in game.messages:
            board.line(130, centre, 320, joints[m][-1], stroke="ink")
    # What the receiver cannot tell apart: the same message of different types.
    for k, m in enumerate(game.messages):
        if len(joints[m]) > 1:
            x = 320.0 + 5 * k
            board.line(x, min(joints[m]), x, max(joints[m]), stroke="blue", dash="3 3")
    return board.render()


def _cell(value: Any) -> str:
    if getattr(value, "ndim", 0):
        return f"{value.shape[0]} draws"
    return exact(value)


def _pair(game: Any, t: str, m: str, r: str) -> str:
    return f"{_cell(game.sender_payoff[t][m][r])}, {_cell(game.receiver_payoff[t][m][r])}"
