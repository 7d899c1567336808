// SPDX-License-Identifier: Apache-2.0

import { ranged, resolved } from "./loss.js";
import { folded } from "./names.js";

/** A metric: its description, and its options with their ranges. */
export class Metric {
    constructor(entry) {
        this.entry = entry;
        this.name = entry.name;
        this.aliases = entry.aliases;
        this.options = entry.options.map((option) => ranged(option, option.schema));
    }

    /** The options that a request would have, from chosen values and the defaults. */
    resolved(chosen) {
        return resolved(this.options, chosen);
    }

    /** The options that a name implies. */
    implied(name) {
        const alias = Object.entries(this.entry.implies ?? {}).find(([one]) => folded(one) === folded(name));
        return alias?.[1] ?? {};
    }
}
