// SPDX-License-Identifier: Apache-2.0

import { Refusal } from "./api.js";
import { svg } from "./dom.js";
import { Loss } from "./loss.js";
import { axisRange, evenly } from "./numbers.js";
import { sampleCurves } from "./sampling.js";
import { Scene } from "./scene.js";

const size = { width: 120, height: 56 };
/** The pictures that are drawn at a time, so that the service and the network are not flooded. */
const mostAtOnce = 4;
const waiting = [];
let active = 0;

/** Draws the curves of a loss into an element, after those that were asked for before. */
export function showSparkline(element, href) {
    waiting.push({ element, href });
    proceed();
}

async function proceed() {
    if (active >= mostAtOnce || waiting.length === 0) return;
    const { element, href } = waiting.shift();
    active += 1;
    try {
        if (element.isConnected) element.replaceChildren(await draw(href));
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
    } finally {
        active -= 1;
        proceed();
    }
}

async function draw(href) {
    const scene = new Scene(await Loss.load(href));
    const { low, high } = scene.axis;
    const grid = evenly(low, high, scene.loss.isBatched ? 61 : 25);
    const curves = await sampleCurves(
        scene,
        scene.curves.map(() => grid),
    );
    const [least, greatest] = axisRange(curves.flatMap(({ losses }) => losses));
    const x = (number) => 2 + ((number - low) / (high - low)) * (size.width - 4);
    const y = (loss) => size.height - 3 - ((loss - least) / (greatest - least)) * (size.height - 6);
    return svg(
        "svg",
        { viewBox: `0 0 ${size.width} ${size.height}`, "aria-hidden": "true" },
        curves.map(({ xs, losses }, series) =>
            svg("polyline", {
                class: `curve series-${series}`,
                points: xs
                    .map((number, index) => [number, losses[index]])
                    .filter(([, loss]) => Number.isFinite(loss))
                    .map(
                        ([number, loss]) =>
                            `${x(number).toFixed(1)},${Math.max(-50, Math.min(100, y(loss))).toFixed(1)}`,
                    )
                    .join(" "),
            }),
        ),
    );
}
