// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The labels of an exchange in metrics.
///
/// Each has few values, whatever clients send.
struct ExchangeLabels: Equatable {
    private let method: HTTPRequest.Method?
    private let route: String
    private let status: Int

    init(_ exchange: Exchange) {
        method = exchange.method.flatMap { Self.known.contains($0) ? $0 : nil }
        route = exchange.route.template
        status = exchange.status.code
    }

    /// The methods with a label of their own; others share `_OTHER` (OpenTelemetry, HTTP conventions).
    private static let known: [HTTPRequest.Method] = [
        .post, .get, .head, .options, .put, .delete, .patch, .trace,
    ]

    var text: String {
        #"method="\#(method?.rawValue ?? "_OTHER")",route="\#(route)",status="\#(status)""#
    }
}

/// The labels of a response of a loss or penalty: its name in the catalogue, and the status.
struct EntryLabels: Equatable {
    private let entry: String
    private let status: Int

    /// Returns `nil` unless the exchange concerns a loss or penalty.
    init?(_ exchange: Exchange) {
        guard !exchange.route.entry.isEmpty, exchange.method == .post else { return nil }
        entry = exchange.route.entry
        status = exchange.status.code
    }

    var text: String { #"loss="\#(entry)",status="\#(status)""# }
}

/// The counters of the responses of a loss or penalty.
struct EntryCounts {
    private(set) var count = 0
    private(set) var seconds = 0.0

    mutating func add(_ exchange: Exchange) {
        count += 1
        if let times = exchange.times { seconds += times.seconds }
    }
}

/// The counters of exchanges.
struct ExchangeCounts {
    private(set) var durations = Histogram()
    private(set) var requestBytes = 0
    private(set) var responseBytes = 0

    mutating func add(_ exchange: Exchange) {
        durations.add(exchange.seconds)
        requestBytes += exchange.requestBytes
        responseBytes += exchange.responseBytes
    }
}

/// A histogram of durations.
///
/// Its bounds are those of OpenTelemetry's `http.server.request.duration`, and finer ones below
/// them, because most requests take less than a millisecond.
struct Histogram {
    private static let bounds = [
        0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075,
        0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]

    /// The counts by bucket, the last of them for durations beyond all bounds.
    private var counts = [Int](repeating: 0, count: Histogram.bounds.count + 1)
    private var sum = 0.0

    mutating func add(_ seconds: Double) {
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        counts[bucket] += 1
        sum += seconds
    }

    func write(as name: String, _ labels: String, to text: inout PrometheusText) {
        var total = 0
        for (bound, count) in zip(Self.bounds, counts) {
            total += count
            text.sample(name + "_bucket", labels + #",le="\#(bound)""#, total)
        }
        total += counts[Self.bounds.count]
        text.sample(name + "_bucket", labels + #",le="+Inf""#, total)
        text.sample(name + "_sum", labels, sum)
        text.sample(name + "_count", labels, total)
    }
}
