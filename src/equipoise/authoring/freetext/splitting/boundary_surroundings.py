"""What lies around a gap between two words: comparisons, pauses, whole sentences, list numbers, the ends of the text.

Names what it sees, as `boundary_features` does for the words next to the gap; it weighs nothing.
"""

from equipoise.authoring.freetext.splitting.run_text import ENDS, FAR, RunText

# The ends of the text are told this near; a sentence before is read back this far.
NEAR, LONGEST_SENTENCE = 6, 30
_YEARS = ("years", "year", "age", "yrs", "yo")


def see_surroundings(run: RunText, place: int) -> list[str]:
    """
    Name what lies around the gap before a word.

    Parameters
    ----------
    run, place
        The text, and the index of the word after the gap; not 0.
    """
    before, after = run.looks[place - 1], run.looks[place]
    gap = f"{before.pause}{after.case}"
    seen = _see_values(run, place, gap)
    seen += _see_pauses(run, place, gap)
    seen += _see_sentences(run, place, gap)
    seen += _see_list(run, place, gap)
    seen += _see_repetition(run, place, gap)
    return seen


def _see_values(run: RunText, place: int, gap: str) -> list[str]:
    """See comparisons and digits: after a whole value the next criterion may begin, within one it may not."""
    before, after = run.looks[place - 1], run.looks[place]
    sign_ahead, sign_behind = run.signs_ahead[place], run.signs_behind[place - 1]
    seen = [
        f"comparison ahead:{sign_ahead}|{gap}",
        f"comparison behind:{sign_behind}|{gap}",
        f"comparisons:{sign_behind} {sign_ahead}",
        f"comparisons:{sign_behind < FAR} {sign_ahead < FAR} {before.kind}|{gap}",
        f"comparison ahead:{sign_ahead} {after.kind}|{gap}",
        f"digits:{run.digits_behind[place - 1]} {run.digits_ahead[place]}|{gap}",
    ]
    if after.counts or after.compares:
        is_age = any(look.bare in _YEARS for look in run.looks[place : place + 4])
        seen += (f"age {is_age}:{before.kind}", f"age {is_age}:{before.bare}", f"age {is_age}|{gap}")
        seen.append(f"value:{before.kind} {after.outline}")
    return seen


def _see_pauses(run: RunText, place: int, gap: str) -> list[str]:
    next_far, last_far = run.pauses_ahead[place], run.pauses_behind[place - 1]
    next_pause = run.looks[place + next_far].pause if next_far < FAR else "-"
    last_pause = run.looks[place - 1 - last_far].pause if last_far < FAR else "-"
    return [
        f"next pause:{next_far}{next_pause}|{gap}",
        f"next pause:{next_far}{next_pause} {run.looks[place].kind}",
        f"last pause:{last_far}{last_pause}|{gap}",
        f"pauses:{last_pause} {next_pause}|{gap}",
        f"pauses far:{min(last_far, 5)} {min(next_far, 5)}|{gap}",
    ]


def _see_sentences(run: RunText, place: int, gap: str) -> list[str]:
    """See whether whole sentences meet at a gap, and whether the second takes up what the first said."""
    looks = run.looks
    length, is_whole = run.sentences[place]
    pause = looks[place + length].pause if place + length < len(looks) else "-"
    seen = [f"sentence ahead:{min(5, length // 3)}|{gap}", f"sentence ahead:{is_whole} {pause}|{gap}"]
    seen.append(f"verb ahead:{is_whole}|{gap}")
    before, after = looks[place - 1], looks[place]
    if before.pause not in ENDS:
        return seen
    first = place - 1
    while first > 0 and place - first < LONGEST_SENTENCE and looks[first - 1].pause not in ENDS:
        first -= 1
    was_whole = any(look.is_finite for look in looks[first:place])
    said = {look.bare for look in looks[first:place]}
    after2 = looks[place + 1].bare if place + 1 < len(looks) else ""
    seen += (
        f"sentence of {min(6, (place - first) // 3)}|{gap}",
        f"sentences:{was_whole} {is_whole}|{gap}",
        f"said before:{after.bare in said}|{gap}",
        f"second said before:{len(after2) > 3 and after2 in said}|{gap}",
        f"sentences alike:{looks[first].bare == after.bare}|{gap}",
        f"sentences alike:{looks[first].kind} {after.kind}|{gap}",
    )
    return seen


def _see_list(run: RunText, place: int, gap: str) -> list[str]:
    """See where a gap stands among the numbers of a list, and near the ends of the text."""
    left = min(NEAR, len(run.looks) - place)
    seen = [f"words before:{min(place, NEAR)}|{gap}", f"words left:{left}|{gap}", f"words left:{left}"]
    if not run.numbers:
        return seen
    is_long = len(run.numbers) > 3
    is_number = place in run.numbered
    where = "before" if place < run.numbers[0] else "after" if place > run.numbers[-1] else "in"
    seen.append(f"list:{where}|{gap}")
    seen.append(f"list:{is_long} {where != 'after'} {is_number}|{gap[0]}")
    if is_number:
        sign = run.number_sign(place)
        is_first_sign = sign == run.number_sign(run.numbers[0])
        seen += (f"number:{sign} {is_first_sign}", f"number:{sign}|{gap}", f"number:{is_long}|{gap[0]}", "number")
    return seen


def _see_repetition(run: RunText, place: int, gap: str) -> list[str]:
    after = run.looks[place]
    seen = []
    if after.bare == run.looks[0].bare:
        seen.append(f"like the first word|{after.case}")
    if run.count_of[after.bare] > 1:
        seen.append(f"repeated {min(3, run.count_of[after.bare])}|{gap}")
    if after.shape == "Cap" and after.bare in run.seen_low:
        seen.append(f"seen in lower case|{gap}")
    return seen
