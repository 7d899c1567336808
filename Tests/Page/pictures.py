# SPDX-License-Identifier: Apache-2.0
"""Saves the pictures of docs/page."""

import browser
import service

# Name, path, width and height, colour scheme, and what is at the top.
PICTURES = (
    ("huber", "/losses/huber?delta=1.5&at=1&with=lightgbm", (1100, 1020), "light", "header"),
    ("cross-entropy", "/losses/categorical_cross_entropy", (1100, 620), "dark", ".plane-section"),
    ("ppo", "/losses/ppo", (1100, 920), "light", "header"),
    ("catalogue", "/", (1100, 800), "light", "header"),
    (
        "compare",
        "/compare?losses=squared_error,absolute_error,huber,cauchy,welsch,log_cosh&normalise=1",
        (1100, 760),
        "light",
        "header",
    ),
    ("phone", "/losses/hinge", (360, 800), "dark", "header"),
)


def save(server, folder):
    running = service.Service(server)
    page = browser.Browser(running.address)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, path, size, scheme, top in PICTURES:
            page.media(prefers_color_scheme=scheme)
            page.size(*size)
            page.open(path)
            least = 9 if path == "/" else 1
            curves = "document.querySelectorAll('.panel .curve, .sparkline svg')"
            page.until(f"return {curves}.length >= {least}")
            page.run(f"document.querySelector({top!r}).scrollIntoView()")
            page.screenshot(folder / f"{name}.png")
    finally:
        page.close()
        running.close()
