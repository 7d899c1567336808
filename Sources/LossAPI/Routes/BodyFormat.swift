// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// A format of requests and results; its raw value is the name in queries.
enum BodyFormat: String, CaseIterable, Sendable {
    case json
    case safetensors

    /// The media type of results.
    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .safetensors: "application/vnd.safetensors"
        }
    }

    /// The binary format of a media type in lower case, without parameters.
    init?(binaryType essence: some StringProtocol) {
        switch essence {
        case "application/vnd.safetensors": self = .safetensors
        default: return nil
        }
    }

    /// The binary formats.
    static let binary = allCases.filter { $0 != .json }

    /// The media types of requests.
    static let mediaTypes = allCases.map { $0.mediaType }
}
