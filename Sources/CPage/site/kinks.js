// SPDX-License-Identifier: Apache-2.0

import { Samples } from "./sampling.js";

/** The quantities that may jump, from the one whose jump matters most. */
const quantities = ["losses", "gradients", "hessians"];

/** The number of intervals into which each is divided in a round, and the rounds. */
const divisions = 16;
const rounds = 5;

/**
 * Finds the places where the loss, its gradient or its Hessian jumps.
 *
 * Where a curve is steep between two samples, the service is asked for more between them. A jump keeps
 * its height in an interval that is a million times as short; a steep slope does not.
 *
 * @param curves The samples of each curve.
 * @param sample Evaluates some numbers for each curve.
 * @returns For each curve, its jumps as `{ x, quantity }`, and the samples around them.
 */
export async function findKinks(curves, sample) {
    let suspects = curves.flatMap((samples, curve) => steepIntervals(samples, curve));
    for (let round = 0; round < rounds && suspects.length > 0; round += 1) {
        const grids = curves.map((_, curve) =>
            suspects.filter((one) => one.curve === curve).flatMap(({ low, high }) => between(low, high)),
        );
        const finer = await sample(grids);
        suspects = suspects.map((suspect) => steepestPart(suspect, finer[suspect.curve])).filter(Boolean);
    }
    return curves.map((samples, curve) => {
        const own = suspects.filter((one) => one.curve === curve);
        return { kinks: distinct(own, samples.xs.at(-1) - samples.xs[0]), samples: around(own) };
    });
}

function between(low, high) {
    return Array.from({ length: divisions + 1 }, (_, index) => low + ((high - low) * index) / divisions);
}

/** The intervals in which a quantity changes much more than beside it. */
function steepIntervals(samples, curve) {
    return quantities
        .flatMap((quantity) => {
            const values = samples[quantity];
            const changes = values.slice(1).map((value, index) => Math.abs(value - values[index]));
            const largest = Math.max(...values.filter(Number.isFinite).map(Math.abs));
            return changes.flatMap((change, index) => {
                const beside = Math.max(changes[index - 1] ?? 0, changes[index + 1] ?? 0);
                const isSteep =
                    change > 1e-6 * largest &&
                    change > 2.5 * Math.min(changes[index - 2] ?? beside, changes[index + 2] ?? beside);
                return isSteep
                    ? [{ curve, quantity, low: samples.xs[index], high: samples.xs[index + 1], change }]
                    : [];
            });
        })
        .sort((a, b) => b.change - a.change)
        .slice(0, 48);
}

/** The part of an interval with most of its change; nothing if the change is spread over it. */
function steepestPart(suspect, samples) {
    const inside = samples.xs
        .map((x, index) => [x, samples[suspect.quantity][index], index])
        .filter(([x]) => x >= suspect.low && x <= suspect.high)
        .sort((one, other) => one[0] - other[0]);
    let best;
    for (let index = 1; index < inside.length; index += 1) {
        const change = Math.abs(inside[index][1] - inside[index - 1][1]);
        if (!best || change > best.change) {
            best = {
                ...suspect,
                low: inside[index - 1][0],
                high: inside[index][0],
                change,
                sides: [sampleAt(samples, inside[index - 1][2]), sampleAt(samples, inside[index][2])],
            };
        }
    }
    return best && best.change > 0.45 * suspect.change ? best : undefined;
}

function sampleAt(samples, index) {
    return [samples.xs[index], samples.losses[index], samples.gradients[index], samples.hessians[index]];
}

/** One kink for each place, of the first quantity that jumps there; places are rounded to a millionth. */
function distinct(suspects, range) {
    const kinks = [];
    const unit = 10 ** Math.floor(Math.log10(range / 1e6));
    for (const quantity of quantities) {
        for (const suspect of suspects.filter((one) => one.quantity === quantity)) {
            const x =
                Number((Math.round((suspect.low + suspect.high) / 2 / unit) * unit).toPrecision(9)) || 0;
            const isKnown = kinks.some((kink) => Math.abs(kink.x - x) <= 10 * unit);
            if (!isKnown) kinks.push({ x, quantity });
        }
    }
    return kinks.sort((a, b) => a.x - b.x);
}

/** The samples on both sides of each jump, so that curves show it as a step. */
function around(suspects) {
    const rows = suspects.flatMap(({ sides }) => sides).sort((a, b) => a[0] - b[0]);
    const unique = rows.filter((row, index) => index === 0 || row[0] !== rows[index - 1][0]);
    return new Samples(...[0, 1, 2, 3].map((column) => unique.map((row) => row[column])));
}
