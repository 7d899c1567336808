// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { parseOption } from "./controls.js";
import { parseNumbers } from "./numbers.js";
import { Scene } from "./scene.js";

/** What the page of a loss shows, as kept in its address: options, held inputs, the point, overlays. */
export class LossState {
    address = new Address();
    held = {};

    constructor(loss, name) {
        this.loss = loss;
        this.chosen = { ...loss.implied(name) };
        for (const option of loss.options) {
            const value = parseOption(option, this.address.get(option.name));
            if (value !== undefined) this.chosen[option.name] = value;
        }
        for (const { name: input } of loss.inputs) {
            const text = this.address.get(input);
            if (text !== undefined) this.held[input] = text;
        }
    }

    scene() {
        const scene = new Scene(this.loss, this.chosen);
        for (const [input, text] of Object.entries(this.held)) {
            const numbers = parseNumbers(text);
            if (!numbers || !(input in scene.unit)) continue;
            if (Array.isArray(scene.unit[input])) {
                if (numbers.length === scene.unit[input].length) scene.unit[input] = numbers;
            } else {
                scene.held[input] = numbers.slice(0, 6);
            }
        }
        return scene.vary(this.address.get("vary"));
    }

    get figure() {
        const text = this.address.get("at");
        const names = this.address.list("with");
        return {
            x: text === undefined ? undefined : Number(text),
            overlays: this.loss.entry.conventions.filter(({ name }) => names.includes(name)).slice(0, 3),
            isLogarithmic: this.address.get("log") === "1",
        };
    }

    choose(option, value) {
        if (value === undefined) delete this.chosen[option.name];
        else this.chosen[option.name] = value;
        this.address.set(
            option.name,
            [value ?? ""].flat().join(","),
            [option.default ?? ""].flat().join(","),
        );
    }

    hold(input, text) {
        if (text.trim() === "") delete this.held[input];
        else this.held[input] = text;
        this.address.set(input, text.replace(/\s+/g, ""));
    }
}
