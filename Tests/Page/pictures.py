# SPDX-License-Identifier: Apache-2.0
"""Saves the pictures of docs/page."""

import browser
import service

# What is done on a page before its picture is taken, and what then has appeared.
CURVES = ("", ".panel .curve")
CARDS = ("", ".card:nth-child(9) .sparkline svg")
TWO_MODELS = (
    """
    const rows = Array.from({ length: 60 }, (_, index) => {
        const y = Math.sin(index / 5) * 3;
        const a = y + Math.sin(index * 7.3), b = y + 0.6 * Math.sin(index * 3.1);
        const numbers = [y, a, index === 40 ? b + 4 : b].map((one) => one.toFixed(2));
        return [...numbers, index % 2 ? "north" : "south"].join();
    });
    const text = ["y,model_a,model_b,region", ...rows].join("\\n");
    document.querySelector(".data textarea").value = text;
    document.querySelector(".data [type=submit]").click();
    """,
    "[aria-label=groups]",
)
NEGATIVE = (
    """
    document.querySelectorAll(".check textarea")[1].value = "[-0.2, -0.2, -0.1]";
    document.querySelector(".check [type=submit]").click();
    """,
    ".hints",
)

# Name, path, width and height, colour scheme, what is at the top, and what is done before.
PICTURES = (
    (
        "huber",
        "/losses/huber?delta=1.5&at=1&with=lightgbm",
        (1100, 1020),
        "light",
        "header",
        CURVES,
    ),
    (
        "cross-entropy",
        "/losses/categorical_cross_entropy",
        (1100, 620),
        "dark",
        ".plane-section",
        CURVES,
    ),
    ("ppo", "/losses/ppo", (1100, 920), "light", "header", CURVES),
    ("catalogue", "/", (1100, 800), "light", "header", CARDS),
    ("search", "/?q=F.cross_entropy", (1100, 620), "light", "header", ("", ".sparkline svg")),
    (
        "compare",
        "/compare?losses=squared_error,absolute_error,huber,huber(delta=0.5),cauchy&normalise=1",
        (1100, 760),
        "light",
        "header",
        CURVES,
    ),
    (
        "data",
        "/data?loss=huber",
        (1100, 1000),
        "light",
        "section:has(> .choices)",
        TWO_MODELS,
    ),
    ("check", "/check?loss=huber", (1100, 1130), "dark", "header", NEGATIVE),
    ("problem", "/problems/outside-domain", (1100, 420), "light", "header", ("", "h1")),
    ("phone", "/losses/hinge", (360, 800), "dark", "header", CURVES),
)


def save(server, folder):
    running = service.Service(server)
    page = browser.Browser(running.address)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, path, size, scheme, top, (action, sight) in PICTURES:
            page.media(prefers_color_scheme=scheme)
            page.size(*size)
            page.open(path)
            page.run(action)
            page.until(f"return document.querySelector({sight!r})")
            page.run(f"document.querySelector({top!r}).scrollIntoView()")
            page.screenshot(folder / f"{name}.png")
    finally:
        page.close()
        running.close()
