// SPDX-License-Identifier: Apache-2.0

/** Parses the Prometheus text format into samples: name, labels and value. */
export function parseMetrics(text) {
    return text.split("\n").flatMap((line) => {
        const match = line.match(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/);
        if (!match) return [];
        const labels = Object.fromEntries(
            [...(match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [
                name,
                value.replace(/\\(.)/g, "$1"),
            ]),
        );
        return [{ name: match[1], labels, value: Number(match[3]) }];
    });
}

/** The sum of the samples with a name, of those that a condition on their labels selects. */
export function total(samples, name, condition = () => true) {
    return samples
        .filter((sample) => sample.name === name && condition(sample.labels))
        .reduce((sum, { value }) => sum + value, 0);
}

/**
 * The duration within which a share of requests were answered, from the buckets of a histogram between
 * two readings; `undefined` if there was none.
 */
export function quantile(before, after, share) {
    const name = "http_server_request_duration_seconds_bucket";
    const bounds = [
        ...new Set(after.filter((sample) => sample.name === name).map(({ labels }) => labels.le)),
    ].sort((a, b) => Number(a.replace("+Inf", "Infinity")) - Number(b.replace("+Inf", "Infinity")));
    const counts = bounds.map(
        (le) =>
            total(after, name, (labels) => labels.le === le) -
            total(before, name, (labels) => labels.le === le),
    );
    const all = counts.at(-1) ?? 0;
    const index = counts.findIndex((count) => count >= share * all);
    return all > 0 ? Number(bounds[index].replace("+Inf", "Infinity")) : undefined;
}
