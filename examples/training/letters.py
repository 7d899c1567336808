# SPDX-License-Identifier: Apache-2.0
"""A task for small language models: continue a letter in the order of the alphabet, and stop behind e.

A text is a list of tokens: the letters a to e are 0 to 4, and END is 5. It begins with a letter, its prompt, and the
rest is its completion.
"""

import math

LETTERS = "abcde"
END = len(LETTERS)
LONGEST = 8


def steps(text):
    """The pairs of each token of the completion and the one before it."""
    return list(zip(text, text[1:]))


def sample(logprobs, prompt, random):
    """Completes a prompt; `logprobs` has a row for each letter, with the log-probabilities of what follows it."""
    text = [prompt]
    while text[-1] != END and len(text) < LONGEST:
        text += random.choices(range(END + 1), [math.exp(x) for x in logprobs[text[-1]]])
    return text


def reward(text):
    """One for each letter in the order of the alphabet and for an end behind e, minus one for any other token."""
    return sum(1 if token == before + 1 else -1 for before, token in steps(text))


def pairs(logprobs, count, random):
    """Pairs of a preferred and a rejected completion of the same prompt.

    The better one is preferred with the probability sigmoid(difference of the rewards), as by a person who errs.
    """
    result = []
    while len(result) < count:
        prompt = random.randrange(END - 1)
        one, other = (sample(logprobs, prompt, random) for _ in range(2))
        if one != other:
            preferred = random.random() < 1 / (1 + math.exp(reward(other) - reward(one)))
            result.append((one, other) if preferred else (other, one))
    return result


def written(text):
    return "".join((LETTERS + ".")[token] for token in text)
