// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// A format of requests and results; its raw value is the name in queries.
enum BodyFormat: String, CaseIterable, Sendable {
    case json
    case safetensors
    case npy
    case npz
    case csv
    case ndjson

    /// The media type of results.
    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .safetensors: "application/vnd.safetensors"
        case .npy: "application/x-npy"
        case .npz: "application/x-npz"
        case .csv: "text/csv"
        case .ndjson: "application/x-ndjson"
        }
    }

    /// The format of a media type in lower case, without parameters; `nil` for JSON, and for others.
    init?(mediaType essence: some StringProtocol) {
        switch essence {
        case "application/vnd.safetensors": self = .safetensors
        case "application/x-npy": self = .npy
        case "application/x-npz", "application/zip": self = .npz
        case "text/csv": self = .csv
        case "application/x-ndjson", "application/ndjson", "application/jsonl",
            "application/x-jsonlines":
            self = .ndjson
        default: return nil
        }
    }

    /// Whether a number is a few bytes rather than a text.
    var isBinary: Bool { self != .json && !isTable }

    /// Whether there is a line of text for each row.
    var isTable: Bool { self == .csv || self == .ndjson }

    /// The binary formats.
    static let binary = allCases.filter { $0.isBinary }

    /// The formats besides JSON.
    static let others = allCases.filter { $0 != .json }

    /// The media types of requests.
    static let mediaTypes = allCases.map { $0.mediaType }
}
