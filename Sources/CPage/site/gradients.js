// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal } from "./api.js";
import { shapeOf, short } from "./numbers.js";

/** Factors that differ by at most this share are the same, as of numbers in float32. */
const tolerance = 1e-5;

/**
 * Asks the service how a gradient or Hessian agrees with the true one.
 *
 * @param derivative The `quantity`, "gradient" or "hessian", and the `input` in which it is one.
 * @param own The numbers of the derivative, one after the other.
 * @returns The comparison of `POST /v1/check`, with the derivative, its true numbers, the shape of the input, the
 *     strength of a penalty, and more explanations: values of options that have few, with which the derivative would agree.
 * @throws SyntaxError if the derivative has another count of numbers than the input.
 */
export async function checkGradient(loss, { gradient_of, outputs, ...request }, { quantity, input }, own) {
    const shape = shapeOf(request[input]);
    const numbers = arrange(own, request[input], `in ${input}`);
    const members = `${quantity}s`;
    const noun = loss.isPenalty ? "penalty" : "loss";
    const compare = async (variant) => {
        const body = { ...request, ...variant, [noun]: loss.name, [members]: { [input]: numbers } };
        return (await evaluate("/v1/check", body))[members][input];
    };
    const { explanations = [], ...comparison } = await compare({});
    if (comparison.agreement === "different")
        explanations.push(...(await optionExplanations(loss, request, compare)));
    const { strength } = loss.resolved(request);
    const expected =
        comparison.agreement === "equal" ? own : await trueNumbers(loss, request, { quantity, input });
    return { quantity, input, shape, strength, expected, explanations, ...comparison };
}

/** The numbers of the true derivative, one after the other. */
async function trueNumbers(loss, request, { quantity, input }) {
    const body = { ...request, outputs: [quantity], gradient_of: [input] };
    const { [quantity]: single, [`${quantity}s`]: named } = await evaluate(loss.href, body);
    return [named?.[input] ?? single].flat(Infinity);
}

/** The numbers in the nested arrays of a value of the same count; a missing value is left to the service. */
function arrange(numbers, value, place) {
    if (value === undefined) return numbers;
    const count = [value].flat(Infinity).length;
    if (numbers.length !== count) {
        const expected = `${count}, of shape [${shapeOf(value).join(", ")}]`;
        throw new SyntaxError(
            `You have pasted ${numbers.length} numbers, but the derivative ${place} has ${expected}.`,
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

/** The quantities in texts. */
export const words = { gradient: "gradient", hessian: "Hessian" };

/** What each agreement but `different` means. */
export const agreements = {
    equal: "Each number is the same double.",
    double: "The differences are those of rounding in double precision.",
    float32: "The differences are those of computing in float32.",
};

/** What the difference of a derivative to the true one may come from, as sentences. */
export function suggestions(own, comparison) {
    const explained = explanationTexts(comparison);
    if (comparison.agreement !== "different") return explained;
    if (own.every((number) => number === 0)) return ["All of its numbers are 0."];
    const factor = factorOf(comparison);
    if (factor !== undefined) return [...explained, ...meaningOf(factor, comparison)];
    if (explained.length > 0) return explained;
    return [
        "It is neither a multiple of the true one nor that of another convention, reduction or option: is the " +
            "number below at a kink, or beyond a threshold? Are the inputs and options those of your code?",
    ];
}

/** A sentence for each field whose values explain the difference. */
function explanationTexts({ quantity, explanations }) {
    const precision = { equal: "", double: ", up to rounding", float32: ", to the precision of float32" };
    const parts = explanations.map(({ agreement, ...field }) => [...Object.entries(field)[0], agreement]);
    const byField = Map.groupBy(parts, ([name, , agreement]) => name + precision[agreement]);
    return [...byField.values()].map((group) => {
        const [[name, , agreement]] = group;
        const values = group.map(([, value]) => value).join(", ");
        return `It is the ${words[quantity]} with ${name} = ${values.replace(/, ([^,]*)$/, " or $1")}${precision[agreement]}.`;
    });
}

/** The factor between a gradient and the true one; of a single number any quotient is one. */
function factorOf({ factor, count, worst }) {
    if (factor !== undefined || count > 1) return factor;
    const quotient = worst.given / worst.expected;
    return Number.isFinite(quotient) ? quotient : undefined;
}

/** What a factor suggests. */
function meaningOf(factor, { quantity, shape, strength, count, explanations }) {
    const sign =
        factor < 0
            ? [
                  strength === undefined
                      ? `It has the opposite sign: is it the ${words[quantity]} of minus the loss, or of targets minus predictions?`
                      : `It has the opposite sign: is it what is subtracted from the parameters?`,
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
    const own = strength > 0 ? ` With strength = ${short(size * strength, 7)} it would be equal.` : "";
    if (isEqual(2)) return [...sign, `It is twice the true one: without a factor 1/2?${own}`];
    if (isEqual(0.5)) return [...sign, `It is half of the true one: with a factor 1/2?${own}`];
    const question = own === "" ? ": a weight, or the factor of another term?" : `.${own}`;
    return [...sign, `It is ${short(size, 7)} times the true one${question}`];
}
