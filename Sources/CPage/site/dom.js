// SPDX-License-Identifier: Apache-2.0

/**
 * Creates an HTML element.
 *
 * Functions become listeners (`onclick`), booleans become attributes that are present or absent, and
 * children are nodes or text. Nothing is ever parsed as HTML, so nothing needs escaping.
 */
export function h(name, attributes = {}, ...children) {
    return fill(document.createElement(name), attributes, children);
}

/** Creates an SVG element. */
export function svg(name, attributes = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/** Creates a MathML element. */
export function mathML(name, attributes = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/1998/Math/MathML", name), attributes, children);
}

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (typeof value === "function") element.addEventListener(name.slice(2), value);
        else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null));
    return element;
}

let lastNumber = 0;

/** An identifier that no other element has, for labels. */
export function freshID(prefix) {
    lastNumber += 1;
    return `${prefix}-${lastNumber}`;
}

/** Calls `action` once calls have ceased for some milliseconds. */
export function debounced(milliseconds, action) {
    let timer;
    return (...values) => {
        clearTimeout(timer);
        timer = setTimeout(() => action(...values), milliseconds);
    };
}

/**
 * Runs an asynchronous action for the latest values only: while one runs, later ones wait, and only
 * the last of them follows.
 */
export function latest(action) {
    let isRunning = false;
    let next;
    return async function run(...values) {
        if (isRunning) {
            next = values;
            return;
        }
        isRunning = true;
        try {
            await action(...values);
        } finally {
            isRunning = false;
            if (next) {
                const following = next;
                next = undefined;
                run(...following);
            }
        }
    };
}
