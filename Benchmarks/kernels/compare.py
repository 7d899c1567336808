# SPDX-License-Identifier: Apache-2.0
"""Measures the losses of kernel-benchmark in NumPy: python3 compare.py [numbers]

Loss and gradient with mean reduction, as usually written with NumPy: vectorized, with plain sums and
without loss-server's protection against cancellation.
"""

import sys
import time

import numpy as np

random = np.random.default_rng(7)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def mse(p, t):
    e = p - t
    return np.mean(e * e), e * (2 / e.size)


def mae(p, t):
    e = p - t
    return np.mean(np.abs(e)), np.sign(e) / e.size


def huber(p, t):
    e = p - t
    c = np.clip(e, -1, 1)
    return np.mean(c * (e - c / 2)), c / e.size


def bce(p, y):
    p = np.clip(p, 2.2e-16, 1 - 2.2e-16)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))
    return loss, (p - y) / (p * (1 - p)) / p.size


def bce_logits(z, y):
    e = np.exp(-np.abs(z))
    loss = np.mean(np.maximum(z, 0) - z * y + np.log1p(e))
    return loss, (np.where(z >= 0, 1, e) / (1 + e) - y) / z.size


def cce(p, y):
    p = np.clip(p, 2.2e-16, 1 - 2.2e-16)
    return -np.sum(y * np.log(p)) / len(p), -y / p / len(p)


def cce_logits(z, y):
    shifted = z - z.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    s = e.sum(axis=-1, keepdims=True)
    return np.sum(y * (np.log(s) - shifted)) / len(z), (e / s - y) / len(z)


def cce_indices(z, k):
    rows = np.arange(len(z))
    shifted = z - z.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    s = e.sum(axis=-1, keepdims=True)
    g = e / s
    g[rows, k] -= 1
    return np.mean(np.log(s[:, 0]) - shifted[rows, k]), g / len(z)


def kl(q, y):
    q = np.maximum(q, 2.2e-16)
    return np.sum(y * np.log(y / q)) / len(q), -y / q / len(q)


def kl_logarithms(q, y):
    return np.sum(y * (np.log(y) - q)) / len(q), -y / len(q)


def kl_logits(z, y):
    shifted = z - z.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    s = e.sum(axis=-1, keepdims=True)
    return np.sum(y * (np.log(y) - shifted + np.log(s))) / len(z), (e / s - y) / len(z)


def cases(n):
    a, b = random.normal(size=n), random.normal(size=n)
    yield "mse", mse, a, b
    yield "mae", mae, a, b
    yield "huber", huber, a, b
    labels = (random.random(n) < 0.5).astype(float)
    yield "binary_cross_entropy", bce, random.random(n), labels
    yield "binary_cross_entropy, from_logits", bce_logits, 3 * a, labels
    for classes in (10, 1000):
        if n < classes:
            continue
        z = 3 * random.normal(size=(n // classes, classes))
        q, y = softmax(z), softmax(random.normal(size=z.shape))
        k = random.integers(0, classes, len(z))
        yield f"categorical_cross_entropy, {classes} classes", cce, q, y
        yield f"categorical_cross_entropy, {classes} classes, indices", cce_indices, z, k
        yield f"categorical_cross_entropy, {classes} classes, from_logits", cce_logits, z, y
        yield f"kl_divergence, {classes} classes", kl, q, y
        yield f"kl_divergence, {classes} classes, log_predictions", kl_logarithms, np.log(q), y
        yield f"kl_divergence, {classes} classes, from_logits", kl_logits, z, y


for n in [int(word) for word in sys.argv[1:]] or [1_000, 100_000, 1_000_000]:
    for name, function, predictions, targets in cases(n):
        durations = []
        for _ in range(max(7, min(201, 20_000_000 // n))):
            begin = time.perf_counter()
            function(predictions, targets)
            durations.append(time.perf_counter() - begin)
        median = sorted(durations)[len(durations) // 2]
        print(f"{n}  {name}: {median * 1e9 / predictions.size:.2f} ns")
