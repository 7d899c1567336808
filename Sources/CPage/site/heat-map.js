// SPDX-License-Identifier: Apache-2.0

import { axisRange } from "./numbers.js";

/** The bands of colour between the least and the greatest loss. */
const bands = 14;

/**
 * Colours a square map in bands, whose edges are lines of equal loss.
 *
 * @param size Width and height in pixels of the style sheet; the canvas has twice as many.
 * @param margins The parts of these that are left empty.
 * @param grid Rows of cells with a `loss`, from the lower end of the map.
 * @param contains Whether a place, as shares of width and height, is part of the map.
 */
export function paintMap(canvas, { size, margins, grid, contains }) {
    const pixels = size * 2;
    const [left, right] = [margins.left * 2, pixels - margins.right * 2];
    const [top, bottom] = [margins.top * 2, pixels - margins.bottom * 2];
    Object.assign(canvas, { width: pixels, height: pixels });
    const context = canvas.getContext("2d");
    const image = context.createImageData(pixels, pixels);
    const [low, high] = axisRange(grid.flat().map(({ loss }) => loss));
    const colours = colourScale(canvas);
    for (let y = top; y < bottom; y += 1) {
        for (let x = left; x < right; x += 1) {
            const place = [(x - left) / (right - left), (bottom - y) / (bottom - top)];
            const loss = between(grid, place);
            if (!Number.isFinite(loss) || !contains(place)) continue;
            const share = Math.max(0, Math.min(1, (loss - low) / (high - low)));
            const band = Math.min(bands - 1, Math.floor(share * bands));
            image.data.set(colours(band / (bands - 1)), (y * pixels + x) * 4);
        }
    }
    context.putImageData(image, 0, 0);
}

/** The loss between the numbers of the grid, for drawing only. */
function between(grid, [across, up]) {
    const last = grid.length - 1;
    const [left, below] = [across, up].map((share) => Math.min(last - 1, Math.floor(share * last)));
    const [x, y] = [across * last - left, up * last - below];
    const row = (index) => grid[index][left].loss * (1 - x) + grid[index][left + 1].loss * x;
    return row(below) * (1 - y) + row(below + 1) * y;
}

/** The colours of the map, from the properties of the style sheet. */
function colourScale(element) {
    const style = getComputedStyle(element);
    const stops = ["--map-low", "--map-middle", "--map-high"].map((name) =>
        style.getPropertyValue(name).trim().split(/\s+/).map(Number),
    );
    return (share) => {
        const part = share * (stops.length - 1);
        const index = Math.min(stops.length - 2, Math.floor(part));
        return [
            ...stops[index].map(
                (channel, place) => channel + (stops[index + 1][place] - channel) * (part - index),
            ),
            255,
        ];
    };
}
