// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal } from "./api.js";

/** Differences up to this share of a number count as rounding. */
export const tolerance = 1e-6;

/** The gradient in the first input that is differentiated, flattened. */
export async function gradientOf(loss, request) {
    const input = request.gradient_of?.[0] ?? loss.differentiable[0];
    const result = await evaluate(loss.href, {
        ...request,
        outputs: ["loss", "gradient"],
        gradient_of: [input],
    });
    return { input, numbers: [result.gradients[input]].flat(Infinity) };
}

export async function conventionGradients(loss, request) {
    const names = loss.entry.conventions
        .map(({ name }) => name)
        .filter((name) => name !== request.convention);
    const results = await Promise.all(
        names.map(async (convention) => {
            const { reduction, ...rest } = request;
            try {
                return {
                    name: convention,
                    numbers: (await gradientOf(loss, { ...rest, convention })).numbers,
                };
            } catch (error) {
                if (!(error instanceof Refusal)) throw error;
                return undefined;
            }
        }),
    );
    const scaled = await Promise.all(
        ["sum", "mean"].map(async (reduction) => {
            try {
                return {
                    name: `reduction ${reduction}`,
                    numbers: (await gradientOf(loss, { ...request, reduction })).numbers,
                };
            } catch (error) {
                if (!(error instanceof Refusal)) throw error;
                return undefined;
            }
        }),
    );
    return [...scaled, ...results].filter(Boolean);
}

/** The element with the largest difference, relative to the larger of the two numbers. */
export function worst(own, numbers) {
    const differences = own.map((number, index) => {
        const size = Math.max(Math.abs(number), Math.abs(numbers[index]));
        return size === 0 ? 0 : Math.abs(number - numbers[index]) / size;
    });
    const index = differences.indexOf(Math.max(...differences));
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
    return worst(
        own,
        numbers.map((number) => number * factor),
    ).relative <= tolerance
        ? factor
        : undefined;
}
