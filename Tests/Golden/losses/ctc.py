# SPDX-License-Identifier: Apache-2.0
"""CTC: -log of the sum, over all sequences of one class a frame that collapse to the target, of their probabilities.

A sequence collapses by removing repetitions, then blanks. Short ones are enumerated; for longer ones the sum follows from
the sums over the sequences of the first frames, by what they have collapsed to and their last class.
"""

from itertools import product

from mpmath import exp, fsum, log, mpf

import samples

KIND = "arrays"
OPTIONS = {"blank": 0, "from_logits": False, "zero_infinity": False, "divide_by_target_length": False}
DIFFERENTIABLE = [0]


def collapse(sequence, blank):
    kept = [k for t, k in enumerate(sequence) if t == 0 or sequence[t - 1] != k]
    return [k for k in kept if k != blank]


def enumerated(frames, target, blank):
    classes = range(len(frames[0]))
    total = mpf(0)
    for sequence in product(classes, repeat=len(frames)):
        if collapse(sequence, blank) == target:
            probability = mpf(1)
            for frame, k in zip(frames, sequence):
                probability *= frame[k]
            total += probability
    return total


def by_prefix(frames, target, blank):
    sums = {(0, None): mpf(1)}
    for frame in frames:
        following = {}
        for (done, last), probability in sums.items():
            for k, own in enumerate(frame):
                place = done
                if k != blank and k != last:
                    if done == len(target) or target[done] != k:
                        continue
                    place += 1
                following[place, k] = following.get((place, k), mpf(0)) + probability * own
        sums = following
    return fsum(value for (done, _), value in sums.items() if done == len(target))


def given(predictions, targets, lengths, target_lengths, o):
    frames = predictions[: int(lengths) if lengths is not None else None]
    if o.from_logits:
        powers = [[exp(z - max(frame)) for z in frame] for frame in frames]
        frames = [[power / fsum(row) for power in row] for row in powers]
    return frames, [int(k) for k in targets[: int(target_lengths) if target_lengths is not None else None]]


def loss(predictions, targets, lengths, target_lengths, o):
    frames, target = given(predictions, targets, lengths, target_lengths, o)
    blank = int(o.blank)
    count = len(frames[0]) ** len(frames) if frames else 1
    likelihood = (enumerated if count <= 81 else by_prefix)(frames, target, blank) if frames else mpf(not target)
    if o.zero_infinity and likelihood == 0:
        return mpf(0)
    value = -log(likelihood)
    return value / max(len(target), 1) if o.divide_by_target_length else value


def terms(predictions, targets, lengths, target_lengths, o):
    """The largest terms: the logarithms of sums near 1, and probabilities; one for each frame."""
    frames, target = given(predictions, targets, lengths, target_lengths, o)
    count = len(frames) or 1
    if not o.from_logits:
        return [count, 0, 0]
    return [count * (1 + max([abs(z) for row in predictions for z in row])), count, count]


def groups(random):
    def frames(count, classes, spread=None):
        if spread is None:
            return [samples.even(random, classes) for _ in range(count)]
        return [[random.uniform(-spread, spread) for _ in range(classes)] for _ in range(count)]

    def labels(*target):
        return [float(k) for k in target]

    def cases(spread):
        """Targets of all kinds, for probabilities or logits."""
        yield frames(1, 2, spread), labels(1), None, None
        yield frames(1, 3, spread), labels(2), 1.0, 1.0
        yield frames(1, 2, spread), labels(1), None, 0.0
        yield frames(3, 2, spread), labels(1, 1), None, None
        yield frames(3, 3, spread), labels(1, 2), None, None
        yield frames(4, 3, spread), labels(2, 2, 1), 4.0, 2.0
        yield frames(4, 3, spread), labels(1, 2, 1), 3.0, None
        yield frames(4, 2, spread), labels(1, 1), None, 0.0
        yield frames(5, 3, spread), labels(2, 1), 2.0, 2.0
        yield frames(7, 4, spread), labels(1, 1, 3), None, None
        yield frames(9, 5, spread), labels(4, 2, 2, 1), 8.0, None
        yield frames(8, 9, spread), labels(8, 3), None, None
        yield frames(12, 3, spread), labels(1, 2, 1, 2, 2), None, None

    yield {}, list(cases(None)) + [
        # Certain and impossible classes, one class, and small probabilities.
        ([[0.0, 1.0], [0.0, 1.0]], labels(1), None, None), ([[0.5, 0.5], [1.0, 0.0]], labels(1), None, None),
        ([[0.0, 1.0, 0.0], [0.25, 0.5, 0.25], [0.0, 0.0, 1.0]], labels(1, 2), None, None),
        ([[1.0], [1.0]], [1.0], None, 0.0), ([[1.0]], [0.0], None, 0.0),
        ([[1e-300, 1e-200], [1e-250, 1e-310]], labels(1), None, None),
        ([[1 - 1e-9, 1e-9], [1e-12, 1 - 1e-12], [1 - 2.0**-50, 2.0**-50]], labels(1), None, None),
        ([[0.1, 0.2], [0.3, 0.1]], labels(1), None, None),
    ]
    logits = {"from_logits": True}
    certain = [[0.0, 40.0, -5.0], [60.0, 0.0, 1.0], [-3.0, 1.0, 50.0]]
    yield logits, list(cases(3.0)) + [
        (certain, labels(1, 2), None, None), (certain, labels(2, 1), None, None), (certain, labels(), None, 0.0),
        ([[0.0] * 3] * 4, labels(1, 2), None, None), ([[1e-8, -1e-8], [1e-300, 0.0]], labels(1), None, None),
        ([[800.0, 0.0, 0.0], [800.0, 0.0, 0.0], [800.0, 0.0, 0.0]], labels(1, 2), None, None),
        ([[1e4, -1e4], [-1e4, 1e4], [1e4, 0.0]], labels(1), None, None),
        ([[1e8, 1e8 + 1], [1e8, 0.0]], labels(1), None, None), ([[1e8, -1e8], [1e8, -1e8]], labels(1), None, None),
        ([[7.5]], [1.0], None, 0.0),
    ]
    yield logits, list(cases(60.0))
    yield logits | {"blank": 2}, [
        (frames(4, 3, 2.0), labels(0, 1), None, None), (frames(5, 4, 2.0), labels(3, 0, 0), None, None),
    ]
    yield logits | {"divide_by_target_length": True}, [
        (frames(4, 3, 2.0), labels(1, 2, 1), None, None), (frames(3, 3, 2.0), labels(1), None, 0.0),
    ]
    impossible = [
        (frames(2, 3, 2.0), labels(1, 1), None, None), (frames(3, 3, 2.0), labels(1, 2), 1.0, None),
        (frames(4, 3, 2.0), labels(1, 2), None, None),
    ]
    yield logits | {"zero_infinity": True}, impossible
