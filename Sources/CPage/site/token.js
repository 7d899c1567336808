// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "./dom.js";

let pending;

/** Asks for a bearer token; several requests that wait for one share a dialog. */
export function askForToken(wasWrong) {
    pending ??= show(wasWrong).finally(() => {
        pending = undefined;
    });
    return pending;
}

function show(wasWrong) {
    return new Promise((resolve) => {
        const id = freshID("token");
        const field = h("input", { id, type: "password", autocomplete: "off", required: true });
        const dialog = h(
            "dialog",
            { class: "token", "aria-labelledby": `${id}-title` },
            h(
                "h2",
                { id: `${id}-title` },
                wasWrong ? "The token was not accepted" : "This server needs a token",
            ),
            h("p", {}, "It is kept in the memory of this page only, and is gone when you close it."),
            h(
                "form",
                {
                    onsubmit: (event) => {
                        event.preventDefault();
                        dialog.close();
                    },
                },
                h("label", { for: id }, "Bearer token"),
                field,
                h("button", {}, "Continue"),
            ),
        );
        dialog.addEventListener("close", () => {
            dialog.remove();
            resolve(field.value.trim());
        });
        dialog.addEventListener("cancel", (event) => event.preventDefault());
        document.body.append(dialog);
        dialog.showModal();
    });
}
