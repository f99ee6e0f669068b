"""What is printed and written: lines while it runs, tables, VOICE.md. `figures` has computed it."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.voice import plot
from benchmarks.voice.figures import RULES, Rule, Spread, of, ratios, spread
from benchmarks.voice.generator import Outcome
from benchmarks.voice.measure import Result

TEMPLATE = Path(__file__).parent / "VOICE.in.md"


def line(result: Result) -> str:
    """One measurement, while the bench runs."""
    it = result.outcome
    return (
        f"{result.round + 1}  {result.scene:<26} {result.peer:<10} {it.cost_us:8.2f} µs"
        f"  loss {it.loss:.2%}  server {it.server_share:.0%}  generator {it.generator_share:.0%}"
    )


def tables(results: Sequence[Result], first_audio_ms: Sequence[float]) -> str:
    """Everything that is said in figures."""
    parts = [
        "### Ratios: Parlor's cost to theirs, in the same round\n",
        ratio_table(results),
        "\n### CPU time of the server per forwarded packet\n",
        cost_table(results),
        "\n### What else was seen\n",
        other_table(results),
        "\n### Joining, in Chromium\n",
        first_audio(first_audio_ms),
    ]
    return "\n".join(parts)


def ratio_table(results: Sequence[Result]) -> str:
    """min – median – max over the rounds."""
    rows = []
    for scene in _names(results, "scene"):
        for peer, rule in RULES.items():
            if of(results, scene, peer):
                ratio = ratios(results, scene, peer)
                wanted = [_wanted(rule), _verdict(rule, ratio)] if rule.applies(scene) else ["", ""]
                rows.append([scene, peer, _ratio(ratio), *wanted])
    return _table(["", "to", "min – median – max", "wanted", ""], rows)


def cost_table(results: Sequence[Result]) -> str:
    """µs."""
    peers = _names(results, "peer")
    rows = [
        [scene, *(_cell(results, scene, peer) for peer in peers)]
        for scene in _names(results, "scene")
    ]
    return _table(["µs, min – median – max", *peers], rows)


def other_table(results: Sequence[Result]) -> str:
    """Loss, shares of a core, latency, memory."""
    rows = []
    for scene in _names(results, "scene"):
        for peer in _names(results, "peer"):
            found = of(results, scene, peer)
            if found:
                rows.append([scene, peer, *_others(found)])
    head = [
        "",
        "",
        "packets",
        "loss",
        "server's core",
        "generator's core",
        "latency p50 / p99, ms",
        "memory, kB",
    ]
    return _table(head, rows)


def _others(found: Sequence[Result]) -> list[str]:
    outcomes = [it.outcome for it in found]
    received, expected = (sum(getattr(it, name) for it in outcomes) for name in _COUNTS)
    latencies = [
        spread([getattr(it, name) / 1000 for it in outcomes]).middle
        for name in ("latency_p50_us", "latency_p99_us")
    ]
    return [
        f"{received:,}",
        f"{1 - received / expected:.3%}",
        f"{spread([it.server_share for it in outcomes]).middle:.0%}",
        f"{max(it.generator_share for it in outcomes):.0%}",
        " / ".join(f"{it:.1f}" for it in latencies) if any(latencies) else "–",
        f"{spread([it.memory_kb for it in found]).middle:.0f}",
    ]


_COUNTS = ("received", "expected")


def first_audio(times_ms: Sequence[float]) -> str:
    """From asking for a transport to the first packet."""
    if not times_ms:
        return "Not measured: no Chromium."
    return (
        "From asking for a transport to the first packet of sound: "
        f"{spread(times_ms).text(0)} ms (min – median – max of {len(times_ms)})."
    )


def write(
    target: Path,
    folder: Path,
    results: Sequence[Result],
    machine: dict[str, str],
    first_audio_ms: Sequence[float],
) -> None:
    """VOICE.md from its template, and beside it the plots and every single result."""
    folder.mkdir(exist_ok=True)
    raw = {
        "machine": machine,
        "first_audio_ms": list(first_audio_ms),
        "results": [it.as_dict() for it in results],
    }
    (folder / "voice.json").write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n")
    (folder / "voice-cost.svg").write_text(plot.costs(results))
    (folder / "voice-ratio.svg").write_text(plot.ratios(results))
    text = TEMPLATE.read_text()
    listed = _table(["", ""], [[name, value] for name, value in machine.items() if value])
    text = text.replace("{machine}", listed)
    text = text.replace("{tables}", tables(results, first_audio_ms))
    rounds = len({it.round for it in results})
    target.write_text(text.replace("{rounds}", str(rounds)))


def read(folder: Path) -> tuple[list[Result], dict[str, str], list[float]]:
    """What `write` has kept, in its order of arguments."""
    raw = json.loads((folder / "voice.json").read_text())
    results = []
    for it in raw["results"]:
        kept = {name: it[name] for name in it if name not in ("cost_us", "loss")}
        results.append(Result(**kept | {"outcome": Outcome(**it["outcome"])}))
    return results, raw["machine"], raw["first_audio_ms"]


def _names(results: Sequence[Result], what: str) -> list[str]:
    return list(dict.fromkeys(getattr(it, what) for it in results))


def _cell(results: Sequence[Result], scene: str, peer: str) -> str:
    found = of(results, scene, peer)
    return spread([it.outcome.cost_us for it in found]).text() if found else ""


def _ratio(ratio: Spread | None) -> str:
    if ratio is None:
        return "Parlor lost packets"
    return ratio.text(4 if ratio.high < 0.1 else 2)


def _verdict(rule: Rule, ratio: Spread | None) -> str:
    return "" if ratio is None else rule.verdict(ratio)


def _wanted(rule: Rule) -> str:
    parts = (("gate", rule.gate), ("goal", rule.goal))
    return ", ".join(f"{name} ≤ {value:g}" for name, value in parts if value is not None)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(it)} |" for it in lines)
