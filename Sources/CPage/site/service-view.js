// SPDX-License-Identifier: Apache-2.0

import { getNow, send } from "./api.js";
import { h } from "./dom.js";
import { short } from "./numbers.js";
import { parseMetrics, quantile, total } from "./prometheus.js";
import { facts, grid } from "./tables.js";

const seconds = 2;
const requests = "http_server_request_duration_seconds";

/** The health, the version and the rates of the service, renewed every two seconds. */
export async function serviceView({ signal }) {
    const summary = h("dl", { class: "facts" });
    const routes = h("div");
    let before = await read();
    const show = (now) => {
        summary.replaceChildren(...facts(summaryRows(before, now)));
        routes.replaceChildren(
            grid("requests by route", ["method", "route", "status", "requests", "mean time"], routeRows(now)),
        );
        before = now;
    };
    show(before);
    const timer = setInterval(async () => {
        if (document.hidden) return;
        try {
            show(await read());
        } catch (error) {
            summary.replaceChildren(...facts([["Health", `not reachable: ${error.message}`]]));
        }
    }, seconds * 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    return {
        title: "Service",
        element: h(
            "article",
            { class: "prose" },
            h("h1", {}, "Service"),
            h(
                "p",
                {},
                "As of now, from ",
                h("a", { href: "/metrics" }, "/metrics"),
                "; renewed every two seconds, which counts ",
                "as requests too.",
            ),
            summary,
            h("h2", {}, "Requests by route"),
            routes,
        ),
    };
}

async function read() {
    const [health, response] = await Promise.all([
        getNow("/readyz").then(
            ({ status }) => status,
            ({ problem }) => problem?.status ?? "not ready",
        ),
        send("/metrics", { accept: "text/plain" }),
    ]);
    return { health, samples: parseMetrics(await response.text()), time: performance.now() };
}

/** The state now, and the rates since the reading before. */
function summaryRows(before, now) {
    const value = (name) => total(now.samples, `loss_server_${name}`);
    const count = ({ samples }) => total(samples, `${requests}_count`);
    const spent = (now.time - before.time) / 1000;
    const slowest = quantile(before.samples, now.samples, 0.99);
    const version = now.samples.find(({ name }) => name === "loss_server_info")?.labels.version;
    return [
        ["Health", now.health],
        ["Version", version ?? "unknown"],
        ["Requests", `${count(now)} since the start`],
        [
            "Rate",
            spent > 0
                ? `${short((count(now) - count(before)) / spent, 3)} requests a second`
                : "not yet known",
        ],
        ["99 of 100 within", slowest === undefined ? "not yet known" : `${short(slowest * 1000, 3)} ms`],
        ["Memory of requests", `${bytes(value("memory_bytes"))} of ${bytes(value("memory_limit_bytes"))}`],
        ["Busy workers", String(value("busy_workers"))],
        ["Waiting jobs", String(value("waiting_jobs"))],
    ];
}

/** The twenty kinds of requests of which there were the most. */
function routeRows({ samples }) {
    const counted = samples.filter(({ name }) => name === `${requests}_count`);
    return counted
        .sort((a, b) => b.value - a.value)
        .slice(0, 20)
        .map(({ labels: { method, route, status }, value }) => {
            const time = total(
                samples,
                `${requests}_sum`,
                (own) => own.method === method && own.route === route && own.status === status,
            );
            return [method, route, status, String(value), `${short((time / value) * 1000, 3)} ms`];
        });
}

function bytes(count) {
    const units = ["B", "KiB", "MiB", "GiB"];
    const index = count > 0 ? Math.min(3, Math.floor(Math.log2(count) / 10)) : 0;
    return `${short(count / 1024 ** index, 3)} ${units[index]}`;
}
