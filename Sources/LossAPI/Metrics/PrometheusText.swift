// SPDX-License-Identifier: Apache-2.0

import HTTP
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

    /// Appends a gauge without labels.
    mutating func gauge(_ name: String, _ help: String, _ value: borrowing Atomic<Int>) {
        family(name, .gauge, help)
        sample(name, "", value.load(ordering: .relaxed))
    }

    /// Appends the resource usage of the process, by the names that client libraries share.
    ///
    /// See prometheus.io, "Writing client libraries", process metrics.
    mutating func write(_ use: ProcessUsage) {
        family("process_cpu_seconds_total", .counter, "Processor time, user and system.")
        sample("process_cpu_seconds_total", "", use.processorSeconds)
        family("process_resident_memory_bytes", .gauge, "Resident memory.")
        sample("process_resident_memory_bytes", "", use.residentBytes)
        if let count = use.openDescriptors {
            family("process_open_fds", .gauge, "Open descriptors.")
            sample("process_open_fds", "", count)
        }
        family("process_max_fds", .gauge, "Maximum number of open descriptors.")
        sample("process_max_fds", "", use.descriptorLimit)
        family("process_start_time_seconds", .gauge, "Start time, in seconds since 1970.")
        sample("process_start_time_seconds", "", use.startSeconds)
    }

    /// Appends a sample; the label values come from this service and need no escaping.
    mutating func sample(_ name: String, _ labels: String, _ value: some Numeric) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }
}
