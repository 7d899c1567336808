// SPDX-License-Identifier: Apache-2.0

let rows;

/**
 * The measured accuracy of a loss, from the table of docs/accuracy.md; `undefined` if it is not listed.
 *
 * @returns The count of samples, and pairs of a quantity and its largest error, of the server and of
 *     PyTorch, in units in the last place.
 */
export async function accuracyOf(name) {
    rows ??= read();
    const row = (await rows).find(([loss]) => loss === name);
    if (!row) return undefined;
    const [, samples, loss, gradient, hessian, otherLoss, otherGradient] = row;
    const present = (pairs) => pairs.filter(([, error]) => error);
    return {
        samples,
        own: present([
            ["loss", loss],
            ["gradient", gradient],
            ["Hessian", hessian],
        ]),
        pytorch: present([
            ["loss", otherLoss],
            ["gradient", otherGradient],
        ]),
    };
}

async function read() {
    const text = await (await fetch("/page/accuracy.md")).text();
    return text
        .split("\n")
        .filter((line) => line.startsWith("| ["))
        .map((line) => {
            const [name, ...numbers] = line
                .split("|")
                .slice(1, -1)
                .map((cell) => cell.trim());
            return [name.replace(/^\[`(.*)`\].*$/, "$1"), ...numbers];
        });
}
