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

    /// A requested output.
    package struct Output: Equatable, Sendable {
        package let name: String
        /// Whether it is binary; `nil` means as the request says.
        let isBinary: Bool?
    }
}
