"""What the trial asks of the affine model of section 3, the unit without its ReLU."""

import numpy as np
from numpy.typing import NDArray

from dynamics import affine_trajectory, critical_momentum, eigenvalues, momentum_matrix

Numbers = dict[str, NDArray[np.float64]]
_ETA = 0.1  # the paper's, in Fig. 2


def one_update(_: int) -> Numbers:
    """Return how far A times (a, m), and A times (m, a), is from one update made by hand."""
    found = {"(a, m), as printed": 0.0, "(m, a)": 0.0}
    for beta, eta, m, a in ((0.8, 0.3, 0.5, -1.0), (0.9, 0.1, 0.0, 1.0), (0.99, 2.0, -0.3, 0.2)):
        next_m = beta * m + (1 - beta) * a
        next_a = a - eta * next_m
        A = momentum_matrix(beta, eta)
        for name, before, after in (
            ("(a, m), as printed", (a, m), (next_a, next_m)),
            ("(m, a)", (m, a), (next_m, next_a)),
        ):
            found[name] = max(found[name], float(np.abs(A @ before - after).max()))
    return {name: np.array(value) for name, value in found.items()}


def settled(_: int) -> Numbers:
    """Return the largest |a| after 5,000 updates from 1, of settings with all eigenvalues inside |λ| < 0.995.

    Nearer to 1 the error falls too slowly to be seen falling in so many updates.
    """
    largest, count = 0.0, 0
    for beta in np.linspace(0, 0.99, 12):
        for eta in np.geomspace(0.01, 100, 17):
            if np.abs(eigenvalues(beta, eta)).max() < 0.995:
                largest = max(largest, abs(float(affine_trajectory(beta, eta, 5000).a[-1])))
                count += 1
    return {f"β 0 to 0.99, η 0.01 to 100, {count} settings": np.array(largest)}


def eigenvalues_of(_: int) -> Numbers:
    """Return the numbers of Fig. 2: sizes of imaginary parts, sign changes, and where eigenvalues end."""
    real = np.abs(eigenvalues(0.0, np.geomspace(1e-4, 1e3, 200)).imag).max()
    found: Numbers = {
        "imaginary": np.array(real),
        "critical": np.array(critical_momentum(_ETA)),
        "end": np.array(np.abs(eigenvalues(1.0, _ETA) - 1).max()),
    }
    for eta in (0.01, 0.1, 1.0, 10.0):
        critical = float(critical_momentum(eta))
        beta = (critical + 1) / 2  # midway from where they become complex to 1
        path = affine_trajectory(beta, eta, 5000).a
        turns = np.count_nonzero(np.diff(np.sign(path)))
        found[f"turns η = {eta:g}, β = {beta:.3f}"] = np.array(float(turns))
    return found
