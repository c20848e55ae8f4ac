"""The files in which sites keep their settings, beside the protocol in the folder of a trial.

Decides their names, which files belong together, and in which order they are replaced. What a setting means is
`protocol.site`'s; that a file is the one that was set is known from the log (`office.rulings`).
"""

import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from equipoise.errors import Fault, RefusedError
from equipoise.protocol.site import SiteSettings, load_site

SITE_FILE = "site-{site}.yaml"
CODES_SUFFIX = ".csv"


class SiteFiles(Mapping[str, SiteSettings]):
    """
    The settings of the sites that have a file, each read when it is asked for: a broken one stops its own site alone.

    Parameters
    ----------
    folder
        Where the files `site-ID.yaml` stand.
    sites
        The ids of the trial's sites; files of others do not count.
    """

    def __init__(self, folder: Path, sites: Collection[str]) -> None:
        paths = {site: folder / SITE_FILE.format(site=site) for site in sites}
        self._paths = {site: path for site, path in paths.items() if path.is_file()}
        self._read: dict[str, SiteSettings] = {}

    def __getitem__(self, site: str) -> SiteSettings:
        """
        The settings of a site.

        Raises
        ------
        ProtocolError
            Its file cannot be read.
        """
        path = self._paths[site]
        if site not in self._read:
            self._read[site] = load_site(path)
        return self._read[site]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def files_of_settings(path: Path, site: str, settings: SiteSettings) -> dict[str, bytes]:
    """
    Names and contents of the files that a trial keeps for a site: its settings, then the codes that they name.

    Raises
    ------
    RefusedError
        A file of codes stands elsewhere than beside the site file, or is no CSV: it cannot be kept with it.
    TerminologyError
        A file of codes cannot be read.
    """
    faults = [
        Fault(f"code_files of site {site}", f"{name} does not stand beside the site file", "Put it there, as NAME.csv.")
        for name in settings.code_files
        if Path(name).name != name or Path(name).suffix != CODES_SUFFIX
    ]
    if faults:
        raise RefusedError("Nothing was written.", faults)
    settings.all_codes()  # raises, with the line, when one of them cannot be read
    codes = {name: (path.parent / name).read_bytes() for name in settings.code_files}
    return {SITE_FILE.format(site=site): path.read_bytes(), **codes}


def check_none_is_anothers(folder: Path, site: str, files: Mapping[str, bytes], others: SiteFiles) -> None:
    """
    Raise when a file of codes would replace one of the same name that another site uses.

    Raises
    ------
    RefusedError
        With every such file.
    """
    if not any(name.endswith(CODES_SUFFIX) for name in files):
        return
    faults = []
    for other, settings in others.items():
        for name in settings.code_files if other != site else ():
            if name in files and (folder / name).is_file() and (folder / name).read_bytes() != files[name]:
                faults.append(Fault(name, f"is a file of site {other} with other codes", "Give yours another name."))
    if faults:
        raise RefusedError("Nothing was written.", faults)


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """
    Put files into a folder, each whole or not at all, the site file last.

    A crash between two of them leaves files whose digest is not the one in the log: nothing is judged by them.
    """
    for name in reversed(list(files)):
        descriptor, partial = tempfile.mkstemp(dir=folder, prefix=".", suffix=".partial")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(files[name])
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, folder / name)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
