"""What a protocol must say about response: every parameter and every disputed reading, by name.

Nothing here has a default: a protocol states all of it, or names one of the policies at the end of this file. The
sources of each switch stand beside it and are printed in the reference page.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class CompleteThenPartial(StrEnum):
    """
    A complete response, then a partial one, where responses must be confirmed.

    Eisenhauer 2009, table 3, row "CR, PR": "SD, PD or PR", and its footnote. IS_PROGRESSION: the complete response was
    true, so disease seen later is progression that day. WAS_PARTIAL: small lesions were there all the time, so the
    first is changed to partial. NOT_CONFIRMED: neither confirms the other, both still count as not progressed
    (admiralonco, `derive_param_confirmed_bor`).
    """

    IS_PROGRESSION = "is-progression"
    WAS_PARTIAL = "was-partial"
    NOT_CONFIRMED = "not-confirmed"


class CompleteThenStable(StrEnum):
    """
    A complete response, then stable disease, where responses must be confirmed.

    AS_TABLE_3: stable when the minimum duration was met, otherwise progression (Eisenhauer 2009, table 3, row
    "CR, SD"). IS_PROGRESSION: disease after a true complete response is progression that day (the footnote of the
    same table, read for this row too). NOT_CONFIRMED: stable when the minimum duration was met, otherwise not
    evaluable (admiralonco).
    """

    AS_TABLE_3 = "as-table-3"
    IS_PROGRESSION = "is-progression"
    NOT_CONFIRMED = "not-confirmed"


class PartialThenLess(StrEnum):
    """
    A sum that is no longer 30 % below baseline after a partial response, and no progression.

    BY_BASELINE: stable, each visit against baseline (Eisenhauer 2009, 4.3.1, with the corrected definition of stable
    disease). CONTINUES: still partial until progression (EORTC clarification on a confirmed partial response).
    """

    BY_BASELINE = "by-baseline"
    CONTINUES = "continues"


class NodeAfterComplete(StrEnum):
    """
    Nodes alone that are 10 mm or more again after a complete response.

    BY_SUM: progression only when the sum meets the limits (+20 % and +5 mm). AT_10_MM: 10 mm is a reappearance and
    with it progression (EORTC clarification "abnormal lymph node", which also advises to look again first).
    """

    BY_SUM = "by-sum"
    AT_10_MM = "at-10-mm"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """
    The parameters of response in a protocol.

    Parameters
    ----------
    must_confirm
        Whether complete and partial responses must be confirmed. The paper asks it where response is the primary
        endpoint of a trial that is not randomised (4.6).
    confirmed_after_days
        Least days from a response to its confirmation; the paper says four weeks. [d]
    stable_after_days
        Least days from the start to a visit that counts as stable disease; the paper leaves it to the protocol, "in
        general not less than 6-8 weeks". [d]
    most_not_evaluable_between, most_stable_between
        How many such visits may stand between a response and its confirmation. The paper gives PR, NE, PR as
        confirmed; admiralonco allows one NE and, when told to, one SD.
    complete_then_partial, complete_then_stable, partial_then_less, node_after_complete
        The disputed readings.
    """

    must_confirm: bool
    confirmed_after_days: int
    stable_after_days: int
    most_not_evaluable_between: int
    most_stable_between: int
    complete_then_partial: CompleteThenPartial
    complete_then_stable: CompleteThenStable
    partial_then_less: PartialThenLess
    node_after_complete: NodeAfterComplete

    @property
    def confirmed_after(self) -> timedelta:
        """Least time from a response to its confirmation."""
        return timedelta(days=self.confirmed_after_days)

    @property
    def stable_after(self) -> timedelta:
        """Least time from the start to a visit that counts as stable disease."""
        return timedelta(days=self.stable_after_days)


PUBLISHED = Policy(
    must_confirm=False,
    confirmed_after_days=28,
    stable_after_days=42,
    most_not_evaluable_between=1,
    most_stable_between=0,
    complete_then_partial=CompleteThenPartial.IS_PROGRESSION,
    complete_then_stable=CompleteThenStable.AS_TABLE_3,
    partial_then_less=PartialThenLess.BY_BASELINE,
    node_after_complete=NodeAfterComplete.BY_SUM,
)
"""The paper read as it stands, for a randomised trial: no confirmation, six weeks for stable disease."""
