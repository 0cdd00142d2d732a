"""The textbook step of WGAN-GP in PyTorch, eager, on the same networks.

`step_time.py` starts this as a process of its own: in one process the threads of TensorFlow and PyTorch stand
in each other's way. It names the filters as JSON (null: the multilayer perceptrons), the batch size and the
number of critic updates. For each number of generator updates on the standard input, the seconds they took go
to the standard output.
"""

import json
import sys
import time

import torch
from torch import nn


def mlp(inputs, outputs, hidden=(128, 128, 128)):
    widths = [inputs, *hidden]
    stack = [m for a, b in zip(widths, hidden) for m in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*stack, nn.Linear(hidden[-1], outputs))


def generator(filters, batch_norm, latent_dim=64):
    full, half, quarter = filters

    def activated(channels, dense=False):
        norm = nn.BatchNorm1d(channels) if dense else nn.BatchNorm2d(channels)
        return [norm, nn.ReLU()] if batch_norm else [nn.ReLU()]

    doubling = {"kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1}
    return nn.Sequential(
        nn.Linear(latent_dim, 49 * quarter),
        *activated(49 * quarter, dense=True),
        nn.Unflatten(1, (quarter, 7, 7)),
        nn.ConvTranspose2d(quarter, half, **doubling),
        *activated(half),
        nn.ConvTranspose2d(half, full, **doubling),
        *activated(full),
        nn.Conv2d(full, 1, 5, padding=2),
        nn.Tanh(),
    )


def critic(filters):
    stack, channels, side = [], 1, 28
    for out in filters:
        stack += [nn.Conv2d(channels, out, 5, stride=2, padding=2), nn.LeakyReLU(0.2)]
        channels, side = out, (side + 1) // 2
    return nn.Sequential(*stack, nn.Flatten(), nn.Linear(channels * side**2, 1))


def step(generator, critic, latent_dim, n_critic, gp_weight=10.0):
    """A function that makes one generator update on a batch of real samples."""
    optimizers = [torch.optim.Adam(net.parameters(), 1e-4, (0.0, 0.9)) for net in (generator, critic)]

    def penalty(real, fake):
        u = torch.rand(len(real), *[1] * (real.ndim - 1))
        x_hat = (fake + u * (real - fake)).requires_grad_()
        (gradient,) = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)
        return ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()

    def update(batch):
        for real in batch.chunk(n_critic):
            fake = generator(torch.randn(len(real), latent_dim)).detach()
            loss = critic(fake).mean() - critic(real).mean() + gp_weight * penalty(real, fake)
            optimizers[1].zero_grad()
            loss.backward()
            optimizers[1].step()
        optimizers[0].zero_grad()
        loss = -critic(generator(torch.randn(len(real), latent_dim))).mean()
        loss.backward()
        optimizers[0].step()

    return update


def main(filters, batch_size, n_critic):
    if filters is None:
        nets, latent_dim, shape = (mlp(2, 2), mlp(2, 1)), 2, (2,)
    else:
        nets = generator(filters["generator"], filters["batch_norm"]), critic(filters["critic"])
        latent_dim, shape = 64, (1, 28, 28)
    update = step(*nets, latent_dim, n_critic)
    batch = torch.rand(n_critic * batch_size, *shape) * 2 - 1
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            update(batch)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
