"""Why ReLU units die: the dynamics of one unit under momentum, exact and free of any user interface."""

from dynamics.advice import Advice, Change, Kind, Option, Verdict, advise
from dynamics.affine import (
    AffineTrajectory,
    EigenvalueLocus,
    Regime,
    affine_trajectory,
    critical_momentum,
    eigenvalue_locus_beta,
    eigenvalue_locus_eta,
    eigenvalues,
    max_stable_learning_rate,
    momentum_matrix,
    overshoot,
    regime,
)
from dynamics.axis import Axis
from dynamics.basins import BasinMap, Outcomes, basin_map, border_error, outcomes
from dynamics.cloud import Cloud, cloud, recorded_iterations
from dynamics.coordinates import CoordinateStarts, coordinate_starts, spread
from dynamics.field import VectorField, vector_field
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.initializers import Initializer, Scheme, Starts, sample
from dynamics.kick import Kick, smallest_kick
from dynamics.layer import LayerUnits, layer_units
from dynamics.layer_file import read_inputs, read_layer
from dynamics.layer_waits import unit_waits
from dynamics.leaky import leaky_gradient, leaky_loss
from dynamics.optimizers import SGD, Adam, AdamW, Momentum, Optimizer, RMSprop
from dynamics.outcome import Cancellation, Cancelled, Outcome
from dynamics.points import Box
from dynamics.relu import (
    activation_probability,
    dead_cone_slope,
    expected_gradient,
    expected_loss,
    in_linear_cone,
    is_dead,
    log_activation_probability,
    log_gradient_norm,
    means_while_active,
)
from dynamics.revival import (
    RevivalTimes,
    at_depth,
    frozen_in_float32,
    log10_steps_until_active,
    revival_time,
)
from dynamics.risk import Estimate, Risk, risk
from dynamics.sweep import Draw, Sweep
from dynamics.sweep_tiles import SweepResult, run_sweep
from dynamics.training import Training
from dynamics.trajectory import PathMethod, Trajectory, trajectory
from dynamics.unit_training import TrainedUnits, train_units

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Advice",
    "AffineTrajectory",
    "Axis",
    "BasinMap",
    "Box",
    "Cancellation",
    "Cancelled",
    "Change",
    "Cloud",
    "CoordinateStarts",
    "Draw",
    "EigenvalueLocus",
    "Estimate",
    "Grid",
    "Hyperparameters",
    "Initializer",
    "Kick",
    "Kind",
    "LayerUnits",
    "Momentum",
    "Optimizer",
    "Option",
    "Outcome",
    "Outcomes",
    "PathMethod",
    "RMSprop",
    "Regime",
    "RevivalTimes",
    "Risk",
    "Scheme",
    "Starts",
    "Sweep",
    "SweepResult",
    "TrainedUnits",
    "Training",
    "Trajectory",
    "VectorField",
    "Verdict",
    "activation_probability",
    "advise",
    "affine_trajectory",
    "at_depth",
    "basin_map",
    "border_error",
    "cloud",
    "coordinate_starts",
    "critical_momentum",
    "dead_cone_slope",
    "eigenvalue_locus_beta",
    "eigenvalue_locus_eta",
    "eigenvalues",
    "expected_gradient",
    "expected_loss",
    "frozen_in_float32",
    "in_linear_cone",
    "is_dead",
    "layer_units",
    "leaky_gradient",
    "leaky_loss",
    "log10_steps_until_active",
    "log_activation_probability",
    "log_gradient_norm",
    "max_stable_learning_rate",
    "means_while_active",
    "momentum_matrix",
    "outcomes",
    "overshoot",
    "read_inputs",
    "read_layer",
    "recorded_iterations",
    "regime",
    "revival_time",
    "risk",
    "run_sweep",
    "sample",
    "smallest_kick",
    "spread",
    "train_units",
    "trajectory",
    "unit_waits",
    "vector_field",
]
