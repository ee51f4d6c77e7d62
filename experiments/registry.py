"""Every experiment by name: the single ones, and the trial of the paper's sentences, which runs many."""

from experiments import trial
from experiments.experiment import SINGLE, Experiment, Tile

__all__ = ["EXPERIMENTS", "EXPERIMENTS_VERSION", "Experiment", "Tile"]

# Changing what any tile returns changes it: stored tiles of another version are not used.
EXPERIMENTS_VERSION = 2

EXPERIMENTS = {**SINGLE, "claims": Experiment(trial.Trial, trial.tiles, trial.compute, trial.assemble)}
