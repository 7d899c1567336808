// SPDX-License-Identifier: Apache-2.0

import { at, evaluateUnits, replacing } from "./units.js";

/** The numbers of a curve, each at a number of the axis. */
export class Samples {
    constructor(xs, losses, gradients, hessians) {
        Object.assign(this, { xs, losses, gradients, hessians });
    }

    /** The values of a quantity: `losses`, `gradients` or `hessians`. */
    points(quantity) {
        return this.xs.map((x, index) => [x, this[quantity][index]]);
    }

    /** The samples with those of others, in order. */
    merged(other) {
        const order = [...this.xs, ...other.xs].map((x, index) => ({ x, index })).sort((a, b) => a.x - b.x);
        const pick = (name) => {
            const all = [...this[name], ...other[name]];
            return order.map(({ index }) => all[index]);
        };
        return new Samples(pick("xs"), pick("losses"), pick("gradients"), pick("hessians"));
    }
}

/**
 * Asks the service for the numbers of each curve of a scene, in one request.
 *
 * `grids` has the numbers of the axis for each curve.
 */
export async function sampleCurves(scene, grids, { options = scene.options, signal } = {}) {
    const { loss, probe, axis } = scene;
    const units = scene.curves.flatMap(({ unit }, index) =>
        grids[index].map((x) => ({
            ...unit,
            [probe.input]: replacing(unit[probe.input], probe.place, axis.value(x)),
        })),
    );
    const results = await evaluateUnits(loss, options, units, [probe.input], signal);
    const number = (value) => {
        const found = at(value, probe.place);
        return typeof found === "number" ? found : NaN;
    };
    let start = 0;
    return grids.map((grid) => {
        const own = results.slice(start, start + grid.length);
        start += grid.length;
        return new Samples(
            grid,
            own.map((result) => result?.loss ?? NaN),
            own.map((result) => number(result?.gradients[probe.input])),
            own.map((result) => number(result?.hessians[probe.input])),
        );
    });
}
