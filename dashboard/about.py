"""The page About: the paper, where each part of it is, and what we do differently."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

PAPER = "https://arxiv.org/abs/2005.06195"

WHERE = (
    ("Eq. 3, dead and linear cone", "lines and hatching on the map"),
    ("Eq. 4, expected loss", "“Is the unit alive?”, Loss"),
    ("Eq. 5, Fig. 2 left", "Eigenvalues"),
    ("Fig. 2 right", "Without ReLU"),
    ("Fig. 3", "the map's Gradient colouring; the row of three below the map"),
    ("Fig. 4", "the map's Outcome colouring; its black dots are what hovering tells as the end point"),
)


def about() -> list[Component]:
    """Return the page's content."""
    return [
        html.H1("One plane, one verdict, four sliders"),
        html.P(
            "A ReLU unit that is negative for nearly every input passes no gradient and stays that "
            "way: it is dead. "
            "This page shows, for a single unit with Gaussian inputs and an affine target, which "
            "starts of gradient "
            "descent with momentum end dead. Everything is computed while you watch, with the exact "
            "expected gradient: "
            "no sampling, no minibatches."
        ),
        html.H2("The paper"),
        html.P(
            [
                "Isac Arnekvist, J. Frederico Carvalho, Danica Kragic and Johannes A. Stork: ",
                html.Cite("The Effect of Target Normalization and Momentum on Dying ReLU"),
                ". ",
                html.A("arXiv 2005.06195", href=PAPER),
                ".",
            ]
        ),
        html.Table(
            [
                html.Thead(html.Tr([html.Th("In the paper"), html.Th("On this page")])),
                html.Tbody([html.Tr([html.Td(part), html.Td(place)]) for part, place in WHERE]),
            ]
        ),
        html.H2("Conventions"),
        html.Ul(
            [
                html.Li(
                    "Momentum is the exponential moving average m′ = βm + (1 − β)g, θ′ = θ − ηm′. "
                    "PyTorch's SGD has no "
                    "factor 1 − β: the same dynamics at lr = η(1 − β), given under the sliders."
                ),
                html.Li("A unit is dead when P(z > 0) < ε; Eq. 3 leaves out “> 0”."),
                html.Li("The matrix A of Eq. 5 acts on the column (m, a); the paper prints (a, m)."),
                html.Li(
                    "A run stops when two successive updates are shorter than the tolerance, as in "
                    "the paper, and the "
                    "gradient step is too; without the second condition runs from rest would stop at "
                    "once at high β."
                ),
                html.Li(
                    "The paper's text gives neither the γ of Fig. 4 nor the three β of Fig. 2. Each "
                    "preset says which of "
                    "its values are the paper's and which are ours."
                ),
            ]
        ),
        html.H2("A finding of ours"),
        html.P(
            "At γ = 1 momentum saves units that plain gradient descent would lose; at γ ≤ 0.1 it "
            "kills units that plain "
            "gradient descent would keep. The paper states the second half; the first is what these "
            "maps show."
        ),
    ]
