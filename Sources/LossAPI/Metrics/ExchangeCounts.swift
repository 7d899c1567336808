// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The labels of an exchange in metrics.
///
/// Each has few values, whatever clients send.
struct ExchangeLabels: Equatable {
    let method: MethodLabel
    private let route: String
    private let status: Int

    init(_ exchange: borrowing Exchange) {
        method = MethodLabel(exchange.method)
        route = exchange.route.template
        status = exchange.status.code
    }

    var text: String {
        #"method="\#(method.rawValue)",route="\#(route)",status="\#(status)""#
    }
}

/// The methods with a label of their own; others share one (OpenTelemetry, HTTP conventions).
enum MethodLabel: String {
    case post = "POST"
    case get = "GET"
    case head = "HEAD"
    case options = "OPTIONS"
    case put = "PUT"
    case delete = "DELETE"
    case patch = "PATCH"
    case trace = "TRACE"
    case other = "_OTHER"

    init(_ method: HTTPRequest.Method?) {
        // Nearly all requests are of this method, and the names of all are compared one by one.
        guard method != .post else {
            self = .post
            return
        }
        self = method.flatMap { MethodLabel(rawValue: $0.rawValue) } ?? .other
    }
}

/// The labels of a response of a loss or penalty: its name in the catalogue, and the status.
struct EntryLabels: Equatable {
    let entry: String
    let status: Int

    /// Returns `nil` unless the exchange is a POST that concerns a loss or penalty.
    init?(_ exchange: borrowing Exchange, _ method: MethodLabel) {
        guard !exchange.route.entry.isEmpty, method == .post else { return nil }
        entry = exchange.route.entry
        status = exchange.status.code
    }

    var text: String { #"loss="\#(entry)",status="\#(status)""# }
}

/// The labels of a request with content: its format, and that of the response.
struct FormatLabels: Equatable {
    private let request: String
    private let response: String

    /// The name of formats that the service does not have.
    private static let other = "other"

    /// Returns `nil` unless the exchange is a POST with content in a known format, or one that was refused.
    init?(_ exchange: borrowing Exchange, _ method: MethodLabel) {
        let formats = exchange.route.formats
        let isRefused = exchange.status.code >= 400
        guard method == .post, isRefused || !formats.request.isEmpty else { return nil }
        request = formats.request.isEmpty ? Self.other : formats.request
        // Problem documents are JSON.
        response = isRefused ? BodyFormat.json.rawValue : formats.result
    }

    var text: String { #"request_format="\#(request)",response_format="\#(response)""# }
}

/// The counters of requests in a format.
struct FormatCounts: ExchangeCounter {
    private(set) var count = 0
    private(set) var requestBytes = 0
    private(set) var responseBytes = 0

    mutating func add(_ exchange: borrowing Exchange) {
        count += 1
        requestBytes += exchange.requestBytes
        responseBytes += exchange.responseBytes
    }
}

/// The counters of the responses of a loss or penalty.
struct EntryCounts: ExchangeCounter {
    private(set) var count = 0
    /// The time spent on parsing, computing and serializing.
    private(set) var seconds = 0.0
    /// The time from the first byte of a request to the last byte of its response.
    private(set) var elapsed = 0.0
    /// The stages of the computations, in nanoseconds.
    private(set) var stages = WorkTimes()

    mutating func add(_ exchange: borrowing Exchange) {
        count += 1
        elapsed += exchange.seconds
        guard let times = exchange.times else { return }
        seconds += times.seconds
        stages.parse += times.parse
        stages.compute += times.compute
        stages.serialize = (stages.serialize ?? 0) + (times.serialize ?? 0)
    }
}

/// The counts of the computations of a loss or penalty, with times in nanoseconds.
struct InferenceCounts {
    private(set) var succeeded = 0
    private(set) var failed = 0
    private(set) var nanoseconds = 0
    private(set) var failedNanoseconds = 0
    private(set) var parse = 0
    private(set) var compute = 0
    private(set) var serialize = 0

    /// Adds the counters of the responses with a status.
    mutating func add(_ counts: EntryCounts, hasSucceeded: Bool) {
        let elapsed = Int((counts.elapsed * 1e9).rounded())
        guard hasSucceeded else {
            failed += counts.count
            failedNanoseconds += elapsed
            return
        }
        succeeded += counts.count
        nanoseconds += elapsed
        parse += Int(counts.stages.parse)
        compute += Int(counts.stages.compute)
        serialize += Int(counts.stages.serialize ?? 0)
    }
}

/// The counters of exchanges.
struct ExchangeCounts: ExchangeCounter {
    private(set) var durations = Histogram()
    private(set) var requestBytes = 0
    private(set) var responseBytes = 0

    mutating func add(_ exchange: borrowing Exchange) {
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
