"""Setting a trial up from a protocol: its first event, its first administrator, its version and its sites.

Decides the names of sites and the arms that a protocol implies. Making the folder and the database is the door's.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.credentials import LIMITS, Components, Limits
from equipoise.operations.office.passwords import SALT_BYTES, fault_of_password, hash_password
from equipoise.operations.office.people import add_first_administrator
from equipoise.operations.office.ports import Store
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.sessions import login, recognise
from equipoise.operations.office.setting_up import approve_version, initialise
from equipoise.operations.office.sites import open_site, set_settings
from equipoise.operations.trial.door import Clock, RandomBytes
from equipoise.operations.trial.site_files import SITE_FILE, SiteFiles, files_of_settings
from equipoise.protocol.cohort import cohort_files
from equipoise.protocol.loading import FILE_NAME, find_protocol, load_protocol
from equipoise.protocol.model import NOT_FOUND, Protocol
from equipoise.protocol.site import SiteSettings

_SMALL_WORDS = {"the", "of", "and", "for", "at", "in", "de", "la"}
_LONGEST_ID = 8
AT_SET_UP = "when the trial was set up"


@dataclass(frozen=True)
class Administrator:
    """The person who sets the trial up."""

    user: str
    name: str
    password: str


@dataclass(frozen=True)
class SiteToOpen:
    """A site with its id, which begins the number of each of its subjects."""

    id: str
    name: str


@dataclass(frozen=True)
class SetUp:
    """What was set up."""

    user: str
    version: str
    sites: tuple[SiteToOpen, ...]
    arms: tuple[str, ...]
    ratio: str
    registry_sentence: str
    is_live: bool

    def lines(self, protocol: str, folder: Path) -> Iterator[str]:
        """What was set up and what comes next, for the person who did it."""
        yield f"Trial {protocol} is set up in {folder}, administrator {self.user}."
        yield self.registry_sentence
        yield "It is live." if self.is_live else "It is for training: nobody is enrolled by it."
        yield f"Version {self.version} is approved from today."
        yield from (f"Site {site.id} is open: {site.name}" for site in self.sites)
        yield f"Arms, {self.ratio}: {'; '.join(self.arms)}. They are fixed when the allocation is frozen."
        yield f"The key of everything is in {folder / 'keys'}. Split it into shares: equipoise trial escrow split."
        if not self.sites:
            yield "No site is open yet: the protocol names none, and none was given by --site."
        opening = "" if self.sites else "equipoise trial sites open, "
        yield f"Next: equipoise trial login {self.user}, {opening}then equipoise trial people add."


def protocol_files(name_or_path: str, sites: Collection[SiteToOpen] = ()) -> dict[str, bytes]:
    """
    The files of a protocol to be kept with a trial: what was approved stays what is judged by.

    A file `site-ID.yaml` beside it comes along where `sites` has a site of this id, and so does every file of a cohort
    that an analysis plan names.

    Raises
    ------
    ProtocolError
        There is no such protocol, or a site file or a cohort cannot be read.
    """
    path = find_protocol(name_or_path)
    files = {FILE_NAME: path.read_bytes(), **cohort_files(load_protocol(path))}
    for site, settings in site_settings(name_or_path, sites).items():
        files |= files_of_settings(path.parent / SITE_FILE.format(site=site), site, settings)
    return files


def site_settings(name_or_path: str, sites: Collection[SiteToOpen]) -> Mapping[str, SiteSettings]:
    """What sites set in files beside a protocol that is not with a trial yet."""
    return SiteFiles(find_protocol(name_or_path).parent, [each.id for each in sites])


def read_rules(folder: Path, sites: Collection[str]) -> Rules:
    """
    The protocol of a trial and the settings of its sites, from the folder where they are kept.

    A site has settings when there is a file `site-ID.yaml` beside the protocol.
    """
    return Rules(load_protocol(folder / FILE_NAME), SiteFiles(folder, sites))


def sites_of(protocol: Protocol) -> tuple[SiteToOpen, ...]:
    """The sites that a protocol names, each with an id made of its initials; numbered where two are alike."""
    found: list[SiteToOpen] = []
    for site in protocol.sites:
        initials = site_id_of(site.name)
        same = sum(each.id.rstrip("0123456789") == initials for each in found)
        found.append(SiteToOpen(f"{initials}{same + 1}" if same else initials, site.name))
    return tuple(found)


def site_id_of(name: str) -> str:
    """`The University of Chicago Comprehensive Cancer Center` gives `ucccc`; one word gives itself."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words: list[str] = [word for word in re.findall(r"[a-z0-9]+", plain.lower()) if word not in _SMALL_WORDS]
    if len(words) == 1:
        return words[0][:_LONGEST_ID]
    return "".join(word[0] for word in words)[:_LONGEST_ID] or "site"


def ratio_of(protocol: Protocol) -> str:
    """The ratio of the arms as the protocol states or implies it; each arm alike when it says nothing."""
    return stated_ratio(protocol) or ":".join(["1"] * len(protocol.arms))


def stated_ratio(protocol: Protocol) -> str | None:
    """The ratio of the arms that the protocol gives; None when it gives none."""
    stated = protocol.design.get("allocation-ratio")
    return None if stated is None or stated.value == NOT_FOUND else str(stated.value)


def check_password(password: str, user: str) -> None:
    """Raise when a password cannot be chosen."""
    fault = fault_of_password(password, user)
    if fault is not None:
        raise RefusedError("Nothing was set up.", [fault])


def set_up_trial(
    store: Store,
    protocol: Protocol,
    administrator: Administrator,
    *,
    clock: Clock,
    random_bytes: RandomBytes,
    version: str | None = None,
    sites: Sequence[SiteToOpen] | None = None,
    settings: Mapping[str, SiteSettings] | None = None,
    is_live: bool = False,
    limits: Limits = LIMITS,
) -> SetUp:
    """
    Write the first events of a trial: it begins, has an administrator, a version approved from today, and open sites.

    Parameters
    ----------
    version
        The version that is approved for consent; the default one of the protocol.
    sites
        Those of the protocol when None.
    settings
        What sites set from the beginning, by their id.

    Raises
    ------
    RefusedError
        The registry says that nobody can be enrolled and the trial is to be live, or a name cannot be used.
    """
    user = administrator.user.strip().lower()
    password_hash = hash_password(administrator.password, random_bytes(SALT_BYTES), limits.cost)
    wanted = protocol.version(version)
    opened = sites_of(protocol) if sites is None else tuple(sites)
    check_sites(opened)
    with store.writing() as desk:
        initialise(desk, protocol, is_live=is_live)
        add_first_administrator(desk, user=user, name=administrator.name, password_hash=password_hash)
    ticket = login(store, user, Components(administrator.password), limits=limits)
    with store.writing() as desk:
        who = recognise(desk, ticket.token, desk.now)
        approve_version(desk, who, protocol, wanted.name, desk.now.date(), f"approved {AT_SET_UP}")
        for site in opened:
            open_site(desk, who, site.id, site.name)
            if settings is not None and site.id in settings:
                set_settings(desk, who, protocol, site.id, settings[site.id], f"set {AT_SET_UP}")
    arms = tuple(f"{arm.id} ({arm.label})" for arm in protocol.arms)
    sentence = protocol.registry_status_at(clock().date()).sentence
    return SetUp(user, wanted.name, opened, arms, ratio_of(protocol), sentence, is_live)


def check_sites(sites: Sequence[SiteToOpen]) -> None:
    """Raise when two sites would have one id."""
    ids = [site.id for site in sites]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        fault = Fault("sites", f"the id {', '.join(twice)} stands for more than one", "Give each an id of its own.")
        raise RefusedError("Nothing was set up.", [fault])
