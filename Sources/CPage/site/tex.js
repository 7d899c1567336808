// SPDX-License-Identifier: Apache-2.0

import { mathML } from "./dom.js";

/**
 * Typesets the TeX of a formula as MathML: fractions, roots, scripts, cases, fences, and the symbols
 * and functions listed below. An unknown command becomes an `merror`, which the tests look for.
 */
export function typeset(tex) {
    const content = new Parser(tex).row();
    return mathML("math", { display: "block", alttext: tex }, content);
}

const identifiers = {
    alpha: "α",
    beta: "β",
    gamma: "γ",
    delta: "δ",
    epsilon: "ϵ",
    varepsilon: "ε",
    zeta: "ζ",
    eta: "η",
    theta: "θ",
    kappa: "κ",
    lambda: "λ",
    mu: "μ",
    nu: "ν",
    xi: "ξ",
    pi: "π",
    rho: "ρ",
    sigma: "σ",
    tau: "τ",
    phi: "ϕ",
    varphi: "φ",
    chi: "χ",
    psi: "ψ",
    omega: "ω",
    Gamma: "Γ",
    Delta: "Δ",
    Theta: "Θ",
    Lambda: "Λ",
    Sigma: "Σ",
    Phi: "Φ",
    Psi: "Ψ",
    Omega: "Ω",
    infty: "∞",
};
const operators = {
    le: "≤",
    ge: "≥",
    ne: "≠",
    in: "∈",
    cdot: "·",
    pm: "±",
    top: "⊤",
    times: "×",
    mid: "∣",
    Vert: "∥",
    sim: "∼",
    to: "→",
};
const functions = [
    "log",
    "exp",
    "max",
    "min",
    "cos",
    "sin",
    "cosh",
    "tanh",
    "arctan",
    "arccos",
    "arg",
    "sup",
    "inf",
    "det",
];
const large = { sum: "∑", prod: "∏" };
const fences = {
    lvert: "|",
    rvert: "|",
    lVert: "‖",
    rVert: "‖",
    lfloor: "⌊",
    rfloor: "⌋",
    "{": "{",
    "}": "}",
};
const spaces = { quad: "1em", " ": "0.35em", ",": "0.17em", ";": "0.28em", ":": "0.22em", "!": "-0.17em" };
/** The commands that close what others open. */
const closings = { left: "right", bigl: "bigr", Bigl: "Bigr" };
const sized = /^(left|right|bigl|bigr|Bigl|Bigr|big|Big)$/;

class Parser {
    #tokens;
    #next = 0;

    constructor(tex) {
        this.#tokens = tex.match(/\\[a-zA-Z]+|\\.|[0-9]+(?:\.[0-9]+)?|\S/gs) ?? [];
    }

    #peek() {
        return this.#tokens[this.#next];
    }

    #take() {
        this.#next += 1;
        return this.#tokens[this.#next - 1];
    }

    /** The elements up to one of some tokens, which is left. */
    row(...ends) {
        const elements = [];
        while (this.#peek() !== undefined && !ends.includes(this.#peek())) {
            elements.push(this.#scripted());
        }
        return elements.length === 1 ? elements[0] : mathML("mrow", {}, elements);
    }

    /** An element with its subscript and superscript. */
    #scripted() {
        const base = this.#element();
        const scripts = {};
        while (this.#peek() === "_" || this.#peek() === "^") scripts[this.#take()] = this.#argument();
        const { _: below, "^": above } = scripts;
        const isLimit = base.classList.contains("limits");
        if (below && above) return mathML(isLimit ? "munderover" : "msubsup", {}, base, below, above);
        if (below) return mathML(isLimit ? "munder" : "msub", {}, base, below);
        return above ? mathML(isLimit ? "mover" : "msup", {}, base, above) : base;
    }

    #element() {
        const token = this.#take() ?? "";
        if (token === "{") return this.#closing("}");
        if (token.startsWith("\\")) return this.#command(token.slice(1));
        if (/^[0-9]/.test(token)) return mathML("mn", {}, token);
        if (/^[a-zA-Z]$/.test(token)) return mathML("mi", {}, token);
        const isFence = "()[]|".includes(token);
        return mathML(
            "mo",
            isFence ? { stretchy: "false", fence: "true" } : {},
            token === "-" ? "\u2212" : token === "'" ? "′" : token,
        );
    }

    #closing(end) {
        const row = this.row(end);
        this.#take();
        return row;
    }

    #command(name) {
        if (name in identifiers) {
            const isUpright = /^[A-Z]/.test(name);
            return mathML("mi", isUpright ? { mathvariant: "normal" } : {}, identifiers[name]);
        }
        if (name in operators) return mathML("mo", {}, operators[name]);
        if (name in large)
            return mathML("mo", { class: "limits", largeop: "true", movablelimits: "false" }, large[name]);
        if (functions.includes(name)) return this.#function(name);
        if (name in fences) return this.#bracket(name);
        if (name in spaces) return mathML("mspace", { width: spaces[name] });
        if (sized.test(name)) return this.#fence(name);
        switch (name) {
            case "frac":
            case "tfrac":
            case "dfrac":
                return this.#fraction(name === "tfrac");
            case "sqrt":
                return mathML("msqrt", {}, this.#argument());
            case "text":
                return mathML("mtext", {}, this.#text());
            case "mathrm":
                return mathML("mi", { mathvariant: "normal" }, this.#text());
            case "operatorname":
                return this.#function(this.#text());
            case "mathcal":
                return mathML("mi", {}, String.fromCodePoint(0x1d49c + this.#text().charCodeAt(0) - 65));
            case "begin":
                return this.#cases(this.#text());
            default:
                return mathML("merror", {}, mathML("mtext", {}, `\\${name}`));
        }
    }

    #bracket(name) {
        const form = { l: "prefix", r: "postfix" }[name[0]];
        return mathML("mo", { stretchy: "false", fence: "true", ...(form && { form }) }, fences[name]);
    }

    /** The argument of a command: a group, or a single digit or letter, as in `\\tfrac12`. */
    #argument() {
        const token = this.#peek() ?? "";
        if (!/^[0-9]{2,}$/.test(token)) return this.#element();
        this.#tokens.splice(this.#next, 1, ...token);
        return this.#element();
    }

    #function(name) {
        const isLimit = name === "max" || name === "min";
        return mathML(
            "mrow",
            { class: isLimit ? "limits" : "" },
            isLimit ? [] : mathML("mspace", { width: "0.12em" }),
            mathML("mi", { mathvariant: "normal" }, name),
            isLimit ? [] : mathML("mspace", { width: "0.12em" }),
        );
    }

    #fraction(isSmall) {
        const fraction = mathML("mfrac", {}, this.#argument(), this.#argument());
        return isSmall ? mathML("mstyle", { displaystyle: "false", scriptlevel: "0" }, fraction) : fraction;
    }

    /** A fence whose size is given; it is as large as what it encloses, which is one element with it. */
    #fence(size) {
        const token = this.#take() ?? "";
        const mark = token.startsWith("\\") ? (fences[token.slice(1)] ?? "") : token === "." ? "" : token;
        const closing = closings[size];
        const open = mathML(
            "mo",
            { stretchy: "true", fence: "true", form: closing ? "prefix" : "postfix" },
            mark,
        );
        if (!closing) return open;
        const content = this.row(`\\${closing}`);
        this.#take();
        return mathML("mrow", {}, open, content, this.#fence(closing));
    }

    /** The plain text of a group in braces. */
    #text() {
        let text = "";
        if (this.#peek() !== "{") return this.#take() ?? "";
        this.#take();
        while (this.#peek() !== undefined && this.#peek() !== "}") text += this.#take();
        this.#take();
        return text;
    }

    #cases(environment) {
        const rows = [[]];
        while (this.#peek() !== undefined && this.#peek() !== "\\end") {
            rows.at(-1).push(mathML("mtd", { columnalign: "left" }, this.row("&", "\\\\", "\\end")));
            if (this.#peek() === "\\\\") rows.push([]);
            if (this.#peek() !== "\\end") this.#take();
        }
        this.#take();
        this.#text();
        const table = mathML(
            "mtable",
            { class: environment, displaystyle: "false" },
            rows.map((cells) => mathML("mtr", {}, cells)),
        );
        return mathML(
            "mrow",
            {},
            mathML("mo", { stretchy: "true", fence: "true", form: "prefix" }, "{"),
            table,
        );
    }
}
