// SPDX-License-Identifier: Apache-2.0

import Requests

/// The options of the service that an operator can set.
package struct ServiceOptions: Sendable {
    /// The maximum nesting depth of JSON.
    package var jsonDepth = LossService.defaultDepth
    /// The maximum number of steps of losses whose time grows faster than their inputs, and of metrics with
    /// classes.
    package var steps = LossService.defaultSteps
    /// The maximum number of groups whose sums are kept apart in a request.
    package var groups = LossService.defaultGroups
    /// The responses to compress if the client accepts it.
    package var compression = Compression.short
    /// The origins allowed by CORS; `nil` means none.
    package var crossOrigin: CrossOrigin?
    /// The tokens that grant access; `nil` means that none is required.
    package var tokens: TokenList?
    /// Whether browsers get the explorer page.
    package var hasPage = true
    /// Whether requests are echoed, for HTTP conformance tests.
    package var echoes = false

    package init() {}

    /// The responses to compress if the client accepts it.
    package enum Compression: String, CaseIterable, Sendable {
        case none
        /// Compresses responses that are complete before they are sent: up to 16,384 numbers.
        ///
        /// Compressing long ones takes longer than everything else in their requests, which only
        /// pays on slow networks, and many clients accept gzip without their user's request.
        case short
        case all
    }
}
