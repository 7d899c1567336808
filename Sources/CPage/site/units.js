// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal } from "./api.js";

/**
 * The inputs of one unit of a loss, by name: numbers of an element, vectors of a row, and so on.
 *
 * Every picture is made of many units that differ in one or two numbers, which are sent in one request.
 */
export function exampleUnit(loss, chosen) {
    const example = loss.example(chosen);
    return Object.fromEntries(
        Object.entries(example).map(([name, numbers]) => {
            const isListed = loss.isBatched && loss.input(name).forms[0].shape.startsWith("*");
            return [name, isListed ? numbers[0] : numbers];
        }),
    );
}

/** The places of the numbers in a value: `[[]]` for a number, `[[0], [1]]` for a vector of two. */
export function places(value) {
    return Array.isArray(value)
        ? value.flatMap((item, index) => places(item).map((place) => [index, ...place]))
        : [[]];
}

/** The number at a place. */
export function at(value, place) {
    return place.reduce((item, index) => item?.[index], value);
}

/** A value with another number at a place. */
export function replacing(value, place, number) {
    if (place.length === 0) return number;
    const [index, ...rest] = place;
    return value.map((item, offset) => (offset === index ? replacing(item, rest, number) : item));
}

/** A number of a unit that varies in a picture, as named in its axis: `predictions[1]`. */
export function probeName({ input, place }) {
    return input + place.map((index) => `[${index}]`).join("");
}

/**
 * The losses of some units, with the gradients and Hessians in some inputs.
 *
 * A unit that is refused by itself, such as one whose loss is infinite, has `NaN` for each number.
 */
export async function evaluateUnits(loss, options, units, inputs, signal) {
    const request = loss.isBatched ? evaluateTogether : evaluateSingly;
    const isLeftOut = new Set();
    for (;;) {
        const kept = units.filter((_, index) => !isLeftOut.has(index));
        try {
            const results = kept.length > 0 ? await request(loss, options, kept, inputs, signal) : [];
            let next = 0;
            return units.map((_, index) => (isLeftOut.has(index) ? undefined : results[next++]));
        } catch (error) {
            const index = refusedUnit(error, units, isLeftOut);
            if (index === undefined) throw error;
            isLeftOut.add(index);
        }
    }
}

/** The most units that are left out before a picture is given up. */
const mostRefused = 12;

/** The unit that a refusal names. */
function refusedUnit(error, units, isLeftOut) {
    if (!(error instanceof Refusal) || isLeftOut.size >= mostRefused) return undefined;
    const place = error.problem.pointer?.split("/")[2];
    if (place === undefined || !/^\d+$/.test(place)) return undefined;
    return units.map((_, index) => index).filter((index) => !isLeftOut.has(index))[Number(place)];
}

async function evaluateTogether(loss, options, units, inputs, signal) {
    const names = Object.keys(units[0]);
    const result = await evaluate(
        loss.href,
        {
            ...options,
            ...Object.fromEntries(names.map((name) => [name, units.map((unit) => unit[name])])),
            ...outputs(loss, inputs),
            reduction: "none",
        },
        signal,
    );
    return units.map((_, index) => unitResult(result, inputs, (value) => value?.[index]));
}

/** Sends a request for each unit, a few at a time. */
async function evaluateSingly(loss, options, units, inputs, signal) {
    const results = [];
    for (let start = 0; start < units.length; start += 6) {
        results.push(
            ...(await Promise.all(
                units.slice(start, start + 6).map(async (unit) => {
                    const request = { ...options, ...unit, ...outputs(loss, inputs), reduction: "sum" };
                    return unitResult(await evaluate(loss.href, request, signal), inputs, (value) => value);
                }),
            )),
        );
    }
    return results;
}

function outputs(loss, inputs) {
    if (inputs.length === 0) return { outputs: ["loss"] };
    const hasHessian = loss.entry.outputs.includes("hessian");
    return { gradient_of: inputs, outputs: ["loss", "gradient", ...(hasHessian ? ["hessian"] : [])] };
}

function unitResult(result, inputs, select) {
    const byInput = (members) => Object.fromEntries(inputs.map((name) => [name, select(members?.[name])]));
    return {
        loss: select(result.loss),
        gradients: byInput(result.gradients),
        hessians: byInput(result.hessians),
    };
}
