"""Make the pictures in images/ again: python tools/make_images.py [demo] [ring]

demo: demo_samples.png and demo_curves.png, which `make demo` writes (about two minutes on two cores).
ring: ring_wgan.gif and ring_wgan_gp.gif, samples and landscapes over training (about one minute).
"""

import shutil
import sys
import tempfile
from pathlib import Path

import keras
from matplotlib.animation import PillowWriter

from wgan_keras import WGANGP, WGANClip, callbacks, data, networks, plotting
from wgan_keras.__main__ import main
from wgan_keras.models import written_whole

IMAGES = Path(__file__).parent.parent / "images"
FRAMES = 40


def demo():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        if main(["train", "--out", str(out)]):
            sys.exit(1)
        for name in ("samples", "curves"):
            shutil.copy(out / f"{name}.png", IMAGES / f"demo_{name}.png")


def ring():
    def adam(updates):
        schedule = keras.optimizers.schedules.CosineDecay(2e-3, updates)
        return keras.optimizers.Adam(schedule, beta_1=0.0, beta_2=0.9)

    def rmsprop(updates):
        return keras.optimizers.RMSprop(1e-3)

    animate("ring_wgan", WGANClip, rmsprop, updates=2000, n_critic=5, clip_value=0.03)
    animate("ring_wgan_gp", WGANGP, adam, updates=4000, n_critic=3, gp_weight=0.1)


def animate(name, kind, optimizer, updates, n_critic, **options):
    keras.utils.set_random_seed(0)
    model = kind(networks.mlp_generator(), networks.mlp_critic(), n_critic=n_critic, seed=0, **options)
    model.compile(optimizer(updates), optimizer(updates * n_critic))
    landscape, progress = callbacks.Landscape(limits=(-2, 2), n=400), callbacks.Progress(total=updates)
    batches = data.toy_batches("ring", n_samples=100_000, batch_size=256, n_critic=n_critic).repeat()
    steps = updates // FRAMES
    model.fit(batches, steps_per_epoch=steps, epochs=FRAMES, callbacks=[landscape, progress], verbose=0)
    progress.close()
    plotting.use_style()
    animation = plotting.animate_landscape(
        landscape, data.toy_samples("ring", 400, seed=1), figsize=(3.6, 3.9)
    )
    with written_whole(IMAGES / f"{name}.gif") as partial:
        animation.save(partial, writer=PillowWriter(fps=6), dpi=75)


if __name__ == "__main__":
    pictures = {"demo": demo, "ring": ring}
    for name in sys.argv[1:] or pictures:
        pictures[name]()
