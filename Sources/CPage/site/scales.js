// SPDX-License-Identifier: Apache-2.0

import { ticks } from "./numbers.js";

/** Maps numbers of a domain to pixels; `inverse` maps pixels to numbers, within the domain. */
export function linearScale(domain, [start, end]) {
    const [low, high] = domain;
    const factor = (end - start) / (high - low);
    const scale = (number) => start + (number - low) * factor;
    scale.inverse = (pixels) => Math.max(low, Math.min(high, low + (pixels - start) / factor));
    scale.domain = domain;
    scale.ticks = (count) => ticks(low, high, count);
    return scale;
}

/** Maps the logarithms of positive numbers to pixels, over at most twelve powers of ten. */
export function logarithmicScale(values, ends) {
    const positive = values.filter((value) => value > 0);
    const high = positive.length > 0 ? Math.log10(Math.max(...positive)) : 0;
    const low = positive.length > 0 ? Math.max(Math.log10(Math.min(...positive)), high - 12) : -1;
    const linear = linearScale([low - 0.1, Math.max(high, low + 0.5) + 0.1], ends);
    const scale = (number) => linear(Math.log10(number));
    scale.ticks = (count) =>
        ticks(low, high, count)
            .filter(Number.isInteger)
            .map((power) => 10 ** power);
    return scale;
}
