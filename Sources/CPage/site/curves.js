// SPDX-License-Identifier: Apache-2.0

import { Refusal } from "./api.js";
import { findKinks } from "./kinks.js";
import { evenly } from "./numbers.js";
import { sampleCurves } from "./sampling.js";

/** The count of numbers of a curve; each is a request of its own where units cannot be batched. */
const counts = { batched: 241, single: 61 };

function gridOf({ loss, axis }) {
    return evenly(axis.low, axis.high, loss.isBatched ? counts.batched : counts.single);
}

/** The curves of a scene: each with its label, number, samples and kinks. */
export async function curvesOf(scene) {
    const sample = (grids) => sampleCurves(scene, grids);
    const grid = gridOf(scene);
    const coarse = await sample(scene.curves.map(() => grid));
    const found = await findKinks(coarse, sample);
    return scene.curves.map(({ label }, series) => ({
        label,
        series,
        samples: coarse[series].merged(found[series].samples),
        kinks: found[series].kinks,
    }));
}

/**
 * The curves of a scene with the convention of a library, or the reason that there are none.
 *
 * Options that the convention states are left to it.
 */
export async function overlayOf(scene, { name, version, options: stated }, curves) {
    const own = Object.entries(scene.options).filter(([option]) => !(option in stated));
    const options = { ...Object.fromEntries(own), convention: name };
    const grid = gridOf(scene);
    try {
        const samples = await sampleCurves(
            scene,
            scene.curves.map(() => grid),
            { options },
        );
        const isSame = samples.every(({ losses }, index) => {
            const known = curves[index].samples;
            return losses.every((loss, place) =>
                Object.is(loss, known.losses[known.xs.indexOf(grid[place])]),
            );
        });
        return { name, version, samples, isSame };
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { name, version, samples: [], reason: error.message };
    }
}
