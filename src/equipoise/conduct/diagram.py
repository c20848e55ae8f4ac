"""State diagrams of both machines as Mermaid text, drawn from the table of moves.

Decides how the table looks. Corrections are not drawn: they may lead from any state to any earlier one.
"""

from equipoise.conduct.moves import COUPLINGS, TRANSITIONS, Machine
from equipoise.conduct.states import FIRST_STATE, Participation, Treatment

Part = Participation | Treatment
Arrow = tuple[Part, Part, str]


def render_diagram(machine: Machine) -> str:
    """One machine as a Mermaid `stateDiagram-v2`; arrows that couple it to the other machine end in "(coupled)"."""
    states: list[Part] = list(Participation if machine is Machine.PARTICIPATION else Treatment)
    arrows = arrows_of(machine)
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{state.words}" as {_name(state)}' for state in states]
    lines.append(f"    [*] --> {_name(_first(machine))}")
    for source, target in dict.fromkeys((source, target) for source, target, _ in arrows):
        moves = [move for start, end, move in arrows if (start, end) == (source, target)]
        lines.append(f"    {_name(source)} --> {_name(target)}: {', '.join(moves)}")
    leaving = {source for source, target, _ in arrows if source is not target}
    lines += [f"    {_name(state)} --> [*]" for state in states if state not in leaving]
    return "\n".join(lines)


def arrows_of(machine: Machine) -> tuple[Arrow, ...]:
    """Every arrow of one machine: from, to, the words of the move; those of couplings after those of the table."""
    table: list[Arrow] = [
        (source, line.target, line.move.words)
        for line in TRANSITIONS
        if line.machine is machine
        for source in line.sources
    ]
    if machine is Machine.PARTICIPATION:
        return tuple(table)
    coupled: list[Arrow] = [
        (source, coupling.target, f"{coupling.move.words} (coupled)")
        for coupling in COUPLINGS
        for source in coupling.sources
    ]
    return (*table, *coupled)


def _first(machine: Machine) -> Part:
    return FIRST_STATE.participation if machine is Machine.PARTICIPATION else FIRST_STATE.treatment


def _name(state: Part) -> str:
    # A name with a hyphen is read by some versions of Mermaid as an arrow.
    return state.value.replace("-", "_")
