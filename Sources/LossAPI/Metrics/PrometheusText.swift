// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Builds a page of metrics (prometheus.io, "Exposition formats", text format 0.0.4).
struct PrometheusText {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private var text = ""

    var bytes: [UInt8] { Array(text.utf8) }

    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// A number that goes up and down, without labels.
    mutating func gauge(_ name: String, _ help: String, _ value: borrowing Atomic<Int>) {
        family(name, .gauge, help)
        sample(name, "", value.load(ordering: .relaxed))
    }

    /// The label values are this service's own words, which need no escapes.
    mutating func sample(_ name: String, _ labels: String, _ value: some Numeric) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }
}
