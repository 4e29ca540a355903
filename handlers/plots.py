"""Plots for the console: SVG made here, without script, font or anything else from outside."""

import sys
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

import pygal
from pygal.style import Style

sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
"""Its finder of plugins, which we have none of, is of a kind that Python warns of at every later import."""
COLOURS = ("#0b57a4", "#d08a00", "#b3201c", "#17643a")
LONGEST = 8
"""How much of a label is shown."""
_FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
_STYLE = Style(
    background="#fff", plot_background="#fff", colors=COLOURS, font_family=_FONT, foreground="#1d2733",
    foreground_strong="#1d2733", foreground_subtle="#56606d", label_font_size=14, major_label_font_size=14,
    legend_font_size=15, value_font_size=13, opacity="1",
)  # fmt: skip


def over_time(labels: Sequence[str], series: Mapping[str, Sequence[int]], *, stacked: bool = False) -> bytes:
    """Return columns for each of *labels*, one for each of *series*."""
    chart = pygal.StackedBar if stacked else pygal.Bar
    every = max(1, len(labels) // 6)
    return _drawn(
        chart, labels, series, x_labels_major=labels[::-every][::-1], show_minor_x_labels=False, height=320
    )


def side_by_side(labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> bytes:
    """Return a bar for each of *labels*, its parts of *series* one after the other; the first stands on top."""
    told = [label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…" for label in labels]
    turned = {name: list(values)[::-1] for name, values in series.items()}
    return _drawn(pygal.HorizontalStackedBar, told[::-1], turned, height=110 + 34 * len(told), margin_left=70)


def _drawn(
    chart: type[pygal.Graph], labels: Sequence[str], series: Mapping[str, Sequence[int]], **more: object
) -> bytes:
    made = chart(
        style=_STYLE, js=(), width=760, legend_at_bottom=True, legend_box_size=14, spacing=14, min_scale=2, order_min=0,
        no_data_text="还没有数据", show_y_guides=True, truncate_legend=-1, truncate_label=-1, **more,
    )  # fmt: skip
    made.x_labels = labels
    made.value_formatter = lambda number: f"{number:.0f}"
    for name, values in series.items():
        made.add(name, values)
    made.add_xml_filter(_without_script)
    drawn: bytes = made.render()
    return drawn


def _without_script(root: Element) -> Element:
    """Take out the settings that pygal writes for its script, even where there is none."""
    for defs in root.findall("defs"):
        for script in defs.findall("script"):
            defs.remove(script)
    return root
