// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal } from "./api.js";
import { shapeOf, short } from "./numbers.js";

/** Differences up to this share of a number count as rounding. */
export const tolerance = 1e-6;

/** The gradient in the first input that is differentiated, flattened; its shape, and the denominator of its mean. */
export async function gradientOf(loss, request) {
    const input = request.gradient_of?.[0] ?? loss.differentiable[0];
    const result = await evaluate(loss.href, {
        ...request,
        outputs: ["loss", "gradient"],
        gradient_of: [input],
    });
    const gradient = result.gradients[input];
    return {
        input,
        numbers: [gradient].flat(Infinity),
        shape: shapeOf(gradient),
        normalizer: result.normalizer,
    };
}

/**
 * The gradients of a request as others compute them: with other reductions, options, or conventions of libraries.
 *
 * @param numbers The true gradient; options that do not change it are left out.
 */
export async function otherGradients(loss, request, numbers) {
    const { reduction, ...rest } = request;
    const conventions = loss.entry.conventions
        .map(({ name }) => name)
        .filter((name) => name !== request.convention)
        .map((convention) => ({ name: convention, request: { ...rest, convention } }));
    const reductions = ["sum", "mean", "batch_mean"].map((name) => ({
        name: `reduction ${name}`,
        request: { ...request, reduction: name },
    }));
    const evaluated = async (variants) =>
        (await Promise.all(variants.map((one) => variantGradient(loss, one)))).filter(Boolean);
    const differs = (other) => other.numbers.some((number, index) => number !== numbers[index]);
    return [
        ...(await evaluated(reductions)),
        ...(await evaluated(optionVariants(loss, request))).filter(differs),
        ...(await evaluated(conventions)),
    ];
}

/** The gradient of a variant of a request; nothing if it is refused. */
async function variantGradient(loss, { name, request }) {
    try {
        return { name, numbers: (await gradientOf(loss, request)).numbers };
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return undefined;
    }
}

/** The request with another value of one option, for options that have few values. */
function optionVariants(loss, request) {
    const standard = loss.resolved({});
    return loss.options.flatMap(({ name, type, choices = [] }) => {
        const own = request[name] ?? standard[name];
        const values =
            type === "boolean" ? [!own] : type === "string" ? choices.filter((one) => one !== own) : [];
        return values.map((value) => ({
            name: `${name} = ${value}`,
            request: { ...request, [name]: value },
        }));
    });
}

/** The element with the largest difference, relative to the larger of the two numbers. */
export function worst(own, numbers) {
    const differences = own.map((number, index) => {
        const size = Math.max(Math.abs(number), Math.abs(numbers[index]));
        return size === 0 ? 0 : Math.abs(number - numbers[index]) / size;
    });
    const index = differences.indexOf(differences.reduce((a, b) => Math.max(a, b), 0));
    return { index, relative: differences[index] };
}

/** The factor between two gradients, if it is the same for each number. */
export function factorOf(own, numbers) {
    const largest = numbers.reduce(
        (best, number, index) => (Math.abs(number) > Math.abs(numbers[best]) ? index : best),
        0,
    );
    const factor = own[largest] / numbers[largest];
    if (!Number.isFinite(factor) || factor === 0) return undefined;
    const scaled = numbers.map((number) => number * factor);
    return worst(own, scaled).relative <= tolerance ? factor : undefined;
}

/** How precisely a gradient agrees with the true one; `undefined` if it does not. */
export function precision(own, numbers) {
    const { relative } = worst(own, numbers);
    if (relative === 0) return "Each number is the same double.";
    if (relative <= 1e-12) return "The differences are those of rounding in double precision.";
    if (own.every((number, index) => number === Math.fround(numbers[index])))
        return "Each number is the true one, rounded to float32.";
    if (relative <= tolerance) return "The differences are those of computing in float32.";
    return undefined;
}

/**
 * What a factor between a gradient and the true one suggests.
 *
 * @param gradient The true gradient, from ``gradientOf``.
 */
export function meaningOf(factor, { shape, numbers, normalizer }) {
    const isNegative = factor < 0;
    const sign = isNegative
        ? ["It has the opposite sign: is it the gradient of minus the loss, or of targets minus predictions?"]
        : [];
    const size = Math.abs(factor);
    const isEqual = (number) => Math.abs(size / number - 1) <= tolerance;
    if (isEqual(1)) return sign;
    const counts = [
        ["the denominator of the mean", normalizer],
        ["the number of elements", numbers.length],
        ["the number of rows", shape[0]],
        ["the number of columns", shape.length > 1 ? shape.at(-1) : 1],
    ].filter(([, count]) => count > 1);
    const multiplied = counts.find(([, count]) => isEqual(count));
    const divided = counts.find(([, count]) => isEqual(1 / count));
    if (multiplied)
        return [...sign, `It is multiplied by ${multiplied[1]}, ${multiplied[0]}: a sum instead of a mean?`];
    if (divided)
        return [
            ...sign,
            `It is divided by ${divided[1]}, ${divided[0]}: a mean instead of a sum, or divided twice?`,
        ];
    if (isEqual(2)) return [...sign, "It is twice the true one: of a loss without the factor 1/2?"];
    if (isEqual(0.5)) return [...sign, "It is half of the true one: of a loss with a factor 1/2?"];
    return [...sign, `It is ${short(size, 7)} times the true one: a weight, or the factor of another term?`];
}
