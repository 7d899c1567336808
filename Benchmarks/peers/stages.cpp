// SPDX-License-Identifier: Apache-2.0

// Measures reading, computing and writing in memory, without HTTP, with simdjson, a plain loop and
// std::to_chars.
//
//     stages REQUEST RESPONSE RUNS
//
// Reads the request in REQUEST, leaves the response in RESPONSE for the caller to check, and prints
// the median seconds of each stage as JSON.

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "timing.hpp"

namespace {

struct Pair {
    std::vector<double> predictions, targets;
    bool operator==(const Pair &other) const {
        return predictions == other.predictions && targets == other.targets;
    }
};

struct Result {
    double loss = 0;
    std::vector<double> gradient;
};

// The vectors keep their capacity between runs, as in a server.
void read_on_demand(simdjson::ondemand::parser &parser, const simdjson::padded_string &text, Pair &pair) {
    auto document = parser.iterate(text);
    for (auto field : document.get_object()) {
        std::string_view key = field.unescaped_key();
        auto &values = key == "predictions" ? pair.predictions : pair.targets;
        values.clear();
        for (double value : field.value().get_array()) values.push_back(value);
    }
}

void read_tree(simdjson::dom::parser &parser, const simdjson::padded_string &text, Pair &pair) {
    simdjson::dom::element document = parser.parse(text);
    const auto copy = [&](const char *key, std::vector<double> &values) {
        values.clear();
        for (double value : document[key].get_array()) values.push_back(value);
    };
    copy("predictions", pair.predictions);
    copy("targets", pair.targets);
}

void compute(const Pair &pair, Result &result) {
    const size_t count = pair.predictions.size();
    const double scale = 2 / static_cast<double>(count);
    result.gradient.resize(count);
    // Independent sums, because the compiler must preserve the order of additions.
    constexpr size_t lanes = 8;
    double sums[lanes] = {};
    size_t index = 0;
    const auto step = [&](size_t lane) {
        const double error = pair.predictions[index + lane] - pair.targets[index + lane];
        sums[lane] += error * error;
        result.gradient[index + lane] = scale * error;
    };
    for (; index + lanes <= count; index += lanes)
        for (size_t lane = 0; lane < lanes; lane++) step(lane);
    for (; index < count; index++) step(0);
    result.loss = 0;
    for (double sum : sums) result.loss += sum;
    result.loss /= static_cast<double>(count);
}

size_t write(const Result &result, std::vector<char> &text) {
    constexpr size_t longest = 25;  // -1.2345678901234567e-308 and a comma
    text.resize(64 + longest * (result.gradient.size() + 1));
    char *place = text.data(), *const end = place + text.size();
    const auto literal = [&](std::string_view part) { place = std::copy(part.begin(), part.end(), place); };
    literal("{\"loss\":");
    place = std::to_chars(place, end, result.loss).ptr;
    literal(",\"gradient\":[");
    for (double slope : result.gradient) {
        place = std::to_chars(place, end, slope).ptr;
        *place++ = ',';
    }
    place--;
    literal("]}");
    return static_cast<size_t>(place - text.data());
}

}  // namespace

int main(int count, char **arguments) {
    const int runs = count == 4 ? std::atoi(arguments[3]) : 0;
    if (runs < 1) {
        std::fputs("usage: stages REQUEST RESPONSE RUNS\n", stderr);
        return 2;
    }
    const simdjson::padded_string request = simdjson::padded_string::load(arguments[1]);
    simdjson::ondemand::parser on_demand_parser;
    simdjson::dom::parser tree_parser;
    Pair pair, same;
    Result result;
    std::vector<char> text;
    size_t length = 0;

    const double on_demand = median_seconds(runs, [&] { read_on_demand(on_demand_parser, request, pair); });
    const double tree = median_seconds(runs, [&] { read_tree(tree_parser, request, same); });
    if (!(pair == same) || pair.predictions.empty() || pair.predictions.size() != pair.targets.size()) {
        std::fputs("the two readers of simdjson disagree\n", stderr);
        return 1;
    }
    const double computing = median_seconds(runs, [&] { compute(pair, result); });
    const double writing = median_seconds(runs, [&] { length = write(result, text); });

    std::ofstream response(arguments[2], std::ios::binary);
    response.write(text.data(), static_cast<std::streamsize>(length));
    response.close();
    if (!response) {
        std::fputs("the response could not be written\n", stderr);
        return 1;
    }
    std::printf("{\"on_demand\":%.9g,\"tree\":%.9g,\"compute\":%.9g,\"write\":%.9g}\n", on_demand, tree, computing,
                writing);
}
