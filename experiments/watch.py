"""Watch the units of your own PyTorch model die.

PyTorch is your own requirement: it is imported when a model is given, and nothing here installs it.

>>> from experiments.watch import DeadUnits
>>> units = DeadUnits(model, inputs)   # the training inputs, before the first update
>>> units.record()                     # now and then, for example after every epoch
>>> units.save("units.npz")            # the file that the page opens
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dynamics import checks
from experiments.watched import Watched

if TYPE_CHECKING:
    import torch

_ROWS = 4096  # of a tensor of inputs at a time


class DeadUnits:
    """Counts, on inputs that stay the same, how often each unit of every ``torch.nn.ReLU`` is active.

    A model that calls ``torch.relu`` or ``F.relu`` shows none of its units: use the module. One module that
    is called several times in a forward pass counts as several layers. A channel of a convolution is one
    unit, at all positions. The first record is made at once: who is dead then is born dead.

    Parameters
    ----------
    model : torch.nn.Module
        Run in evaluation mode and without gradients when a record is made; its modes come back afterwards.
    inputs : torch.Tensor or iterable of torch.Tensor
        All inputs, or batches of them, on the model's device. P(z > 0) is taken over these: the training
        inputs, for the paper's definition.
    epsilon : float
        A unit is dead when P(z > 0) < ε.
    unit_axis : int
        The axis of the units in what a ReLU returns: 1 for linear layers and convolutions, −1 where a linear
        layer acts on sequences.

    Raises
    ------
    ValueError
        If the model reaches no ReLU module, or an argument is out of its range.
    """

    def __init__(
        self,
        model: "torch.nn.Module",
        inputs: "torch.Tensor | Iterable[torch.Tensor]",
        *,
        epsilon: float = 1e-3,
        unit_axis: int = 1,
    ) -> None:
        import torch

        self._model, self._axis = model, unit_axis
        self._epsilon = checks.epsilon(epsilon)
        self._batches = list(inputs.split(_ROWS) if isinstance(inputs, torch.Tensor) else inputs)
        self._relus = [(n, m) for n, m in model.named_modules() if isinstance(m, torch.nn.ReLU)]
        self._steps: list[int] = []
        self._shares: list[list[np.ndarray[Any, Any]]] = []
        self._layers: list[str] = []
        self.record(0)

    def record(self, step: int | None = None) -> float:
        """Count now, and return the dead share of all units.

        Parameters
        ----------
        step : int, optional
            When this is, by whatever you count; by default one more than at the last record.

        Raises
        ------
        ValueError
            If the step does not rise, or the layers are no longer those of the first record.
        """
        latest = self._steps[-1] if self._steps else -1
        step = checks.whole("step", latest + 1 if step is None else step, latest + 1)
        with _quiet(self._model):
            layers, shares = self._counted()
        if not layers:
            raise ValueError("model must reach a torch.nn.ReLU module; torch.relu and F.relu cannot be seen")
        if self._shares and [len(s) for s in shares] != [len(s) for s in self._shares[0]]:
            raise ValueError("model must reach the same ReLUs at every record")
        self._layers = layers
        self._steps.append(step)
        self._shares.append(shares)
        return float((np.concatenate(shares) < self._epsilon).mean())

    @property
    def result(self) -> Watched:
        """Everything recorded so far."""
        return Watched(
            tuple(self._layers),
            tuple(len(shares) for shares in self._shares[0]),
            np.array(self._steps, np.int64),
            np.stack([np.concatenate(shares) for shares in self._shares]).astype(np.float32),
            self._epsilon,
        )

    def save(self, path: str | Path) -> None:
        """Write what was recorded so far to a file that the page opens."""
        self.result.save(path)

    def _counted(self) -> tuple[list[str], list[np.ndarray[Any, Any]]]:
        """Return the name of each layer in the order of a forward pass, and its units' active shares."""
        counts: dict[tuple[str, int], Any] = {}
        seen: dict[tuple[str, int], int] = {}
        calls: dict[str, int] = {}

        def look(name: str, output: Any) -> None:
            key = name, calls.get(name, 0)
            calls[name] = key[1] + 1
            active = (output > 0).movedim(self._axis, 0).flatten(1)
            counts[key] = counts.get(key, 0) + active.sum(dim=1)
            seen[key] = seen.get(key, 0) + active.shape[1]

        def hook(name: str) -> Any:
            return lambda module, arguments, output: look(name, output)

        hooks = [relu.register_forward_hook(hook(name)) for name, relu in self._relus]
        try:
            for batch in self._batches:
                calls.clear()
                self._model(batch)
        finally:
            for handle in hooks:
                handle.remove()
        names = [
            name or "relu" if call == 0 else f"{name or 'relu'}, call {call + 1}" for name, call in counts
        ]
        return names, [counts[key].cpu().numpy() / seen[key] for key in counts]


@contextmanager
def _quiet(model: "torch.nn.Module") -> Iterator[None]:
    """Run a model without gradients and in evaluation mode, and put every module's mode back."""
    import torch

    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode
