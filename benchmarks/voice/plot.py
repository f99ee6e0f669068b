"""Two pictures of the results as SVG: what a packet costs, and the ratios with their range."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from benchmarks.voice.figures import RULES, Spread, of, spread
from benchmarks.voice.figures import ratios as ratios_of
from benchmarks.voice.measure import Result

WIDTH, LEFT, RIGHT, BAR, GAP, HEAD = 760, 300, 70, 18, 12, 40
COLOURS = {"Parlor": "#3b6fd4", "Janus": "#c2703d", "C floor": "#5b8f5b", "MediaRelay": "#8a6bb0"}
HEAD_TEXT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" font-family="sans-serif" '
    'font-size="13"><rect width="100%" height="100%" fill="#fff"/>'
    '<text x="12" y="24" font-size="15" font-weight="bold">{title}</text>'
)


class Bar(NamedTuple):
    """One line of a picture."""

    label: str
    peer: str
    value: Spread


def costs(results: Sequence[Result]) -> str:
    """µs per forwarded packet. Without MediaRelay, beside which nothing else could be seen."""
    bars = [
        Bar(f"{scene} · {peer}", peer, spread([it.outcome.cost_us for it in found]))
        for scene, peer, found in _cells(results)
        if peer != "MediaRelay" and not of(results, scene, "MediaRelay")
    ]
    return _picture("CPU time per forwarded packet, µs (median, min–max)", bars, ())


def ratios(results: Sequence[Result]) -> str:
    """Parlor to Janus and to the floor."""
    bars = []
    for scene in dict.fromkeys(it.scene for it in results):
        for peer in RULES:
            ratio = ratios_of(results, scene, peer)
            if ratio is not None and peer != "MediaRelay":
                bars.append(Bar(f"{scene} · to {peer}", peer, ratio))
    return _picture("Parlor's cost to theirs (median, min–max)", bars, (0.7, 1.0, 1.5))


def _cells(results: Sequence[Result]) -> Iterator[tuple[str, str, list[Result]]]:
    for scene in dict.fromkeys(it.scene for it in results):
        for peer in COLOURS:
            found = of(results, scene, peer)
            if found:
                yield scene, peer, found


def _picture(title: str, bars: Sequence[Bar], marks: Sequence[float]) -> str:
    height = HEAD + len(bars) * (BAR + GAP) + 30
    most = max([*(it.value.high for it in bars), *marks, 0.001])
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = [HEAD_TEXT.format(w=WIDTH, h=height, title=escape(title))]
    for mark in marks:
        at = LEFT + mark * scale
        parts.append(
            f'<path d="M{at:.1f} {HEAD - 4}V{height - 22}" stroke="#999" stroke-dasharray="4 3"/>'
            f'<text x="{at:.1f}" y="{height - 8}" text-anchor="middle" fill="#666">{mark}</text>'
        )
    for place, bar in enumerate(bars):
        parts.append(_bar(bar, HEAD + place * (BAR + GAP), scale))
    return "\n".join([*parts, "</svg>\n"])


def _bar(bar: Bar, top: int, scale: float) -> str:
    low, middle, high = (LEFT + it * scale for it in bar.value)
    centre = top + BAR / 2
    return (
        f'<text x="{LEFT - 8}" y="{centre + 4}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{middle - LEFT:.1f}" height="{BAR}" '
        f'fill="{COLOURS[bar.peer]}"/>'
        f'<path d="M{low:.1f} {centre}H{high:.1f}" stroke="#222" stroke-width="2"/>'
        f'<text x="{high + 6:.1f}" y="{centre + 4}">{bar.value.middle:.2f}</text>'
    )
