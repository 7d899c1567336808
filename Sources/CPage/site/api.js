// SPDX-License-Identifier: Apache-2.0

import { askForToken } from "./token.js";

/** A request that the service refused, with its problem document (RFC 9457). */
export class Refusal extends Error {
    constructor(problem, status) {
        super(problem.detail ?? problem.title ?? `The server responded with status ${status}.`);
        this.problem = problem;
        this.status = status;
    }
}

/** A bearer token, which is kept in memory only; empty if none is needed. */
let token = "";

/** Sends a request, and asks for a token if the service wants one. */
export async function send(
    path,
    { method = "GET", body, signal, accept = "application/json", type = "application/json" } = {},
) {
    const headers = { Accept: accept };
    if (body !== undefined) headers["Content-Type"] = type;
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(path, { method, headers, body, signal });
    if (response.status !== 401) return response;
    token = await askForToken(token !== "");
    return send(path, { method, body, signal, accept, type });
}

/** The JSON document of a response. */
async function read(response) {
    return parse(await response.text(), response.status);
}

/** The JSON document in the text of a response; throws the problem if its status is an error. */
function parse(text, status) {
    let document;
    try {
        document = JSON.parse(text);
    } catch {
        document = { title: "The response is not JSON", detail: text.slice(0, 200) };
    }
    if (status >= 400) throw new Refusal(document, status);
    return document;
}

const documents = new Map();

/** A document of the service, which is fetched once. */
export function get(path) {
    if (!documents.has(path)) {
        const document = send(path).then(read);
        document.catch(() => documents.delete(path));
        documents.set(path, document);
    }
    return documents.get(path);
}

/** A document as it is now. */
export async function getNow(path) {
    return read(await send(path));
}

/** The result of a request in JSON. */
export async function evaluate(path, request, signal) {
    return read(await send(path, { method: "POST", body: JSON.stringify(request), signal }));
}

/**
 * The result of a file of rows or arrays.
 *
 * @param type Its media type.
 * @param onProgress Is called with the share that has been sent, which `fetch` does not tell.
 */
export async function sendFile(path, file, { type, onProgress, signal }) {
    const response = await upload(path, file, { type, onProgress, signal });
    if (response.status !== 401) return parse(response.responseText, response.status);
    token = await askForToken(token !== "");
    return sendFile(path, file, { type, onProgress, signal });
}

function upload(path, file, { type, onProgress, signal }) {
    return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const request = new XMLHttpRequest();
        request.open("POST", path);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("Content-Type", type);
        if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
        request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
        request.onload = () => resolve(request);
        request.onerror = () => reject(new TypeError("The server could not be reached."));
        request.onabort = () => reject(signal.reason);
        signal.addEventListener("abort", () => request.abort(), { once: true });
        request.send(file);
    });
}

/** The losses and penalties in the catalogue, in order. */
export async function catalogue() {
    const [losses, penalties] = await Promise.all([get("/v1/losses"), get("/v1/penalties")]);
    return [...losses.losses, ...penalties.penalties];
}

/** The path of a loss on this page, from its path in the API. */
export function pagePath(href) {
    return href.replace(/^\/v1/, "");
}
