// SPDX-License-Identifier: Apache-2.0

/** A number in the fewest digits that read back as the same double, as the service writes it. */
export function exact(number) {
    return number === null ? "null" : String(number).replace("-", "\u2212");
}

/** A number in a few digits, for axes and summaries. */
export function short(number, digits = 4) {
    if (!Number.isFinite(number)) return "—";
    const size = Math.abs(number);
    const text =
        size !== 0 && (size >= 1e5 || size < 1e-4)
            ? number.toExponential(Math.max(0, digits - 2)).replace("e+", "e")
            : String(Number(number.toPrecision(digits)));
    return text.replaceAll("-", "\u2212");
}

/** Evenly spaced numbers from `start` to `end`. */
export function evenly(start, end, count) {
    return Array.from({ length: count }, (_, index) =>
        index === count - 1 ? end : tidy(start + ((end - start) * index) / (count - 1)),
    );
}

/** A number without the last bits, so that a grid contains 0.1 rather than 0.10000000000000009. */
function tidy(number) {
    return Number(number.toPrecision(12));
}

/** Round numbers from `start` to `end`, about `count` of them, for the ticks of an axis. */
export function ticks(start, end, count) {
    const rough = (end - start) / count;
    if (!(rough > 0) || !Number.isFinite(rough)) return [start];
    const power = 10 ** Math.floor(Math.log10(rough));
    const distance = (size) => Math.abs(Math.log(size / rough));
    const step = [1, 2, 5, 10]
        .map((factor) => factor * power)
        .reduce((best, size) => (distance(size) < distance(best) ? size : best));
    const first = Math.ceil(start / step - 1e-9);
    const last = Math.floor(end / step + 1e-9);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => tidy((first + index) * step));
}

/**
 * The range of an axis for some numbers: all of them, unless a few are so far from the others that
 * nothing else could be seen.
 */
export function axisRange(numbers) {
    const sorted = numbers.filter(Number.isFinite).sort((a, b) => a - b);
    if (sorted.length === 0) return [0, 1];
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const spread = at(0.96) - at(0.04);
    const low = spread > 0 ? Math.max(at(0), at(0.04) - 0.6 * spread) : at(0);
    const high = spread > 0 ? Math.min(at(1), at(0.96) + 0.6 * spread) : at(1);
    if (low === high) return low === 0 ? [-1, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * high)];
    const margin = 0.06 * (high - low);
    return [low - margin, high + margin];
}

/** The numbers in a text, separated by commas or spaces; `undefined` if it has anything else. */
export function parseNumbers(text) {
    const parts = text
        .replaceAll("\u2212", "-")
        .split(/[\s,;]+/)
        .filter(Boolean);
    const numbers = parts.map(Number);
    return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined;
}

/** The number of a text; `undefined` if it has none, or more than one, as with a decimal comma. */
export function parseNumber(text) {
    const numbers = parseNumbers(text);
    return numbers?.length === 1 ? numbers[0] : undefined;
}

/** The lengths of nested arrays, from outside to inside. */
export function shapeOf(value) {
    return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}
