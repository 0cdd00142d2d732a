"""The figures of notebook 02: circling players, vanishing gradients, lost modes, three remedies."""

import matplotlib.pyplot as plt
import numpy as np

from wgan_keras import plotting

AT_ONCE, IN_TURN = ("black", 0.9), ("#e69f00", 4)  # colour and width of the two orders of play
MARKERS = "os^D"
RATES = ("0.68", "0.42", "black")  # of the learning rates, from small to large
MODELS = ("0.5", "black", "#cc79a7", "#5e3c99")  # plain, noise, smoothing, penalty
MODEL_MARKERS = "hPvD"
LOSSES = (("o-", "0.5"), ("s--", "black"), ("^-.", plotting.OTHER))  # saturating, non-saturating, Wasserstein


def dirac_games(paths, fields, limit=3.4):
    """Six games, a panel each: paths of both orders of play over the field of updates.

    paths: name to two arrays (steps + 1, 2) of (theta, psi). fields: name to (theta, psi, u, v), all (k, k).
    """
    figure, axes = plt.subplots(2, 3, figsize=(10.5, 8), sharex=True, sharey=True)
    for ax, (name, both) in zip(axes.flat, paths.items(), strict=True):
        arrows(ax, fields[name])
        for path, look, label in zip(both[::-1], (IN_TURN, AT_ONCE), ("in turn", "at once")):
            ax.plot(*path.T, "-", color=look[0], linewidth=look[1], label=label)
        ends = [np.hypot(*path[-1]) for path in both]
        homes = ["home" if end < 0.01 else f"{end:.2f}" if end < 99 else f"{end:,.0f}" for end in ends]
        ax.set_title(f"{name}\nends: at once {homes[0]}, in turn {homes[1]}", fontsize=11)
        marks(ax, limit)
    for ax in axes[1]:
        ax.set_xlabel("generator's place θ")
    for ax in axes[:, 0]:
        ax.set_ylabel("discriminator's or critic's weight ψ")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    figure.get_layout_engine().set(h_pad=0.12)
    return figure


def dirac_walk(path, field, title, limit=3.4):
    """One path of both players over the field of updates. path: (steps + 1, 2); field: four grids (k, k)."""
    figure, ax = plt.subplots(figsize=(3.6, 3.8), dpi=100)
    arrows(ax, field)
    ax.plot(*path.T, "-", color="black", linewidth=1)
    marks(ax, limit)
    ax.set(title=title, xlabel="generator's place θ", ylabel="critic's weight ψ")
    return figure


def arrows(ax, field):
    """Directions of the updates, all of one length. field: (theta, psi, u, v), grids (k, k)."""
    theta, psi, u, v = field
    size = np.maximum(np.hypot(u, v), 1e-9)
    ax.quiver(theta, psi, u / size, v / size, color="0.72", pivot="mid", width=0.004, scale=24)


def marks(ax, limit):
    """Start and equilibrium of the Dirac-GAN, in a square window."""
    ax.plot(1, 1, "^", color=plotting.GENERATED, markersize=9, label="start", zorder=4)
    ax.plot(0, 0, "*", color=plotting.REAL, markersize=14, label="equilibrium", zorder=4)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")


def critic_steps(times, bars, numbers):
    """Range of the distance from the equilibrium, a row for each game, a panel for each time.

    times: (k,). bars: name to array (len(numbers), k, 2), the nearest and the farthest of late steps.
    """
    figure, axes = plt.subplots(1, len(times), figsize=(11, 4.6), sharex=True, sharey=True)
    looks = ("o", "black"), ("s", "0.45"), ("^", "#e69f00")
    for k, (ax, time) in enumerate(zip(axes, times)):
        for row, ranges in enumerate(bars.values()):
            for i, ((marker, color), number) in enumerate(zip(looks, numbers)):
                low_high = np.asarray(ranges)[i, k]
                label = f"{number}" if row == 0 else None
                height = [row + 0.25 * (i - 1)] * 2
                ax.plot(low_high, height, "-" + marker, color=color, markersize=6, linewidth=2, label=label)
        ax.axvline(0, color=plotting.REAL, linewidth=2.5, zorder=0)
        ax.set(title=f"after {time:,} generator steps", xlabel="range of the distance, last 100 steps")
        ax.set_xlim(-0.12, 3.4)
    axes[0].text(0.08, -0.62, "equilibrium", color=plotting.REAL, va="center")
    axes[0].set_yticks(range(len(bars)), list(bars))
    axes[0].set_ylim(len(bars) - 0.5, -0.9)
    figure.suptitle("Only the zero-centred penalty brings a game home, with one critic step or ten")
    options = {"loc": "outside lower center", "ncols": len(numbers)}
    figure.legend(
        *axes[0].get_legend_handles_labels(), title="critic steps for each generator step", **options
    )
    return figure


def gradients_by_distance(distances, sizes):
    """Length of the generator's gradient for each loss. distances: (k,); sizes: loss to (k,)."""
    where = {"saturating": (6.4, 3e-2), "non-saturating": (6.6, 2.7), "Wasserstein": (8, 0.42)}
    ax = three_losses(distances, sizes, where)
    ax.set(
        xlabel="distance μ between N(0, 1) and N(μ, 1)", title="Exact: only the saturating gradient vanishes"
    )
    return ax.figure


def gradients_by_training(updates, sizes):
    """The same over training of a discriminator or critic. updates: (k,); sizes: loss to (seeds, k)."""
    names = {
        "saturating": "saturating",
        "non-saturating": "non-saturating",
        "Wasserstein": "Wasserstein\n(own scale)",
    }
    apart = {"saturating": 1, "non-saturating": 0.35, "Wasserstein": 1.0}  # so that no label hides another
    where = {loss: (updates[-1] * 1.15, apart[loss] * np.median(sizes[loss][:, -1])) for loss in names}
    ax = three_losses(updates, sizes, where, names)
    right = 4 * updates[-1]  # room for the labels
    ax.set(xscale="log", xlim=(0.85 * updates[0], right))
    ax.set_xlabel("updates of the GAN's discriminator, or WGAN-GP's critic (generator frozen)")
    ax.set_xticks(updates, [f"{value:g}" for value in updates])
    ax.minorticks_off()
    seeds = len(sizes["saturating"])
    ax.set_title(f"Digits, {seeds} seeds: the saturating gradient vanishes as the discriminator improves")
    return ax.figure


def three_losses(x, sizes, where, names=None):
    """Gradient lengths on a log axis, a line for each seed. where: loss to (x, y) of its label."""
    _, ax = plt.subplots(figsize=(8, 4.2))
    for (loss, lines), (style, color) in zip(sizes.items(), LOSSES):
        for line in np.atleast_2d(lines):
            ax.plot(x, line, style, color=color, markersize=5, linewidth=1.4)
        ax.text(*where[loss], names[loss] if names else loss, color=color, va="center")
    ax.set(yscale="log", ylabel="length of the generator's gradient")
    return ax


def mode_collapse(plain, perfect, cloud, centers):
    """Samples of the first run at each rate, and modes and quality of all runs.

    plain: rate to runs, each with "x" (n, 2), "modes", "quality". perfect: (modes, quality).
    cloud: (modes (draws,), mean quality) of normal clouds. centers: (8, 2).
    """
    ratios = [1] * len(plain) + [1.6]
    figure, axes = plt.subplots(1, len(ratios), figsize=(11, 3.9), width_ratios=ratios)
    end = axes[-1]
    limit = 2.4
    for i, (ax, (rate, runs)) in enumerate(zip(axes, plain.items())):
        points = runs[0]["x"][:700].T
        ax.scatter(*points, s=8, marker="x", color=plotting.GENERATED, linewidth=0.7, label="generated")
        ring = {"s": 80, "facecolors": "none", "edgecolors": plotting.REAL, "linewidth": 1.8}
        ax.scatter(*np.transpose(centers), **ring, zorder=3, label="real mode")
        outside = np.mean(np.abs(points).max(0) > limit)
        ax.set(
            xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2)
        )
        ax.set(title=f"rate {rate:g}, seed 0", xlabel=f"$x_1$  ({outside:.0%} outside)")
        modes = np.array([run["modes"] for run in runs])
        quality = [run["quality"] for run in runs]
        apart = np.linspace(-0.25, 0.25, len(runs))
        marks = {"color": RATES[i], "markersize": 6, "label": f"rate {rate:g}"}
        end.plot(modes + apart, quality, MARKERS[i], **marks)
    axes[0].set_ylabel("$x_2$")
    end.plot(*perfect, "*", color=plotting.REAL, markersize=14)
    end.text(perfect[0] - 0.35, perfect[1], "perfect sampler", color=plotting.REAL, ha="right", va="center")
    modes, height = cloud
    end.plot((min(modes), max(modes)), (height, height), "-", color=plotting.REAL, linewidth=3, zorder=1)
    text = f"normal clouds: {np.mean(modes):.1f} modes on average"
    end.text(0.4, height - 4, text, color=plotting.REAL, va="top", fontsize=10)
    end.set(xlim=(0.2, 8.6), ylim=(-15, 106), xlabel="modes found (marks spread sideways)")
    end.set(ylabel="high quality / %", title=f"{len(runs)} runs a rate: none is near")
    figure.legend(loc="outside lower center", ncols=6, handles=[*handles(axes[0]), *handles(end)])
    return figure


def handles(ax):
    return ax.get_legend_handles_labels()[0]


def training_curves(updates, plain, floor):
    """W1 over training, a thin line for each run and their median, a panel for each rate.

    updates: (k,). plain: rate to runs, each with "W1s" (k,). floor: W1 of real from real samples.
    """
    figure, axes = plt.subplots(1, len(plain), figsize=(10.5, 3.5), sharey=True, squeeze=False)
    for ax, color, (rate, runs) in zip(axes[0], RATES, plain.items()):
        lines = np.array([run["W1s"] for run in runs])
        ax.plot(updates, lines.T, "-", color=color, linewidth=0.8, alpha=0.6)
        ax.plot(updates, np.median(lines, axis=0), "-", color=color, linewidth=3)
        level(ax, floor, "real against real", plotting.REAL)
        ax.set(xlabel="updates", title=f"rate {rate:g}")
    ax.set_ylim(bottom=0)
    axes[0, 0].set_ylabel("W1 to held-out samples")
    figure.suptitle(f"{len(runs)} runs each (thin) and their median (thick): none reaches the dotted line")
    return figure


def spread(ax, groups, intervals):
    """A mark for each run, its mean and its interval beside it; a column for each group.

    groups: name to values (runs,). intervals: name to (low, high) of the mean.
    """
    for i, (name, values) in enumerate(groups.items()):
        values = np.asarray(values, float)
        apart = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else np.zeros(1)
        ax.plot(i - 0.1 + apart, values, MODEL_MARKERS[i], color=MODELS[i], alpha=0.7, markersize=5)
        low, high = intervals[name]
        mean = values.mean()
        bars = [[max(mean - low, 0)], [max(high - mean, 0)]]
        ax.errorbar([i + 0.25], [mean], bars, fmt="_", color="black", capsize=4, markersize=12, linewidth=1.8)
    ax.set_xticks(range(len(groups)), list(groups))
    ax.set_xlim(-0.5, len(groups) - 0.4)


def level(ax, height, text, color):
    """A reference line with its name above the left end."""
    ax.axhline(height, color=color, linewidth=1.4, linestyle=":")
    place = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "xytext": (3, 5)}
    ax.annotate(text, (0, height), color=color, fontsize=9, **place)


def correlations(updates, one, panels):
    """Loss and W1 of one run, and rank correlations, a mark for each run, a row for each rate.

    updates: (k,). one: a run with "W1s" and "log". panels: loss to {rate: values}.
    """
    figure, axes = plt.subplot_mosaic(
        [["W1", *panels], ["loss", *panels]], figsize=(11, 4), width_ratios=[1.2, *[1] * len(panels)]
    )
    for key, values, label in (("W1", one["W1s"], "W1"), ("loss", one["log"]["generator_loss"], "loss of G")):
        axes[key].plot(updates, values, "s-", color=RATES[1], markersize=5)
        axes[key].set_ylabel(label)
    axes["W1"].set_title("one run, rate 0.001:\nW1 falls, the loss rises")
    axes["W1"].set_xticklabels([])
    axes["loss"].set_xlabel("updates")
    for name, groups in panels.items():
        ax = axes[name]
        for i, values in enumerate(groups.values()):
            apart = np.linspace(-0.22, 0.22, len(values))
            ax.plot(values, i + apart, MARKERS[i], color=RATES[i], markersize=6)
        ax.axvspan(-0.65, 0.65, color="0.93", zorder=0)  # of ten checkpoints, two-sided 5 %
        ax.axvline(0, color="0.6", linewidth=1)
        ax.axvline(1, color=plotting.REAL, linestyle="--", linewidth=1.8)
        ax.axvline(-1, color=plotting.REAL, linestyle=":", linewidth=1.8)
        ax.set(xlim=(-1.12, 1.12), ylim=(-0.9, len(groups) - 0.5), xticks=(-1, 0, 1))
        title = plotting.LABELS[name].split(" /")[0]
        ax.set(title=f"{title},\nall runs", xlabel="rank correlation with W1")
        ax.set_yticks(range(len(groups)), [f"{rate:g}" for rate in groups])
        ax.text(0, len(groups) - 0.62, "compatible with 0", color="0.35", ha="center", fontsize=9)
        ax.text(0.94, -0.76, "same order", color=plotting.REAL, ha="right", fontsize=9)
        ax.text(-0.94, -0.76, "reversed", color=plotting.REAL, fontsize=9)
    axes[next(iter(panels))].set_ylabel("learning rate")
    return figure


def noisy_js(theta, curves, spacing):
    """JS of two point masses under noise. theta: (k,); curves: noise to (k,); spacing: of the ring."""
    where = {0.1: (0.42, 0.49), 0.5: (1.25, 0.38), 1.0: (2.1, 0.3)}
    figure, ax = plt.subplots(figsize=(7.5, 4))
    ax.axhline(np.log(2), color="0.5", linewidth=2.5)
    ax.text(theta[-1], np.log(2) + 0.012, "no noise: log 2 at every distance but 0", ha="right", va="bottom",
            color="0.4")  # fmt: skip
    ax.plot(0, 0, "o", color="0.5", clip_on=False)
    for (sigma, values), style in zip(curves.items(), ("-", "-.", "--")):
        ax.plot(theta, values, style, color="black")
        ax.text(*where[sigma], "noise 0.1\n(used below)" if sigma == 0.1 else f"noise {sigma:g}")
    ax.axvline(spacing, color=plotting.REAL, linestyle=":", linewidth=1.8)
    ax.text(spacing + 0.03, 0.02, "spacing of the ring", color=plotting.REAL)
    ax.set(xlabel="distance θ of the two point masses", ylabel="JS / nats", xlim=(-0.03, theta[-1]))
    ax.set(ylim=(-0.02, 0.78), title="Noise gives JS a slope; wider noise reaches farther")
    return figure


def remedies(final, interval, perfect):
    """Each remedy's runs beside the plain ones: modes, quality and W1, with the mean and its interval.

    final: model to runs. interval: function of values to (low, high). perfect: the three best values.
    """
    figure, axes = plt.subplots(1, 3, figsize=(11, 4.2))
    titles = {"modes": "modes found, of 8", "quality": "high quality / %", "W1": "W1 to held-out samples"}
    names = "perfect", "perfect", "real against real"
    for ax, (key, title), name, height in zip(axes, titles.items(), names, perfect):
        groups = {kind: [run[key] for run in runs] for kind, runs in final.items()}
        spread(ax, groups, {kind: interval(values) for kind, values in groups.items()})
        if key != "quality":  # whose axis ends far below the perfect value
            level(ax, height, name, plotting.REAL)
        ax.set(title=title)
        ax.tick_params(axis="x", labelsize=9)
    axes[0].set(ylim=(0, 9))
    highest = max(run["quality"] for runs in final.values() for run in runs)
    axes[1].set(ylim=(0, 1.25 * highest + 1))
    axes[1].text(0.03, 0.96, f"perfect: {perfect[1]:.0f} %, above", color=plotting.REAL, va="top", fontsize=9,
                 transform=axes[1].transAxes)  # fmt: skip
    axes[2].set(ylim=(0, None))
    runs = len(next(iter(final.values())))
    figure.suptitle(
        f"Noise and penalty: lower W1, more modes, lower quality (penalty); {runs} runs, mean, 95 % interval"
    )
    return figure
