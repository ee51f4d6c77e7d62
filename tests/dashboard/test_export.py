"""What the export routes answer: plates, files, one page, and clear refusals."""

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from dashboard import create_app, results
from dashboard.clouds import clouds
from dashboard.comparison import compare
from dashboard.export import COMPARED, EXPLORED, REVIVAL, UNITS, ExportRequest, read, shown
from dashboard.export_data import data
from dashboard.export_sweep import MOST_FRAMES
from dashboard.numbers import exact
from dashboard.runs import paths
from dashboard.settings import DEFAULT, read_query
from dynamics import BasinMap, Cancellation, Grid, basin_map, revival_time, vector_field
from dynamics.command_line import main
from dynamics.records import real_columns

MODES: dict[str, tuple[str, ...]] = {
    "": EXPLORED,
    "colouring=revival&tolerance=0&max_iterations=500": REVIVAL,
    "pin=beta:0;gamma:1&colouring=iterations": COMPARED,
    "init=he_normal&units=30&time=100": UNITS,
}
QUESTIONS = ("pictures", "sweep")  # of the dialog, answered with a sentence
EVERY = [(query, key) for query, keys in MODES.items() for key in keys]


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def ask(client: FlaskClient, route: str, query: str) -> Any:
    answer = client.get(f"/export/{route}?cells=20&{query}")
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data)


def words(figure: dict[str, Any]) -> str:
    """The caption as it is read."""
    caption = figure["layout"]["annotations"]
    texts = [note["text"].replace("<br>", " ") for note in caption if note.get("yanchor") == "top"]
    return re.sub(r"<[^>]*>", "", texts[-1]).replace("\N{NO-BREAK SPACE}", " ").replace("&lt;", "<")


# ------------------------------------------------------------------ plates


@pytest.mark.parametrize("query", MODES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_picture_is_a_valid_figure_with_title_and_caption(
    client: FlaskClient, query: str, theme: str
) -> None:
    listed = ask(client, "pictures", query)["pictures"]
    assert [picture["key"] for picture in listed] == list(MODES[query])
    names = set()
    for picture in listed:
        figure = ask(client, "figure", f"{query}&theme={theme}&picture={picture['key']}")
        names.add(figure.pop("name"))
        go.Figure(figure)  # plotly's own validation
        assert figure["layout"]["title"]["text"] == picture["title"]
        assert figure["layout"]["paper_bgcolor"] == ("#FFFFFF" if theme == "light" else "#14181D")
        assert 400 < figure["layout"]["width"] < 1100
        assert re.search(r"[βηγδ] = |Pinned", words(figure)), picture["key"]
    assert len(names) == len(listed)
    assert all(re.fullmatch(r"dead-cone_[\w.+-]+", name) for name in names)


def test_the_map_says_what_the_page_says(client: FlaskClient) -> None:
    query = "beta=0&gamma=0.5&delta=0.2&rho=0.3&time=7&starts=1,-2;0.5,0.5"
    figure = ask(client, "figure", query)
    settings = DEFAULT.edit({"beta": "0", "gamma": "0.5", "delta": "0.2", "rho": "0.3"})
    basin = basin_map(settings.hyperparameters, settings.grid(20), **settings.judging)
    text = words(figure)
    assert f"{100 * basin.dead_fraction:.0f} % of starts die without momentum." in text
    assert "β = 0, η = 0.1, γ = 0.5, δ = 0.2, ε = 0.001, ρ = 0.3." in text
    assert "Starts A (1, −2), B (0.5, 0.5). Discs: at iteration 7." in text
    assert "Of a 20 × 20 grid of starts in [−3, 3]² at ρ = 0.3, no momentum at the start; stopped at" in text
    legend = [trace["name"].strip() for trace in figure["data"] if trace.get("showlegend")]
    assert legend[0] == f"DEAD {100 * basin.dead_fraction:.1f} %"
    (heat,) = (trace for trace in figure["data"] if trace["type"] == "heatmap")
    cells = np.frombuffer(base64.b64decode(heat["z"]["bdata"]), np.uint8)
    np.testing.assert_array_equal(cells, basin.outcome.ravel())
    (playhead,) = (trace for trace in figure["data"] if trace["name"] == "playhead")
    assert len(playhead["x"]) == 2
    assert figure["name"] == "dead-cone_map_beta0_eta0.1_gamma0.5_delta0.2_rho0.3"


def test_after_t_and_continued_and_pytorch_are_said(client: FlaskClient) -> None:
    figure = ask(client, "figure", "tolerance=0&max_iterations=300&before=20,0.5,0.1&pytorch=1")
    text = words(figure)
    assert "judged after exactly 300 updates." in text
    assert "Until iteration 20 the paths had β = 0.5, η = 0.1." in text
    assert "PyTorch's lr = 0.01." in text
    assert figure["name"].endswith("_T300")


def test_a_diverging_and_undecided_legend_shows_the_weave(client: FlaskClient) -> None:
    figure = ask(client, "figure", "beta=0&eta=50&max_iterations=50")
    patterns = {
        trace["name"].split()[0]: trace["marker"].get("pattern")
        for trace in figure["data"]
        if trace.get("showlegend")
    }
    assert patterns["DIVERGED"]["fgcolor"] == "#8F2846"
    assert patterns["DEAD"] is None


# ------------------------------------------------------------------ numbers


def table(client: FlaskClient, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/export/data?cells=20&format=csv&{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def arrays(client: FlaskClient, query: str) -> dict[str, Any]:
    answer = client.get(f"/export/data?cells=20&{query}")
    assert answer.status_code == 200
    assert re.fullmatch(r"attachment; filename=dead-cone_.*\.npz", answer.headers["Content-Disposition"])
    with np.load(io.BytesIO(answer.data)) as found:  # which refuses pickled objects
        return dict(found)


def test_the_maps_numbers_are_those_of_dynamics(client: FlaskClient) -> None:
    query = "beta=0.95&delta=-0.1&window=-2,1,-4,3"
    settings = DEFAULT.edit({"beta": "0.95", "delta": "-0.1", "window": "-2,1,-4,3"})
    grid = Grid(w_min=-2, w_max=1, b_min=-4, b_max=3, n_w=round(20 * 3 / 7), n_b=20)
    basin = basin_map(settings.hyperparameters, grid, **settings.judging)
    found = arrays(client, query)
    for name in ("outcome", "iterations", "final_w", "final_b", "final_rho"):
        np.testing.assert_array_equal(found[name], getattr(basin, name), strict=True)
    np.testing.assert_array_equal(found["w"], grid.w)
    np.testing.assert_array_equal(found["b"], grid.b)
    assert found["dead_fraction"] == basin.dead_fraction
    assert (found["beta"], found["delta"], found["tolerance"], found["method"]) == (0.95, -0.1, 1e-6, "fast")
    rows = table(client, query)
    assert len(rows) == basin.outcome.size
    row, column = 13, 4
    one = rows[row * grid.n_w + column]
    assert float(one["w"]) == grid.w[column]
    assert float(one["b"]) == grid.b[row]
    assert int(one["outcome"]) == basin.outcome[row, column]
    assert int(one["iterations"]) == basin.iterations[row, column]
    assert [float(line["final_w"]) for line in rows] == basin.final_w.ravel().tolist()
    assert {line["beta"] for line in rows} == {"0.95"}


@pytest.mark.parametrize(("query", "key"), EVERY)
def test_every_table_holds_its_arrays(client: FlaskClient, query: str, key: str) -> None:
    request = read({"cells": "20"} | dict(part.split("=", 1) for part in query.split("&") if part)).of(key)
    found = data(request, Cancellation())
    archive = arrays(client, f"{query}&picture={key}")
    assert set(archive) == set(found.settings) | set(found.arrays)
    rows = table(client, f"{query}&picture={key}")
    shape = np.broadcast_shapes(*(column.shape for column in found.columns.values()))
    assert len(rows) == np.prod(shape) > 0
    columns = dict(real_columns(found.columns))
    assert set(rows[0]) == set(columns) | (set(found.settings) - set(columns))
    for name, column in columns.items():
        whole = np.broadcast_to(column, shape).ravel()
        texts = [row[name] for row in rows]
        read_back = np.array(texts) if whole.dtype.kind == "U" else np.array(texts, float).astype(whole.dtype)
        np.testing.assert_array_equal(read_back, whole, err_msg=name)


@pytest.mark.parametrize("suffix", ["npz", "csv"])
def test_the_page_and_the_command_line_write_the_same_file(
    client: FlaskClient, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"map.{suffix}"
    line = f"basin --beta 0.8 --delta 0.1 --n-w 20 --n-b 20 --output {path}"
    main(line.split())
    answer = client.get(f"/export/data?cells=20&beta=0.8&delta=0.1&format={suffix}")
    if suffix == "npz":
        with np.load(path) as own, np.load(io.BytesIO(answer.data)) as other:
            assert set(own) - {"command"} == set(other)
            for name in other:
                np.testing.assert_array_equal(own[name], other[name], err_msg=name)
        return
    own_rows, rows = (list(csv.DictReader(io.StringIO(text))) for text in (path.read_text(), answer.text))
    assert [row | {"command": "basin"} for row in rows] == own_rows


def test_what_a_colouring_shows_is_among_the_numbers(client: FlaskClient) -> None:
    grid = DEFAULT.grid(20)
    times = revival_time(DEFAULT.hyperparameters, grid.w, grid.b[:, None], epsilon=1e-3)
    found = arrays(client, "colouring=revival")
    np.testing.assert_array_equal(found["log10_iterations"], times.log10_iterations)
    field = vector_field(DEFAULT.hyperparameters, grid)
    np.testing.assert_array_equal(arrays(client, "colouring=gradient")["db"], field.db)


def request_of(key: str, **texts: str) -> ExportRequest:
    return read({"cells": "20"} | texts).of(key)


def test_the_charts_numbers_are_the_pages() -> None:
    request = request_of("alive", before="20,0.5,0.1")
    for path in paths(request.settings, Cancellation()):
        found = data(request, Cancellation())
        np.testing.assert_array_equal(found.arrays[f"{path.letter}_w"], path.trajectory.w)
        np.testing.assert_array_equal(found.arrays[f"{path.letter}_loss"], path.trajectory.loss)
        assert found.arrays[f"{path.letter}_outcome"] == path.outcome
    assert found.settings["before"] == 20
    curves = compare(request.settings, Cancellation()).curves
    assert curves is not None
    share = data(request_of("share"), Cancellation()).arrays
    assert share["dead_fraction"].tolist() == [value for curve in curves for value in curve.share]
    field = data(request_of("field"), Cancellation()).arrays
    assert field["dw"].shape == (3, 9, 9)
    runs = results.affine_runs(request.settings)
    assert data(request_of("oscillation"), Cancellation()).arrays["a"].tolist() == [
        run.a.tolist() for run in runs
    ]
    changed = data(request_of("changed", pin="beta:0"), Cancellation()).arrays
    maps: list[BasinMap] = [
        results.timed_map(at, 20, Cancellation()).basin for at in (DEFAULT, DEFAULT.edit({"beta": "0"}))
    ]
    assert np.array_equal(changed["outcome"], maps[0].outcome)
    assert np.array_equal(changed["pinned_outcome"], maps[1].outcome)


def test_the_clouds_numbers_are_the_pages() -> None:
    request = request_of("cloud", init="he_normal", units="30", time="100")
    run = clouds(request.settings, still=True, complete=False, cancel=Cancellation()).current
    found = data(request, Cancellation())
    row = run.row(100)
    np.testing.assert_array_equal(found.arrays["w"], run.w)
    np.testing.assert_array_equal(found.columns["b"], run.b[row])
    assert (found.settings["at_iteration"], found.settings["scheme"]) == (100, "he_normal")


# ------------------------------------------------------------------ one page, sweeps


@pytest.mark.parametrize("query", MODES)
def test_the_page_holds_all_pictures_and_needs_nothing_else(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/export/page?cells=20&theme=dark&{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(".html")
    text = answer.text
    held = re.search(r'<script type="application/json" id="figures">(.*?)</script>', text, re.DOTALL)
    assert held is not None
    assert set(json.loads(held[1])) == set(MODES[query])
    assert 'data-theme="dark"' in text
    own = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    told = re.findall(r'role="img" aria-label="([^"]+)"', own)
    assert len(told) == len(MODES[query])
    assert all(re.search(r"\d", words) for words in told)  # each picture in words with its numbers
    assert not re.search(r"""(?:src|href)=["'](?!https?://)""", own)
    assert all(source.startswith("data:") for source in re.findall(r'url\("?([^")]+)', own))
    live = re.search(r'href="http://localhost/\??([^"]*)"', own)
    assert live is not None
    settings, notices = read_query(live[1].replace("&amp;", "&"))
    assert settings == DEFAULT.edit(dict(part.split("=", 1) for part in query.split("&") if part))
    assert notices == []


def test_a_scaled_page_links_to_itself(client: FlaskClient) -> None:
    query = urlencode({"scale": "1", "window": "-30,30,-30,30", "tolerance": "1e-5", "starts": "20,18"})
    text = client.get(f"/export/page?cells=20&{query}").text
    live = re.search(r'href="http://localhost/\?([^"]*)"', text)
    assert live is not None
    assert read_query(live[1].replace("&amp;", "&"))[0] == read_query(query)[0]
    assert "grid of starts in [−3, 3]²" in text


def test_a_sweep_is_even_on_the_slider(client: FlaskClient) -> None:
    sweep = ask(client, "sweep", "slider=gamma&from=0.001&to=1&frames=4&seconds=2")
    values = [float(change["gamma"]) for change in sweep["changes"]]
    assert values == pytest.approx([0.001, 0.01, 0.1, 1], rel=0.02)
    assert sweep["seconds"] == 0.5
    back = ask(client, "sweep", "slider=delta&from=3&to=−1,5&frames=10")["changes"]
    assert [float(change["delta"]) for change in back] == pytest.approx(np.linspace(3, -1.5, 10), abs=0.01)
    kept = ask(client, "sweep", "slider=beta&from=0&to=0.99&frames=3&pytorch=1")["changes"]
    assert [round(float(c.get("eta", 0.1)) * (1 - float(c["beta"])), 9) for c in kept] == [0.01] * 3


def test_the_pictures_of_a_sweep_have_one_size_and_name_their_value(client: FlaskClient) -> None:
    sizes = set()
    for gamma in (1e-4, 0.31, 10):
        figure = ask(client, "figure", f"sweep=gamma&scale=1&gamma={exact(gamma)}&eta=3&tolerance=1e-4")
        sizes.add((figure["layout"]["width"], figure["layout"]["height"]))
        remark = figure["layout"]["annotations"][-1]["text"]
        assert remark.startswith("γ = ")
    assert len(sizes) == 1


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize("route", ["pictures", "figure", "data", "snippet", "sweep", "page"])
def test_nothing_is_told_while_the_outcome_is_hidden(client: FlaskClient, route: str) -> None:
    answer = client.get(f"/export/{route}?cells=20&hide=outcome&picture=map&format=csv&from=0&to=0.9")
    assert answer.status_code == (200 if route in QUESTIONS else 422)
    assert json.loads(answer.data) == {
        "key": "hide",
        "message": "The outcome is hidden: reveal it first",
    }
    assert shown(DEFAULT.edit({"hide": "outcome"})) == ()


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("figure?beta=1.2", ["β", "1.2", "at most 0.9999"]),
        ("figure?picture=cloud", ["picture", "cloud", "map, share"]),
        ("figure?picture=map&init=he_normal", ["picture", "map", "survival"]),
        ("figure?cells=4096", ["cells", "4096", "2048"]),
        ("figure?colour=red", ["colour"]),
        ("figure?sweep=rho", ["sweep", "rho", "gamma"]),
        ("data?format=xls", ["format", "xls", "npz"]),
        ("data?window=1", ["window"]),
        ("snippet?theme=blue", ["theme", "blue"]),
        ("page?starts=1", ["starts"]),
        ("sweep?slider=epsilon", ["slider", "epsilon"]),
        ("sweep?slider=beta&from=0&to=0.995", ["to", "0.995", "0.99"]),
        ("sweep?slider=beta&from=x&to=0.5", ["from", "x"]),
        ("sweep?slider=beta&from=0.5&to=0.5", ["differ", "0.5"]),
        (f"sweep?slider=beta&from=0&to=0.5&frames={MOST_FRAMES + 1}", ["frames", str(MOST_FRAMES)]),
        ("sweep?slider=beta&from=0&to=0.5&frames=2.5", ["frames", "2.5"]),
        ("sweep?slider=beta&from=0&to=0.5&seconds=61", ["seconds", "61", "60"]),
        ("sweep?slider=beta&from=0&to=0.5&frames=200&seconds=1", ["frames", "200", "50"]),
    ],
)
def test_bad_requests_are_refused_with_a_sentence(client: FlaskClient, query: str, parts: list[str]) -> None:
    answer = client.get(f"/export/{query}")
    assert answer.status_code == (200 if query.startswith(QUESTIONS) else 422)
    message = json.loads(answer.data)["message"]
    for part in parts:
        assert part in message


def test_a_kick_that_is_not_there_is_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.kick.smallest_kick", lambda *_, **__: None)
    for route in ("figure", "data", "snippet"):
        answer = client.get(f"/export/{route}?cells=20&picture=kick&gamma=0.123")
        assert answer.status_code == 422
        assert re.match(r"No kick .*kill", json.loads(answer.data)["message"])
    page = client.get("/export/page?cells=20&gamma=0.123")
    assert page.status_code == 200
    assert re.search(r"<p class=\"muted\">Smallest kick that kills: No kick .*kill.*\.</p>", page.text)
    assert 'id="kick"' not in page.text


def test_shares_that_took_too_long_are_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.comparison.CURVES_SECONDS", 0)
    for route in ("data", "snippet"):
        answer = client.get(f"/export/{route}?cells=20&picture=share&gamma=0.1234&delta=0.0123")
        assert answer.status_code == 422
        assert "took too long" in json.loads(answer.data)["message"]


def test_what_takes_too_long_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.export_routes.LONGEST_SECONDS", 0.001)
    answer = client.get("/export/data?cells=512&resolution=512&beta=0&eta=3&tolerance=0")
    assert answer.status_code == 503
    assert "coarser grid" in json.loads(answer.data)["message"]
