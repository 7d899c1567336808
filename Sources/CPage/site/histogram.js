// SPDX-License-Identifier: Apache-2.0

import { h, svg } from "./dom.js";
import { axisRange, short, ticks } from "./numbers.js";

const frame = { height: 160, bottom: 24, left: 44, top: 10 };
const widest = 640;
const bins = 40;

/** How many numbers lie in each of 40 equal intervals; those far from all others count in the last. */
export function histogram(numbers) {
    // Narrow windows get a narrow figure, so that its texts stay legible.
    const size = { ...frame, width: Math.min(widest, document.documentElement.clientWidth - 40) };
    const least = numbers.reduce((a, b) => Math.min(a, b), Infinity);
    const [, upper] = axisRange(numbers);
    const width = (upper - least) / bins || 1;
    const counts = new Array(bins).fill(0);
    for (const number of numbers)
        counts[Math.max(0, Math.min(bins - 1, Math.floor((number - least) / width)))] += 1;
    const most = Math.max(...counts);
    const x = (number) => size.left + ((number - least) / (width * bins)) * (size.width - size.left - 4);
    const y = (count) => size.top + (size.height - size.bottom - size.top) * (1 - count / most);
    return h(
        "figure",
        { class: "histogram" },
        svg(
            "svg",
            {
                viewBox: `0 0 ${size.width} ${size.height}`,
                role: "img",
                "aria-label":
                    `${numbers.length} losses from ${short(least)}; the most frequent interval, from ` +
                    `${short(least + width * counts.indexOf(most))}, has ${most}`,
            },
            counts.map((count, index) =>
                svg("rect", {
                    class: "bar",
                    x: x(least + index * width) + 0.5,
                    y: y(count),
                    width: (size.width - size.left - 4) / bins - 1,
                    height: size.height - size.bottom - y(count),
                }),
            ),
            svg(
                "g",
                { class: "axes" },
                ticks(least, least + width * bins, size.width / 100).map((number) =>
                    svg(
                        "text",
                        { class: "tick", x: x(number), y: size.height - 4, "text-anchor": "middle" },
                        short(number),
                    ),
                ),
                ticks(0, most, 3).map((count) =>
                    svg(
                        "text",
                        { class: "tick", x: size.left - 6, y: y(count) + 4, "text-anchor": "end" },
                        short(count),
                    ),
                ),
            ),
        ),
    );
}
