"""What stands between a door and the acts: ids of sites, ratios, shares of the key, who sees what in an export."""

import itertools

import pytest

from equipoise.conduct.happenings import MOVES, Happening
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.subjects import MOVES_BY_OTHER_ACTS
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.escrow import N_NEEDED, N_SHARES, join_shares, split_key
from equipoise.operations.trial.masking import may_see_of
from equipoise.operations.trial.setting_up import ratio_of, site_id_of, sites_of
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Site

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The University of Chicago Comprehensive Cancer Center", "ucccc"),
        ("Leeds", "leeds"),
        ("Royal Free Hospital, London", "rfhl"),
        ("Zürich", "zurich"),
        ("京都", "site"),
    ],
)
def test_the_id_of_a_site_is_made_of_its_initials(name: str, expected: str):
    assert site_id_of(name) == expected


def test_two_sites_of_the_same_initials_are_numbered():
    protocol = load_protocol("nct05610826")
    sites = [Site(name=name, status="recruiting", source="made up") for name in ("Big Hospital", "Bath Hospital")]
    assert [site.id for site in sites_of(protocol.model_copy(update={"sites": sites}))] == ["bh", "bh2"]


def test_the_ratio_of_the_reference_trial_is_that_of_a_coin():
    # The registry: "like the flip of a coin"; the protocol file infers 1:1 from it.
    assert ratio_of(load_protocol("nct05610826")) == "1:1"


def test_where_no_ratio_is_stated_the_arms_are_alike():
    protocol = load_protocol("nct05610826")
    assert ratio_of(protocol.model_copy(update={"design": {}})) == "1:1"


def test_any_two_of_three_shares_give_the_key():
    shares = split_key(KEY)
    assert len(shares) == N_SHARES == 3
    for pair in itertools.permutations(shares, N_NEEDED):
        assert join_shares(pair) == KEY


def test_a_share_reads_well_when_capitals_and_blanks_differ():
    one, two, _ = split_key(KEY)
    assert join_shares([one.upper().replace(" ", "  "), f" {two}\n"]) == KEY


def test_one_share_is_not_enough_and_a_share_twice_is_one():
    one, two, three = split_key(KEY)
    for wrong in ([one], [one, one], [one, two, three], []):
        with pytest.raises(RefusedError, match="2 are needed"):
            join_shares(wrong)


def test_shares_of_two_splittings_do_not_fit_and_no_word_is_told():
    one, _, _ = split_key(KEY)
    _, two, _ = split_key(KEY)
    with pytest.raises(RefusedError) as told:
        join_shares([one, two])
    assert str(told.value) == (
        "The key was not put together.\n"
        "shares: a word was mistyped, or the shares are not of one splitting\n"
        "  Compare each word with the paper. Shares of two splittings never fit together."
    )


def test_a_mistyped_word_is_found():
    one, two, _ = split_key(KEY)
    words = two.split()
    words[7] = "academic" if words[7] != "academic" else "acid"
    with pytest.raises(RefusedError, match="mistyped"):
        join_shares([one, " ".join(words)])


@pytest.mark.parametrize("asker", Role)
@pytest.mark.parametrize("reader", Role)
def test_an_export_for_another_role_never_shows_more_than_the_asker_sees(asker: Role, reader: Role):
    who = Who("anyone", "Anyone", "session", asker, "leeds")
    own, given = may_see_of(who), may_see_of(who, reader)
    for kind, site in itertools.product(Visibility, ("leeds", "york", None)):
        assert own(kind, site) or not given(kind, site)


def test_a_site_sees_its_own_arms_and_no_others():
    may_see = may_see_of(Who("cora", "Cora", "session", Role.COORDINATOR, "leeds"))
    assert may_see(Visibility.ARM, "leeds")
    assert not may_see(Visibility.ARM, "york")
    assert not may_see(Visibility.ARM, None)


def test_every_move_that_has_no_act_of_its_own_can_be_recorded():
    # Treatment is begun, continued and ended by acts that come with gates and schedules.
    later = {Move.START_TREATMENT, Move.CONTINUE_TREATMENT, Move.END_TREATMENT}
    assert set(MOVES) == set(Happening)
    assert set(MOVES.values()) == set(Move) - set(MOVES_BY_OTHER_ACTS) - later
