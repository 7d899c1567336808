// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

// Returns the median of the seconds that a stage takes, over a number of runs.
template <typename Stage>
double median_seconds(int runs, Stage stage) {
    std::vector<double> seconds;
    for (int run = 0; run < runs; run++) {
        const auto start = std::chrono::steady_clock::now();
        stage();
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::nth_element(seconds.begin(), seconds.begin() + runs / 2, seconds.end());
    return seconds[static_cast<size_t>(runs / 2)];
}
