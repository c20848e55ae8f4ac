"""The folder of the demo's trial: a store of its own, by a clock and randomness that come with the call."""

from contextlib import AbstractContextManager
from pathlib import Path

from equipoise.cli.trial_clock import TRAINING_MARK
from equipoise.cli.trial_door import software
from equipoise.operations.demo import PROTOCOL
from equipoise.operations.trial.door import Clock, RandomBytes
from equipoise.operations.trial.setting_up import protocol_files
from equipoise.protocol.model import Protocol
from equipoise.store.folder import init_folder
from equipoise.store.log import TrialStore


def open_demo_trial(
    folder: Path, protocol: Protocol, clock: Clock, random_bytes: RandomBytes
) -> AbstractContextManager[TrialStore]:
    """A new trial folder with the shipped protocol; it stands when the block ends without an error."""
    return init_folder(
        folder,
        trial=protocol.id,
        clock=clock,
        random_bytes=random_bytes,
        software=software() + TRAINING_MARK,
        protocol=protocol_files(PROTOCOL),
    )
