"""Command line: `wgan-keras train ...` and `wgan-keras sample ...`, or `python -m wgan_keras ...`."""

import argparse
import csv
import itertools
import json
import re
import shlex
import signal
import sys
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np

from wgan_keras import callbacks, data, metrics, plotting, presets, training
from wgan_keras.conditional import ConditionalWGANGP
from wgan_keras.files import written_whole
from wgan_keras.models import AdversarialModel

EPOCHS, SHORTEST = 20, 25  # a run is saved and logged twenty times, but not more often than every 25 updates


def main(arguments=None):
    """Run the command; exit status 0, or 1 after one sentence on what was wrong; 130 or 143: interrupted."""
    options = _parser().parse_args(arguments)
    plotting.use_style()
    try:
        with warnings.catch_warnings():  # which puts the usual two lines back at the end
            warnings.showwarning = lambda text, *_: print(f"warning: {text}", file=sys.stderr)
            options.command(options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except SystemExit as stop:
        return stop.code
    except (ValueError, OSError, FloatingPointError) as error:
        file = f"{error.filename}: " if getattr(error, "filename", None) else ""
        print(f"error: {file}{getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog="wgan-keras", description="Train a GAN, draw from it.")
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="train a model on images")
    train.add_argument(
        "--data", metavar="NAME|FOLDER", help="mnist_sample (default), a TFDS image set, or a folder"
    )
    train.add_argument("--model", choices=list(presets.DIGITS), help="default: wgan-gp")
    train.add_argument(
        "--labels",
        action="store_true",
        default=None,
        help="learn to draw what a label names: digits, a TFDS set's classes, or the subfolders of a folder",
    )
    train.add_argument(
        "--steps", type=_count, metavar="N", help="generator updates, default: 1500, wgan: 480"
    )
    train.add_argument(
        "--image-size", type=_count, metavar="PIXELS", help="crop and resize images to this side"
    )
    train.add_argument("--batch-size", type=_count, metavar="N", help="images for one update, default: 64")
    train.add_argument("--out", metavar="DIR", help="where results go, default: a new folder in runs/")
    train.add_argument("--resume", action="store_true", help="go on with the interrupted run in --out")
    train.set_defaults(command=_train)
    sample = commands.add_parser("sample", help="draw samples from a trained model")
    sample.add_argument("--model", required=True, metavar="FILE", help="a model.keras that train wrote")
    sample.add_argument("--n", type=_count, default=64, help="how many, default: 64")
    sample.add_argument(
        "--label", type=int, metavar="INTEGER", help="what to draw, default: all labels in turn"
    )
    sample.add_argument("--out", required=True, metavar="FILE.png")
    sample.set_defaults(command=_sample)
    return parser


def _count(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer of at least 1")
    return int(text)


# --- train ------------------------------------------------------------------------------------------


def _train(options):
    folder, settings = _run(options)
    images = data.images(settings["data"], image_size=settings["image_size"], labels=settings["labels"])
    model, updates = _new_model(settings, images)
    batches = data.training_batches(
        images, batch_size=settings["batch_size"], n_critic=model.n_critic, seed=0
    )  # too few images? say so before anything is written
    _make_folder(folder)
    if options.resume and not (folder / "settings.json").exists():
        print(f"{folder} holds no run yet: starting one.", file=sys.stderr)
    settings["steps"] = updates
    with written_whole(folder / "settings.json") as partial:
        Path(partial).write_text(json.dumps(settings))
    every = max(SHORTEST, updates // EPOCHS)
    try:
        training.fit(
            model,
            batches,
            updates=updates,
            every=every,
            checkpoint=folder / "model.keras",
            callbacks=[
                callbacks.SampleGrid(
                    path=folder / "samples.png",
                    labels=np.arange(10) % model.n_classes if settings["labels"] else None,
                ),
                callbacks.CSVLog(folder / "log.csv"),
            ],
        )
        history = _write_curves(folder, every, updates)
        verdict = _verdict(model, settings, history)
    except (KeyboardInterrupt, SystemExit):
        again = f"wgan-keras train --resume --out {shlex.quote(str(folder))}"
        print(f"\nInterrupted. To go on from the last save: {again}", file=sys.stderr)
        raise
    print(f"{folder}: samples.png, curves.png, log.csv, model.keras. {verdict}")


def _new_model(settings, images):
    """A compiled model for the images, and its number of updates."""
    if not settings["labels"]:
        return presets.digits(
            settings["model"], image_shape=images.element_spec.shape, updates=settings["steps"]
        )
    names = images.class_names
    if names != [str(i) for i in range(len(names))]:  # of digits they are
        print(f"Labels: {', '.join(f'{i} {name}' for i, name in enumerate(names))}.", file=sys.stderr)
    image_shape = images.element_spec[0].shape
    return presets.labelled_digits(len(names), image_shape=image_shape, updates=settings["steps"])


def _run(options):
    """The run's folder and settings: those of a new run, or of the one to go on with."""
    given = {name: getattr(options, name) for name in DEFAULTS if getattr(options, name) is not None}
    if options.labels and options.model not in (None, "wgan-gp"):
        raise ValueError(f"--labels needs --model wgan-gp, not {options.model}.")
    if options.out == "":
        raise ValueError("--out must name a folder, it is empty.")
    folder = Path(options.out) if options.out else _free_folder({**DEFAULTS, **given})
    file = folder / "settings.json"
    if options.resume and not options.out:
        raise ValueError("--resume needs --out DIR, the folder of the run to go on with.")
    if not file.exists():
        return folder, {**DEFAULTS, **given}
    if not options.resume:
        raise FileExistsError(
            f"{folder} holds a run already: add --resume to go on, or choose another --out."
        )
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        settings = None
    if isinstance(settings, dict):
        settings.setdefault("labels", False)  # runs of earlier versions have none
    if not isinstance(settings, dict) or set(settings) != set(DEFAULTS):
        raise ValueError(f"{file} does not hold the settings of a run: start a new run in another folder.")
    for name, value in given.items():
        if value != settings[name]:
            raise ValueError(
                f"The run in {folder} was started with {name} {settings[name]}, not {value}: "
                f"leave --{name.replace('_', '-')} out, or start a new run."
            )
    return folder, settings


def _make_folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(error.errno, f"The folder {folder} can't be made ({error.strerror}).") from None


def _free_folder(settings):
    """runs/MODEL-DATA, with a number behind it where that is taken."""
    name = re.sub(r"\W+", "-", Path(settings["data"]).name)
    base = Path("runs") / f"{settings['model']}-{name}"
    numbered = (base if i == 1 else base.with_name(f"{base.name}-{i}") for i in itertools.count(1))
    return next(folder for folder in numbered if not folder.exists())


DEFAULTS = {
    "data": "mnist_sample",
    "model": "wgan-gp",
    "labels": False,
    "steps": None,
    "image_size": None,
    "batch_size": 64,
}


def _write_curves(folder, every, updates):
    """Draw the log; returns it as {name: values}."""
    with open(folder / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    history = {name: [float(row[name]) for row in rows] for name in rows[0]}
    steps = [min(int(epoch + 1) * every, updates) for epoch in history.pop("epoch")]
    estimate = next(name for name in history if name.endswith("estimate"))
    losses = [name for name in history if name.endswith("loss")]
    panels = [[estimate], losses, ["gradient_norm"]][: 3 if "gradient_norm" in history else 2]
    figure, axes = plotting.plt.subplots(1, len(panels), figsize=(4 * len(panels), 3))
    for names, ax in zip(panels, axes):
        plotting.plot_curves(history, names, steps=steps, ax=ax)
    with written_whole(folder / "curves.png") as partial:
        figure.savefig(partial)
    plotting.plt.close(figure)
    return history


def _verdict(model, settings, history):
    if settings["data"] in ("mnist_sample", "mnist") and model.generator.output_shape[1:] == (28, 28, 1):
        if settings["labels"]:
            return _label_verdict(model)
        quality = metrics.digit_quality(model.generate(1000, seed=0))
        return (
            f"Of 1,000 samples {quality['clear']:.0%} are clear digits (held-out real digits: "
            f"{quality['clear_real']:.0%}); Fréchet distance to those {quality['frechet']:.1f} "
            f"(as many other real digits: {quality['frechet_real']:.1f})."
        )
    name = model.estimate_name
    return f"{plotting.LABELS[name]} at the end {history[name][-1]:.3f}, at the start {history[name][0]:.3f}."


def _label_verdict(model):
    labels = np.arange(1000) % 10
    found = metrics.digit_quality(model.generate(labels, seed=0), labels)
    return (
        f"Of 1,000 samples {found['label_accuracy']:.0%} are the digit asked for, by a classifier (held-out "
        f"real digits: {found['label_accuracy_real']:.0%}), {found['clear']:.0%} clear digits "
        f"({found['clear_real']:.0%}); Fréchet distance to held-out digits {found['frechet']:.1f} (as many "
        f"other real digits: {found['frechet_real']:.1f})."
    )


# --- sample -----------------------------------------------------------------------------------------


def _sample(options):
    out = Path(options.out)
    if out.suffix.lower() != ".png":
        raise ValueError(f"--out must name a .png file, got {out}.")
    if not out.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {out.parent} to write {out.name} to.")
    model = _load(Path(options.model))
    if len(model.generator.output_shape) != 4:
        raise ValueError(f"{options.model} does not make images.")
    figure, ax = plotting.plt.subplots()
    plotting.plot_images(model.generate(_wanted(model, options)), ax=ax)
    with written_whole(out) as partial:
        figure.savefig(partial)
    print(f"{out}: {options.n} samples")


def _wanted(model, options):
    """What `generate` takes: the number of samples, or a label for each."""
    if not isinstance(model, ConditionalWGANGP):
        if options.label is not None:
            raise ValueError(f"{options.model} was trained without labels: leave --label out.")
        return options.n
    if options.label is None:
        return np.arange(options.n) % model.n_classes
    if not 0 <= options.label < model.n_classes:
        raise ValueError(f"--label must be from 0 to {model.n_classes - 1}, got {options.label}.")
    return np.full(options.n, options.label)


def _load(path):
    """A saved model of this package, or one sentence on why the file is none."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is not a saved model: give a .keras file that train wrote.")
    try:
        model = keras.models.load_model(path)
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"{path} can't be loaded as a model ({reason}): give a .keras file that train wrote."
        ) from None
    if not isinstance(model, AdversarialModel):
        raise ValueError(f"{path} holds a {type(model).__name__}, not a GAN, WGANClip or WGANGP.")
    return model


def run():
    """The installed command `wgan-keras`."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.exit(main())


if __name__ == "__main__":
    run()
