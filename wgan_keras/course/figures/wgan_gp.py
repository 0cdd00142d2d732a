"""The figures of notebook 08: critics beside exact potentials, deep critics, three models compared."""

import matplotlib.pyplot as plt
import numpy as np

from wgan_keras import plotting

# Colour and marker of each critic and model, the same in all figures.
LOOKS = {
    "clipped": ("#aa4499", "^"),
    "penalized": (plotting.OTHER, "o"),
    "GAN": ("0.35", "s"),
    "WGAN": ("#aa4499", "^"),
    "WGAN-GP": (plotting.OTHER, "o"),
}
NAMES = {"ring": "ring", "grid": "grid", "swiss_roll": "Swiss roll"}


def landscapes(name, panels, real, limits):
    """Potential and critics as maps on one scale. panels: title to values (k, k); real: samples (n, 2)."""
    figure, axes = plt.subplots(1, len(panels), figsize=(9.6, 3.6), sharey=True)
    levels = np.linspace(-2.5, 2.5, 21)
    for ax, (title, values) in zip(axes, panels.items()):
        steps = np.linspace(*limits, len(values))
        drawn = ax.contourf(steps, steps, values, levels, cmap="viridis", alpha=0.85, extend="both")
        ax.contour(steps, steps, values, levels[::2], colors="white", linewidths=0.5, linestyles="-")
        ax.plot(*real.T, "o", color=plotting.REAL, markersize=3, mec="white", mew=0.4)
        ax.set(xlim=limits, ylim=limits, aspect="equal", xlabel="first coordinate")
        ax.set_title(title, fontsize=11)
    axes[0].set_ylabel(f"{NAMES[name]} (dots: real data)\nsecond coordinate")
    figure.colorbar(drawn, ax=axes, label="score, standardized", ticks=(-2, -1, 0, 1, 2), shrink=0.75)
    return figure


def likeness(correlations, cones, ceilings):
    """Correlations with the exact potential. correlations: data to kind to (seeds,); others: data to one."""
    figure, ax = plt.subplots(figsize=(8.5, 3.6))
    for row, (name, kinds) in enumerate(correlations.items()):
        ax.plot([ceilings[name]] * 2, [row - 0.38, row + 0.38], "-", color="black", linewidth=2.5)
        ax.plot([cones[name]] * 2, [row - 0.38, row + 0.38], ":", color="0.35", linewidth=2.5)
        for kind, values in kinds.items():
            color, marker = LOOKS[kind]
            rows = row + np.linspace(-0.15, 0.15, len(values))
            ax.plot(values, rows, marker, color=color, markersize=8, mec="white")
    top, kinds = -0.5, next(iter(correlations.values()))
    heads = {kind: (np.mean(values), LOOKS[kind][0]) for kind, values in kinds.items()}
    heads |= {"plain cone": (next(iter(cones.values())), "0.35")}
    heads |= {"ceiling": (next(iter(ceilings.values())), "black")}
    for k, (text, (place, color)) in enumerate(sorted(heads.items(), key=lambda head: head[1][0])):
        ax.annotate(text, (place, top - 0.03 - 0.24 * (k % 2)), color=color, ha="center", fontsize=10)
    ax.set_yticks(range(len(correlations)), [NAMES[name] for name in correlations])
    ax.set(ylim=(len(correlations) - 0.5, top - 0.5), xlim=(0, 1.1))
    ax.set_xlabel("correlation with the exact potential over held-out points (a mark for each seed)")
    return figure


# Looks of the deep critics, and where their labels stand, in the two panels: x, y, side.
DEEP = {
    "penalty": (LOOKS["penalized"][0], "o", (1, 3, "left"), (5.5, 1e-5, "left")),
    "neither": ("black", "x", (12, 3, "right"), (5, 1e4, "left")),
    "c = 0.1": (LOOKS["clipped"][0], "^", (1, 1e-9, "left"), (1, 1e-8, "left")),
    "c = 0.01": ("#882255", "v", (5.5, 1e-9, "right"), (5.5, 1e-9, "right")),
    "c = 0.001": ("#332288", "D", (6, 1e-20, "left"), (6, 1e-20, "left")),
}


def deep_gradients(start, panels):
    """Gradient lengths by layer, start: (12,). panels: title to (measured, predicted), each name to (12,)."""
    figure, axes = plt.subplots(1, len(panels), figsize=(9.6, 4.2), sharey=True)
    layers = np.arange(1, len(start) + 1)
    for k, (ax, (title, (measured, predicted))) in enumerate(zip(axes, panels.items())):
        ax.plot(layers, start, "-", color="0.6", linewidth=7, alpha=0.5, zorder=0)
        for name, values in measured.items():
            color, marker, *places = DEEP[name]
            x, y, side = places[k]
            ax.plot(layers, predicted[name], "-", color=color, linewidth=1)
            ax.plot(layers, values, marker, color=color, markersize=5)
            ax.text(x, y, name, color=color, ha=side)
        ax.set(yscale="log", ylim=(1e-30, 1e6), xlabel="hidden layer, from the input", title=title)
        ax.set_xticks((1, 4, 8, 12))
    axes[0].set_ylabel("length of the gradient")
    axes[0].text(12, 1e-29, "marks: measured, lines: predicted", ha="right", color="0.35")
    axes[1].text(12, 1e-29, "grey: before training (He)", ha="right", color="0.35")
    return figure


def trained(runs, floors, limits):
    """Generated over real samples and the critic's map at the end. runs: name to rows of notes."""
    figure, axes = plt.subplots(1, len(runs), figsize=(10.5, 4), squeeze=False)
    for ax, (name, rows) in zip(axes[0], runs.items()):
        last = rows[-1]
        over_map(ax, last, limits)
        text = f"{NAMES[name]}: W1 {last['w1']:.2f}, floor {floors[name]:.2f}"
        if "modes" in last:
            text += f"\n{last['modes']} modes, quality {last['high_quality']:.0%} (perfect 99 %)"
        ax.set_title(text, fontsize=11)
    figure.supxlabel("first coordinate  (orange: 1,000 generated samples; grey: the critic, light is high)",
                     fontsize=11)  # fmt: skip
    axes[0, 0].set_ylabel("second coordinate")
    return figure


def over_map(ax, row, limits):
    """Generated samples over the critic's map of one checkpoint."""
    steps = np.linspace(*limits, len(row["map"]))
    ax.contourf(steps, steps, row["map"], 12, cmap="gray", alpha=0.55)
    ax.plot(*row["samples"][:1000].T, "x", color=plotting.GENERATED, markersize=3, mew=0.7)
    ax.set(xlim=limits, ylim=limits, aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))


def checkpoint(row, limits):
    """The small figure of a slider: one checkpoint of a run."""
    figure, ax = plt.subplots(figsize=(3.6, 4), layout="none")
    figure.subplots_adjust(0.1, 0.15, 0.97, 0.86)
    over_map(ax, row, limits)
    text = f"{row['updates']:,} updates: W1 {row['w1']:.2f}"
    if "modes" in row:
        text += f"\n{row['modes']} modes, quality {row['high_quality']:.0%}"
    ax.set_title(text, fontsize=11)
    ax.set_xlabel("grey: the critic, light is high")
    return figure


def logs(runs, floors):
    """Mean slope, estimate and exact W1 at the checkpoints. runs: name to rows of notes."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.8))
    looks = dict(zip(floors, (("black", "o-"), ("0.5", "s--"), ("#e69f00", "^-."))))
    for name, rows in runs.items():
        color, line = looks[name]
        for ax, key in zip(axes, ("slope", "estimate", "w1")):
            updates = [row["updates"] for row in rows]
            ax.plot(updates, [row[key] for row in rows], line, color=color, markersize=5, label=NAMES[name])
        axes[2].axhline(floors[name], color=color, linestyle=":", linewidth=1.4)
    for ax, level in zip(axes, (1, 0)):
        ax.axhline(level, color="0.6", linewidth=1)
    highest = max(row["w1"] for rows in runs.values() for row in rows)
    estimates = [row["estimate"] for rows in runs.values() for row in rows]
    highest, lowest = max(highest, *estimates), min(0, *estimates)
    for ax in axes[1:]:
        ax.set_ylim(lowest - 0.03 * highest, 1.1 * highest)
    axes[0].set(ylabel="mean slope at $\\hat x$", ylim=(0, None), title="ends near 1")
    axes[1].set(ylabel="estimate on fresh samples", title="soon near 0")
    axes[2].set(ylabel="exact W1 of 1,000 samples", title="towards its floor (dotted), unsteadily")
    for ax in axes:
        ax.set_xlabel("generator updates")
    axes[0].legend(loc="lower left")
    return figure


def searched(rates, table, chosen, floors, models=("GAN", "WGAN", "WGAN-GP")):
    """W1 at the end of the search. table: (models, data, rates); chosen: model to the number of its rate."""
    figure, axes = plt.subplots(1, len(floors), figsize=(11, 4), sharey=True)
    top = 1.6 * np.nanmax(np.where(np.isfinite(table), table, np.nan))
    for column, (ax, name) in enumerate(zip(axes, floors)):
        for model, values in zip(models, table[:, column]):
            color, marker = LOOKS[model]
            drawn = np.where(np.isfinite(values), values, top)
            ax.plot(rates, drawn, "-" + marker, color=color, markersize=6, label=model)
            best = chosen[model]
            ax.plot(rates[best], drawn[best], "o", color=color, mfc="none", markersize=15, mew=2)
        ax.axhline(floors[name], color=plotting.REAL, linestyle=":")
        ax.set(xscale="log", yscale="log", title=NAMES[name], xlabel="learning rate", ylim=(0.06, 1.2 * top))
        ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
        ax.set_yticks((0.1, 0.2, 0.5, 1, 2), ("0.1", "0.2", "0.5", "1", "2"))
        ax.minorticks_off()
        ax.tick_params(axis="x", labelsize=10, rotation=30)
    axes[0].set_ylabel("exact W1 at the end of half a run")
    axes[1].text(rates[0], floors["grid"] * 0.75, "floor", color=plotting.REAL)
    if not np.isfinite(table).all():
        axes[-1].text(rates[0], top, "diverged", va="center")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(models))
    figure.suptitle("Ringed: the rate that a model takes for all three data sets", fontsize=12)
    return figure


def finals(w1, floors):
    """W1 of all seeds. w1: data to model to (seeds,)."""
    figure, axes = plt.subplots(1, len(w1), figsize=(10.5, 3.6), sharey=True)
    for ax, (name, groups) in zip(axes, w1.items()):
        ax.axhline(floors[name], color=plotting.REAL, linestyle=":")
        for k, (model, values) in enumerate(groups.items()):
            color, marker = LOOKS[model]
            places = k + np.linspace(-0.2, 0.2, len(values))
            ax.plot(places, values, marker, color=color, markersize=7, mfc="none", mew=1.6)
        ax.set_xticks(range(len(groups)), list(groups))
        ax.set(title=NAMES[name], yscale="log", xlim=(-0.5, len(groups) - 0.5))
        ax.set_yticks((0.1, 0.2, 0.5, 1), ("0.1", "0.2", "0.5", "1"))
        ax.minorticks_off()
    axes[0].set_ylabel("exact W1 at the end (a mark a seed)")
    axes[0].annotate(
        "floor", (0.35, floors["ring"]), (0, -14), textcoords="offset points", color=plotting.REAL
    )
    return figure


def modes_and_quality(scores):
    """High quality and modes found of all seeds. scores: data to model to (modes, quality), each (seeds,)."""
    figure, axes = plt.subplots(1, len(scores), figsize=(9.5, 3.4))
    for ax, (name, groups), k in zip(axes, scores.items(), (8, 25)):
        labels = []
        for row, (model, (modes, quality)) in enumerate(groups.items()):
            color, marker = LOOKS[model]
            rows = row + np.linspace(-0.2, 0.2, len(quality))
            ax.plot(100 * quality, rows, marker, color=color, markersize=8, mfc="none", mew=1.6)
            labels.append(f"{model}\nmodes {' '.join(f'{m:.0f}' for m in np.sort(modes))}")
        ax.axvline(98.9, color=plotting.REAL, linestyle=":", linewidth=1.6)
        ax.text(98, -0.62, "perfect sampler", color=plotting.REAL, ha="right", va="center")
        ax.set_yticks(range(len(groups)), labels)
        ax.set(xlim=(40, 101), ylim=(len(groups) - 0.5, -0.85), xlabel="high quality / % (a mark a seed)")
        ax.set_title(f"{name}, {k} modes")
    return figure
