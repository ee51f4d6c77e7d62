"""A sweep as a picture: the dead share over two settings, or every share over one."""

from collections.abc import Mapping

from dynamics import SweepResult
from figures.chart import Picture, Spec
from figures.sweep_lines import sweep_lines
from figures.sweep_map import sweep_map
from figures.view import View


@Picture
def sweep(result: SweepResult, view: View, current: Mapping[str, float] | None = None) -> Spec:
    """Draw what is known of a sweep; cells that are not computed yet are blank.

    Parameters
    ----------
    result : SweepResult
        Over two settings: the dead share in ten steps, row i of `counts` from the bottom up, and over β and η
        the borders of the affine model's regimes. Over one: a line for each outcome that occurs, with the
        95 % interval where units were drawn.
    view : View
    current : mapping of str to float, optional
        Values of the swept settings that are to be marked; those off the axes are not.

    Returns
    -------
    plotly.graph_objects.Figure
        Positions along an axis are the values, their log₁₀, or −log₁₀(1 − β), by its scale; a cell of the map
        is the point number (row, column) of the trace "share".
    """
    draw = sweep_map if len(result.sweep.axes) > 1 else sweep_lines
    return draw(result, view, current or {})
