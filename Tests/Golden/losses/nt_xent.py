# SPDX-License-Identifier: Apache-2.0
"""NT-Xent: the mean over pairs of equal labels of -log(e^(s_ip/t) / (e^(s_ip/t) + sum_n e^(s_in/t))), n of other labels.

s is the cosine of the angle between two embeddings, and t the temperature.
"""

from mpmath import exp, fsum, log, sqrt

KIND = "arrays"
OPTIONS = {"temperature": 0.07}
DIFFERENTIABLE = [0]


def cosine(one, other):
    dot = fsum(x * y for x, y in zip(one, other))
    return dot / sqrt(fsum(x * x for x in one) * fsum(x * x for x in other))


def pairs(labels):
    return [(i, p) for i, one in enumerate(labels) for p, other in enumerate(labels) if i != p and one == other]


def loss(embeddings, labels, o):
    count = range(len(labels))
    powers = [[exp(cosine(embeddings[i], embeddings[j]) / o.temperature) for j in count] for i in count]
    terms = []
    for i, p in pairs(labels):
        others = fsum(powers[i][n] for n in count if labels[n] != labels[i])
        terms.append(-log(powers[i][p] / (powers[i][p] + others)))
    return fsum(terms) / len(terms)


def terms(embeddings, labels, o):
    """The largest terms: similarities, and the weights of pairs over lengths."""
    size = 1 / sqrt(min(fsum(x * x for x in one) for one in embeddings))
    sharp = max(1, 1 / o.temperature)
    return [sharp, sharp * size / o.temperature, sharp * size**2 / o.temperature**2]


def groups(random):
    def vectors(count, size):
        return [[random.uniform(-2, 2) for _ in range(size)] for _ in range(count)]

    def near(vector, distance):
        return [x + random.uniform(-distance, distance) for x in vector]

    def views(count, size, distance):
        """Two embeddings of each label, at a distance from each other."""
        originals = vectors(count, size)
        return [near(x, distance) for x in originals + originals], list(range(count)) * 2

    axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]]
    plain = [(vectors(count, size), [random.randrange(3) for _ in range(count)]) for count, size in
             ((5, 2), (7, 3), (9, 2), (10, 1), (6, 4))]
    plain += [views(2, 3, 0.1), views(4, 2, 0.3), views(2, 5, 1e-9), views(1, 4, 0.5)]
    edges = [
        (axes, [0, 0, 1, 1]), (axes, [0, 1, 1, 0]), (axes, [7, 7, 7, 7]), (axes[:2], [0, 0]), (axes[:3], [5, -5, 5]),
        # Equal, nearly equal, and opposite embeddings.
        ([[1.0, 2.0]] * 4, [0, 0, 1, 1]),
        ([[1.0, 2.0], [1.0, 2.0 + 2.0**-40], [1.0 + 2.0**-50, 2.0], [3.0, 1.0]], [0, 0, 1, 0]),
        ([[1.0, 2.0], [-1.0, -2.0], [2.0, 4.0], [-3.0, -6.0 + 1e-9]], [0, 0, 1, 1]),
        # Lengths of all sizes, of which similarities do not depend.
        ([[1e-150, 2e-150], [3e150, -1e150], [0.5, 0.25], [1e-8, 1e8]], [0, 1, 0, 1]),
        ([[1e-160, 3e-160, 0.0], [0.0, 1e-300, 1e160], [1e155, 1e154, -1e155]], [1, 1, 0]),
    ]
    yield {}, plain + edges
    rows = [views(2, 2, 0.2), views(3, 3, 0.01), (axes, [0, 0, 1, 1]), plain[0]]
    for temperature in (0.5, 1.0, 10.0, 1e6, 0.01, 1e-3):
        yield {"temperature": temperature}, rows
