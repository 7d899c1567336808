// SPDX-License-Identifier: Apache-2.0

/// The part of a request of the Open Inference Protocol that is not a tensor.
package struct InferenceRequest: Equatable, Sendable {
    /// The identifier to return; `nil` means none.
    package internal(set) var id: String?
    /// The requested outputs; `nil` means those that the server chooses.
    package internal(set) var outputs: [Output]?
    /// Whether outputs are binary unless they say otherwise.
    package internal(set) var isBinary = false
    package internal(set) var precision = Precision.double

    /// Whether no output is in JSON.
    package var isWhollyBinary: Bool { outputs?.allSatisfy { $0.isBinary ?? isBinary } ?? isBinary }

    /// Whether some output is binary.
    package var isPartlyBinary: Bool { outputs?.contains { $0.isBinary ?? isBinary } ?? isBinary }

    /// The memory of its texts in bytes.
    package var footprint: Int {
        (id?.utf8.count ?? 0) + (outputs?.reduce(0) { $0 + $1.name.utf8.count } ?? 0)
    }

    /// The maximum length in bytes of its texts in the response, in which a byte may take six.
    package var textLength: Int { 6 * footprint }

    /// A requested output.
    package struct Output: Equatable, Sendable {
        package let name: String
        /// Whether it is binary; `nil` means as the request says.
        let isBinary: Bool?
    }
}
