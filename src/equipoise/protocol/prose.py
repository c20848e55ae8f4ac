"""A whole protocol version as text that a physician can check against the record, line by line.

Prints the record's words, the damage and the repair beside what the rule really asks, then everything that is our
choice or assumption and not the sponsor's.
"""

import textwrap
from collections.abc import Iterator, Mapping
from datetime import date

from equipoise.criteria.prose import describe_window, outline
from equipoise.criteria.truth import Kind
from equipoise.protocol.analysis_prose import describe_analysis
from equipoise.protocol.model import (
    DRAFT_SENTENCE,
    NOT_FOUND,
    Damage,
    DamageKind,
    Effective,
    Fact,
    Proposal,
    Protocol,
    RepairStatus,
    Source,
)
from equipoise.protocol.plan_prose import describe_plan
from equipoise.protocol.resolve import ReadingUse, ResolvedCriterion, ResolvedVersion, resolve
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.protocol.site import SiteSettings
from equipoise.terminology.concepts import Concept

WIDTH = 100
_DAMAGE = {
    DamageKind.TEXT_LOST: "text is lost",
    DamageKind.LINE_LOST: "a line is lost",
    DamageKind.TORN_APART: "the sentence is torn apart",
    DamageKind.BRACKET_OPEN: "a bracket never closes",
    DamageKind.FRAGMENT: "a fragment without its head",
    DamageKind.STRAY_MARK: "a stray mark",
    DamageKind.NUMBER_WITHOUT_LIST: "a list number without a list",
    DamageKind.SUPERSCRIPT_FLATTENED: "a superscript is flattened",
    DamageKind.ENTITY: "a character is written as markup",
    DamageKind.MOJIBAKE: "a character is garbled",
    DamageKind.UNIT_MISSING: "a unit is missing",
}


def render_protocol(
    protocol: Protocol,
    library: Mapping[str, Concept],
    version: str | None = None,
    site: SiteSettings | None = None,
    as_of: date | None = None,
) -> str:
    """
    The prose of one version.

    Parameters
    ----------
    protocol, version
        What to print; the default version when none is named.
    library
        Concepts, for their labels, beside those that the protocol declares itself.
    site
        Its settings, when they should stand in the prose.
    as_of
        The day for which the registry status is said; its last known status without one.
    """
    library = protocol.library(library)
    resolved = resolve(protocol.version(version), library, site)
    parts = [
        _heading(protocol, resolved, as_of),
        _facts(protocol),
        *_criteria(resolved, library),
        _choices(resolved),
        _assumptions(resolved, library),
        _schedule(protocol),
        _conduct(protocol, resolved, library, site),
        _analysis(protocol, resolved, library),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part).rstrip() + "\n"


def _heading(protocol: Protocol, resolved: ResolvedVersion, as_of: date | None) -> list[str]:
    lines = [*_wrapped(protocol.title), *_wrapped(", ".join(each.id for each in protocol.identifiers))]
    if protocol.official_title:
        lines += _wrapped(f"Official title: {protocol.official_title}")
    version = resolved.version
    lines += ["", *_wrapped(f"Version {version.name}: {version.label}; in force {_effective(version.effective)}.")]
    if version.is_draft:
        lines += _wrapped(DRAFT_SENTENCE)
    elif version.review is not None:
        lines += _wrapped(f"Signed by {version.review.signed_by} on {version.review.signed_at}.")
    return [*lines, *_wrapped(_registry_sentence(protocol, as_of)), f"Digest {protocol.digest}"]


def _registry_sentence(protocol: Protocol, as_of: date | None) -> str:
    """For a day, or for the last day that is known of; with no day known at all, the statuses below must do."""
    days = [day for each in protocol.registry for day in each.since.bounds if day is not None]
    if as_of is None and protocol.registry and not days:
        return ""
    return protocol.registry_status_at(as_of or max(days, default=date.max)).sentence


def _effective(effective: Effective) -> str:
    if isinstance(effective.day, date):
        return f"since {effective.day}"
    bounds = [f"not before {effective.not_before}"] if effective.not_before else []
    bounds += [f"not after {effective.not_after}"] if effective.not_after else []
    return ", ".join(["since a day that was not found", *bounds])


def _facts(protocol: Protocol) -> list[str]:
    lines = ["THE TRIAL"]
    if protocol.phase is not None:
        titled = f", titled {protocol.phase.titled}" if protocol.phase.titled else ""
        lines += _item(f"Phase: registered as {protocol.phase.registered}{titled}.")
    if protocol.sponsor is not None:
        lines += _item(f"Sponsor: {protocol.sponsor.name}.")
    for each in protocol.registry:
        lines += _item(f"Registry: {each.status.replace('-', ' ')}, {_effective(each.since)} ({each.source}).")
    for name, words in (("Conditions", protocol.conditions), ("Keywords", protocol.keywords)):
        if words:
            lines += _item(f"{name}: {'; '.join(words)}.")
    for site in protocol.sites:
        lines += _item(f"Site: {site.name}, {site.status} ({site.source}). {site.note}")
    return lines + [line for name, fact in protocol.design.items() for line in _item(_fact(name, fact))]


def _fact(name: str, fact: Fact) -> str:
    words = name.replace("-", " ")
    said = "not found" if fact.value == NOT_FOUND else f"{fact.value} [{fact.mark.value}]"
    source = f" ({fact.source})" if fact.source else ""
    return f"{words[:1].upper()}{words[1:]}: {said}{source}." + (f" {fact.note}" if fact.note else "")


def _criteria(resolved: ResolvedVersion, library: Mapping[str, Concept]) -> Iterator[list[str]]:
    says = {use.name: [words for _, words in use.alternatives] for use in (*resolved.readings, *resolved.gate_readings)}
    groups = (
        ("INCLUSION: each must be true", [each for each in resolved.criteria if each.kind is Kind.INCLUSION]),
        ("EXCLUSION: each must be false", [each for each in resolved.criteria if each.kind is Kind.EXCLUSION]),
        ("GATES: each must be true, after enrolment and in its arm", list(resolved.gates)),
    )
    for title, criteria in groups:
        if criteria:
            yield [title]
            for each in criteria:
                yield _criterion(each, library, says)


def _criterion(each: ResolvedCriterion, library: Mapping[str, Concept], says: Mapping[str, list[str]]) -> list[str]:
    written = each.criterion
    lines = _wrapped(f'"{written.text}"', first=f"{each.id:<4} ", later="     ")
    lines += _under("Record", "; ".join(_source(source) for source in written.sources))
    for damage in written.damages:
        lines += _under("Damage", _damage(damage))
    if each.repair is not None:
        use = each.repair
        by = f" by {use.accepted_by}" if use.accepted_by else ""
        status = f"{use.status.value}{by}" + (f" on {use.accepted_at}" if use.accepted_at else "")
        lines += _under("Repair", f"read as {use.reads!r} ({status}), because {use.because}.")
        if use.status is not RepairStatus.ACCEPTED:
            lines += _under("", "Until the repair is accepted, this is unknown for every patient.")
    lines += _under("True if", outline(each.node, library, says))
    if written.drafted is not None:
        lines += _under("Drafted", f"{written.drafted.outcome.value}.")
        for check in written.drafted.checks:
            lines += _under("Check", check)
    for proposal in written.proposals:
        lines += _under("Offered", _proposal(proposal))
    if written.confirm is not None:
        label = library[written.confirm].label if written.confirm in library else written.confirm
        lines += _under("Confirm", f"when it blocks by calculation alone, {label} would confirm or lift it.")
    for note in written.notes:
        lines += _under("Note", note.says)
    return lines + (_under("Comment", written.comment) if written.comment else [])


def _source(source: Source) -> str:
    return f"{source.record}, characters " + ", ".join(f"{start}-{end}" for start, end in source.spans)


def _damage(damage: Damage) -> str:
    after = f' after "{damage.after}"' if damage.after else ""
    words = f" {damage.words}" if damage.words else ""
    return f"{_DAMAGE[damage.kind]}{after}.{words}" + (" (harmless)" if damage.harmless else "")


def _proposal(proposal: Proposal) -> str:
    by = f" by {proposal.accepted_by}" if proposal.accepted_by else ""
    effect = {
        RepairStatus.PROPOSED: "changes nothing until a person accepts it",
        RepairStatus.ACCEPTED: "stands in place of the drafted rule",
        RepairStatus.REJECTED: "is not used",
    }
    return f"by {proposal.by}, {proposal.status.value}{by}, {effect[proposal.status]}; because {proposal.because}."


def _under(name: str, content: str | list[str]) -> list[str]:
    """A named line below a criterion; the lines of an outline keep their own indentation."""
    first, later = f"     {name + ':' if name else '':<9}", " " * 14
    lines = [content] if isinstance(content, str) else content
    made: list[str] = []
    for number, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        hanging = later + " " * (depth + (2 if line.lstrip().startswith("- ") else 0))
        made += _wrapped(line.lstrip(), first=(first if number == 0 else later) + " " * depth, later=hanging)
    return made


def _choices(resolved: ResolvedVersion) -> list[str]:
    lines = ["HOW DOUBTFUL SENTENCES ARE READ (our choice where chosen, not the sponsor's)"]
    for use in (*resolved.readings, *resolved.gate_readings):
        lines += _item(f"{use.name} ({', '.join(use.criterion_ids)}): {_chosen(use)} {_because(use)}")
    return lines if len(lines) > 1 else []


def _chosen(use: ReadingUse) -> str:
    words = dict(use.alternatives)
    if use.chosen is None:
        return f"OPEN: {' / '.join(words.values())}."
    others = [text for label, text in use.alternatives if label != use.chosen]
    return f"{words[use.chosen]} ({use.by}); not: {' / '.join(others)}."


def _because(use: ReadingUse) -> str:
    return f"Because {use.because}." if use.because else ""


def _assumptions(resolved: ResolvedVersion, library: Mapping[str, Concept]) -> list[str]:
    lines = ["WHAT IS ASSUMED"]
    for window in resolved.windows:
        words = describe_window(window.window)
        lines += _item(f"Window {window.name}: {words} [{window.origin}] ({window.source}).")
    for origin in dict.fromkeys((use.absence, use.origin) for use in resolved.assumptions):
        uses = [use for use in resolved.assumptions if (use.absence, use.origin) == origin]
        names = ", ".join(library[use.concept].label if use.concept in library else use.concept for use in uses)
        meaning = "means no" if origin[0] == "no" else "means nothing"
        lines += _item(f"No record, in a patient seen in the year before, {meaning} [{origin[1]}]: {names}.")
        lines += _item(uses[0].source, first="    ", later="    ")
    return lines if len(lines) > 1 else []


def _schedule(protocol: Protocol) -> list[str]:
    lines = ["ARMS, SCHEDULE, ENDPOINTS"]
    for arm in protocol.arms:
        lines += _item(f"{arm.label} ({arm.type}): {arm.description}")
    for each in protocol.interventions:
        for name, fact in each.facts.items():
            lines += _item(f"{each.label}, {_fact(name, fact)}")
    for activity in protocol.schedule:
        lines += _item(f"{activity.label} ({', '.join(activity.arms)}). {_fact('timing', activity.timing)}")
    for endpoint in protocol.endpoints:
        objective = _fact(f"{endpoint.level} objective", endpoint.objective)
        lines += _item(f"{objective} {_fact('time frame', endpoint.time_frame)}")
    return lines if len(lines) > 1 else []


def _conduct(
    protocol: Protocol, resolved: ResolvedVersion, library: Mapping[str, Concept], site: SiteSettings | None
) -> list[str]:
    if resolved.version.plan is None:
        return []
    plan = resolve_plan(protocol, resolved.version.name, site, library)
    says = {use.name: [words for _, words in use.alternatives] for use in plan.readings}
    return describe_plan(plan, library, says, _wrapped_words)


def _analysis(protocol: Protocol, resolved: ResolvedVersion, library: Mapping[str, Concept]) -> list[str]:
    planned = protocol.analysis_of(resolved.version.name)
    return [] if planned is None else describe_analysis(planned, library, _wrapped_words)


def _item(text: str, first: str = "  - ", later: str = "    ") -> list[str]:
    return _wrapped(" ".join(text.split()), first=first, later=later)


def _wrapped_words(text: str, first: str, later: str) -> list[str]:
    return _wrapped(" ".join(text.split()), first, later)


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
