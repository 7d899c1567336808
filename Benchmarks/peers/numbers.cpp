// SPDX-License-Identifier: Apache-2.0

// Measures reading and writing an array of numbers in memory with simdjson on demand and
// std::to_chars.
//
//     numbers FILE RUNS
//
// Reads the array in FILE, checks each number against strtod, and prints the median seconds to read
// and to write all numbers, as JSON.

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <simdjson.h>

#include "timing.hpp"

namespace {

// The numbers as read by strtod.
bool is_right(const simdjson::padded_string &text, const std::vector<double> &values) {
    const std::string copy(text.data(), text.size());
    const char *place = copy.c_str() + 1;
    for (const double value : values) {
        char *end = nullptr;
        const double right = std::strtod(place, &end);
        if (end == place || std::memcmp(&right, &value, sizeof value) != 0) return false;
        place = end + std::strspn(end, ", \n");
    }
    return *place == ']';
}

}  // namespace

int main(int count, char **arguments) {
    const int runs = count == 3 ? std::atoi(arguments[2]) : 0;
    if (runs < 1) {
        std::fputs("usage: numbers FILE RUNS\n", stderr);
        return 2;
    }
    const simdjson::padded_string text = simdjson::padded_string::load(arguments[1]);
    simdjson::ondemand::parser parser;
    std::vector<double> values;
    const double reading = median_seconds(runs, [&] {
        values.clear();
        auto document = parser.iterate(text);
        for (double value : document.get_array()) values.push_back(value);
    });
    if (!is_right(text, values)) {
        std::fputs("a number was not read as strtod reads it\n", stderr);
        return 1;
    }
    constexpr size_t longest = 25;  // -1.2345678901234567e-308 and a comma
    std::vector<char> written(longest * values.size() + 2);
    const double writing = median_seconds(runs, [&] {
        char *place = written.data(), *const end = place + written.size();
        for (const double value : values) {
            place = std::to_chars(place, end, value).ptr;
            *place++ = ',';
        }
    });
    std::printf("{\"count\":%zu,\"read\":%.9g,\"write\":%.9g}\n", values.size(), reading, writing);
}
