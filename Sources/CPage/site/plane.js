// SPDX-License-Identifier: Apache-2.0

import { evenly } from "./numbers.js";
import { at, evaluateUnits, probeName, replacing } from "./units.js";

/** The plane of two numbers of one input, or of two inputs, of a scene. */
export class Plane {
    #scene;

    constructor(scene, probes, axes, unit = scene.curves[0].unit) {
        this.#scene = scene;
        this.probes = probes;
        this.axes = axes;
        this.unit = unit;
    }

    /** The plane that a scene suggests; `undefined` if fewer than two numbers vary. */
    static of(scene) {
        const { picture } = scene;
        if (!scene.loss.isBatched || picture?.hasPlane === false) return undefined;
        if (picture?.plane) {
            const probes = picture.plane.map((name) =>
                scene.probes.find((probe) => probeName(probe) === name),
            );
            return new Plane(
                scene,
                probes,
                probes.map((probe) => picture.axis({ loss: scene.loss, probe })),
            );
        }
        const input = scene.loss.inputs[0].name;
        const own = scene.probes.filter((probe) => probe.input === input);
        if (own.length >= 2) return Plane.#ofVector(scene, own.slice(0, 2));
        const others = scene.probes.filter(
            ({ input, place }) => place.length === 0 && scene.loss.differentiable.slice(0, 2).includes(input),
        );
        return others.length >= 2 && scene.loss.inputs.length > 2 && !scene.picture?.axis
            ? Plane.#over(scene, others.slice(0, 2))
            : undefined;
    }

    static #over(scene, probes) {
        return new Plane(
            scene,
            probes,
            probes.map((probe) => axisOf(scene, probe)),
        );
    }

    static #ofVector(scene, probes) {
        if (scene.form(probes[0].input).kind === "interval") return Plane.#over(scene, probes);
        const length = scene.unit[probes[0].input].length;
        return length === 3
            ? new Simplex(
                  scene,
                  probes,
                  probes.map((probe) => ({ ...axisOf(scene, probe), low: 0, high: 1, start: 0.3 })),
              )
            : undefined;
    }

    /** The loss and its slopes on a square grid. */
    async sample(side) {
        const [us, vs] = this.axes.map(({ low, high }) => evenly(low, high, side));
        const cells = await this.evaluate(vs.flatMap((v) => us.map((u) => [u, v])));
        return vs.map((_, row) => cells.slice(row * side, (row + 1) * side));
    }

    /** The loss and its slopes at some places. */
    async evaluate(places) {
        const inputs = [...new Set(this.probes.map(({ input }) => input))];
        const isInside = places.map((place) => this.contains(place, 0.05));
        const units = places.filter((_, index) => isInside[index]).map((place) => this.unitAt(place));
        const results = await evaluateUnits(this.#scene.loss, this.#scene.options, units, inputs);
        let next = 0;
        return places.map((place, index) => {
            const result = isInside[index] ? results[next++] : undefined;
            return {
                place,
                loss: result?.loss ?? NaN,
                slopes: result ? this.slopes(result.gradients) : [NaN, NaN],
            };
        });
    }

    /** Whether the plane has a place, given as shares of the axes; `slack` is added at its edges. */
    contains() {
        return true;
    }

    unitAt(place) {
        return this.probes.reduce(
            (unit, probe, index) => ({
                ...unit,
                [probe.input]: replacing(unit[probe.input], probe.place, place[index]),
            }),
            this.unit,
        );
    }

    slopes(gradients) {
        return this.probes.map((probe) => at(gradients[probe.input], probe.place) ?? NaN);
    }
}

/** The distributions over three classes, by the shares of the first two; the third has the rest. */
class Simplex extends Plane {
    contains([u, v], slack = 1e-9) {
        return u + v <= 1 + slack;
    }

    unitAt([u, v]) {
        const { input } = this.probes[0];
        const floor = 1e-6;
        const shares = [u, v, 1 - u - v].map((share) => Math.max(floor, share));
        const total = shares.reduce((sum, share) => sum + share);
        return { ...this.unit, [input]: shares.map((share) => share / total) };
    }

    /** The slopes along the simplex: what one class gains, the third loses. */
    slopes(gradients) {
        const [first, second, third] = gradients[this.probes[0].input] ?? [];
        return [first - third, second - third];
    }
}

function axisOf(scene, probe) {
    const other = Object.create(scene, { probe: { value: probe }, picture: { value: undefined } });
    const axis = other.axis;
    return { ...axis, label: probeName(probe) };
}
