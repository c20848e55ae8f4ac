"""Acts on the allocation as a whole: freezing it before the first subject, revealing it after the lock.

What is open of a frozen allocation is what the protocol says of it: arms, ratio, method, factors. Block sizes and
probabilities would help to guess the next arm, so the specification is sealed (SPIRIT item 16a; ICH E9 2.3.2).
"""

from dataclasses import dataclass
from typing import Any

from equipoise.allocation.commitment import SALT_BYTES, Frozen, compute_commitment, reveal
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification
from equipoise.allocation.stream import SECRET_BYTES
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.entries import check_statement, make_entry
from equipoise.operations.office.event import Change, Event, Signature
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Scheme, Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write

MAIN = "main"
"""The one allocation of a trial; another cohort would have another."""


@dataclass(frozen=True)
class Plan:
    """What the statistician brings to be frozen."""

    specification: Specification
    planned_n: int
    imported: ImportedList | None = None


def freezing_statement(view: View, plan: Plan) -> str:
    """
    What the unmasked statistician signs.

    The specification is named by a keyed digest: from a bare one the block sizes could be found by trying.
    """
    ratio = ":".join(str(arm.shares) for arm in plan.specification.arms)
    arms = " to ".join(arm.name for arm in plan.specification.arms)
    return (
        f"{arms}, {ratio}, by {plan.specification.method.name}, for {plan.planned_n} planned subjects; "
        f"specification {view.tag(f'specification/{plan.specification.digest}')}. Nothing of it changes after this."
    )


def freeze(desk: Desk, who: Who, plan: Plan, signature: Signature) -> Event:
    """
    Freeze an allocation: draw its secret and write the commitment, which is to be published before the first subject.

    Raises
    ------
    RefusedError
        One is frozen already, and stays.
    """
    check_may(desk, who, Act.FREEZE_SCHEME)
    check_not_locked(desk.get(Trial, "trial"))
    check_not_frozen(desk)
    check_statement(signature, freezing_statement(desk, plan))
    frozen = Frozen(plan.specification, desk.draw(SECRET_BYTES), desk.draw(SALT_BYTES), plan.imported)
    changes = {
        Visibility.OPEN: Change(
            {
                "scheme": MAIN,
                "commitment": compute_commitment(frozen),
                "planned_n": plan.planned_n,
                **_published(plan.specification),
            }
        ),
        Visibility.DECISION: Change({"specification": plan.specification.to_json()}),
        Visibility.SECRET: Change(
            {"secret": frozen.secret.hex(), "salt": frozen.salt.hex(), "list": _list_json(plan.imported)}
        ),
    }
    return write(desk, make_entry(Act.FREEZE_SCHEME, who, changes, signature=signature))


def check_not_frozen(view: View) -> None:
    """Raise when an allocation is frozen already: it stays."""
    if view.get(Scheme, MAIN) is not None:
        do = "Arms, ratio, method, factors and secret stay as they are. A new cohort is a new trial."
        raise RefusedError("Nothing was written.", [Fault("allocation", "is frozen already", do)])


def frozen_scheme(view: View) -> tuple[Scheme, Frozen]:
    """
    The frozen allocation with its secret; for the act of allocating and for the reveal alone.

    Raises
    ------
    RefusedError
        None is frozen.
    """
    scheme = view.get(Scheme, MAIN)
    if scheme is None:
        do = "The unmasked statistician freezes it: equipoise trial freeze"
        raise RefusedError("Nothing was written.", [Fault("allocation", "is not frozen", do)])
    event = view.event(scheme.frozen_seq)
    listed = event.new("list", Visibility.SECRET)
    return scheme, Frozen(
        Specification.from_json(event.new("specification", Visibility.DECISION)),
        bytes.fromhex(event.new("secret", Visibility.SECRET)),
        bytes.fromhex(event.new("salt", Visibility.SECRET)),
        None if listed is None else ImportedList({stratum: tuple(arms) for stratum, arms in listed.items()}),
    )


def reveal_statement(scheme: Scheme) -> str:
    """What the unmasked statistician signs to reveal."""
    return f"The secret behind commitment {scheme.commitment} is revealed; every arm can be read from it."


def reveal_scheme(desk: Desk, who: Who, reason: str, signature: Signature) -> Event:
    """
    Write the secret in the open, so that anyone can recompute every allocation. This unmasks the whole trial.

    Raises
    ------
    RefusedError
        The trial is not locked, or the secret was revealed before.
    """
    check_may(desk, who, Act.REVEAL)
    scheme, frozen = frozen_scheme(desk)
    check_may_be_revealed(desk, scheme)
    check_statement(signature, reveal_statement(scheme))
    changes = {Visibility.OPEN: Change({"scheme": scheme.id, "reveal": reveal(frozen)})}
    return write(desk, make_entry(Act.REVEAL, who, changes, reason=reason, signature=signature))


def check_may_be_revealed(view: View, scheme: Scheme) -> None:
    """Raise unless the trial is locked and its secret still closed."""
    trial = view.get(Trial, "trial")
    faults = []
    if trial is None or trial.status != "locked":
        do = "Lock it first: equipoise trial lock"
        faults.append(Fault("trial", "is not locked: the next arms could be read", do))
    if scheme.status == "revealed":
        faults.append(Fault("allocation", "is revealed already", "Export the trial to read it."))
    if faults:
        raise RefusedError("Nothing was written.", faults)


def _published(specification: Specification) -> dict[str, Any]:
    content = specification.to_json()
    return {
        "arms": content["arms"],
        "factors": content["factors"],
        "stratify": content["stratify"],
        "method": specification.method.name,
    }


def _list_json(imported: ImportedList | None) -> dict[str, list[str]] | None:
    if imported is None:
        return None
    return {stratum: list(arms) for stratum, arms in imported.arms_by_stratum.items()}
