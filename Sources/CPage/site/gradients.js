// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal } from "./api.js";
import { shapeOf, short } from "./numbers.js";

/** Factors that differ by at most this share are the same, as of numbers in float32. */
const tolerance = 1e-5;

/**
 * Asks the service how a gradient agrees with the true one.
 *
 * @param own The numbers of the gradient in the first input that is differentiated, one after the other.
 * @returns The comparison of `POST /v1/check`, with the input, its shape, and more explanations: values of
 *     options that have few, with which the gradient would agree.
 * @throws SyntaxError if the gradient has another count of numbers than the input.
 */
export async function checkGradient(loss, { gradient_of, outputs, ...request }, own) {
    const input = [gradient_of].flat()[0] ?? loss.differentiable[0];
    const shape = shapeOf(request[input]);
    const gradient = arrange(own, request[input], `in ${input}`);
    const compare = async (variant) => {
        const body = { ...request, ...variant, loss: loss.name, gradients: { [input]: gradient } };
        return (await evaluate("/v1/check", body)).gradients[input];
    };
    const { explanations = [], ...comparison } = await compare({});
    if (comparison.agreement === "different")
        explanations.push(...(await optionExplanations(loss, request, compare)));
    return { input, shape, explanations, ...comparison };
}

/** The numbers in the nested arrays of a value of the same count; a missing value is left to the service. */
function arrange(numbers, value, place) {
    if (value === undefined) return numbers;
    const count = [value].flat(Infinity).length;
    if (numbers.length !== count) {
        const expected = `${count}, of shape [${shapeOf(value).join(", ")}]`;
        throw new SyntaxError(
            `Your gradient has ${numbers.length} numbers, but that ${place} has ${expected}.`,
        );
    }
    let next = 0;
    const fill = (part) => (Array.isArray(part) ? part.map(fill) : numbers[next++]);
    return fill(value);
}

/** The values of options under which the gradient agrees; those that the service refuses explain nothing. */
async function optionExplanations(loss, request, compare) {
    const compared = await Promise.all(
        optionVariants(loss, request).map(async (variant) => {
            try {
                return { ...variant, agreement: (await compare(variant)).agreement };
            } catch (error) {
                if (!(error instanceof Refusal)) throw error;
                return { agreement: "different" };
            }
        }),
    );
    return compared.filter(({ agreement }) => agreement !== "different");
}

/** The other values of one option, for options that have few. */
function optionVariants(loss, request) {
    const standard = loss.resolved({});
    return loss.options.flatMap(({ name, type, choices = [] }) => {
        const own = request[name] ?? standard[name];
        const values =
            type === "boolean" ? [!own] : type === "string" ? choices.filter((one) => one !== own) : [];
        return values.map((value) => ({ [name]: value }));
    });
}

/** What each agreement but `different` means. */
export const agreements = {
    equal: "Each number is the same double.",
    double: "The differences are those of rounding in double precision.",
    float32: "The differences are those of computing in float32.",
};

/** What the difference of a gradient to the true one may come from, as sentences. */
export function suggestions(own, comparison) {
    const explained = explanationTexts(comparison.explanations);
    if (comparison.agreement !== "different") return explained;
    if (own.every((number) => number === 0)) return ["All of its numbers are 0."];
    const factor = factorOf(comparison);
    if (factor !== undefined) return [...explained, ...meaningOf(factor, comparison)];
    if (explained.length > 0) return explained;
    return [
        "It is neither a multiple of the true one nor that of another convention, reduction or option: is the " +
            "number below at a kink, or beyond a threshold?",
    ];
}

/** A sentence for each field whose values explain the difference. */
function explanationTexts(explanations) {
    const precision = { equal: "", double: ", up to rounding", float32: ", to the precision of float32" };
    const parts = explanations.map(({ agreement, ...field }) => [...Object.entries(field)[0], agreement]);
    const byField = Map.groupBy(parts, ([name, , agreement]) => name + precision[agreement]);
    return [...byField.values()].map((group) => {
        const [[name, , agreement]] = group;
        const values = group.map(([, value]) => value).join(", ");
        return `It is the gradient with ${name} = ${values.replace(/, ([^,]*)$/, " or $1")}${precision[agreement]}.`;
    });
}

/** The factor between a gradient and the true one; of a single number any quotient is one. */
function factorOf({ factor, count, worst }) {
    if (factor !== undefined || count > 1) return factor;
    const quotient = worst.given / worst.expected;
    return Number.isFinite(quotient) ? quotient : undefined;
}

/** What a factor suggests. */
function meaningOf(factor, { shape, count, explanations }) {
    const sign =
        factor < 0
            ? [
                  "It has the opposite sign: is it the gradient of minus the loss, or of targets minus predictions?",
              ]
            : [];
    const size = Math.abs(factor);
    const isEqual = (number) => Math.abs(size / number - 1) <= tolerance;
    if (isEqual(1)) return sign;
    const counts = [
        ["the number of elements", count],
        ["the number of rows", shape[0]],
        ["the number of columns", shape.at(-1)],
    ].filter(([, number]) => number > 1);
    const multiplied = counts.find(([, number]) => isEqual(number));
    const divided = counts.find(([, number]) => isEqual(1 / number));
    if (multiplied)
        return [...sign, `It is multiplied by ${multiplied[1]}, ${multiplied[0]}: a sum instead of a mean?`];
    if (divided)
        return [
            ...sign,
            `It is divided by ${divided[1]}, ${divided[0]}: a mean instead of a sum, or divided twice?`,
        ];
    if (explanations.length > 0) return sign;
    if (isEqual(2)) return [...sign, "It is twice the true one: of a loss without the factor 1/2?"];
    if (isEqual(0.5)) return [...sign, "It is half of the true one: of a loss with a factor 1/2?"];
    return [...sign, `It is ${short(size, 7)} times the true one: a weight, or the factor of another term?`];
}
