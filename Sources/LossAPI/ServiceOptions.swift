// SPDX-License-Identifier: Apache-2.0

/// What an operator decides about the service.
package struct ServiceOptions: Sendable {
    /// How deep JSON may nest.
    package var jsonDepth = LossService.defaultDepth
    /// Which answers are compressed for clients that accept it.
    package var compression = Compression.short
    /// Who may ask from a page of another origin; nil: nobody.
    package var crossOrigin: CrossOrigin?
    /// Who may ask at all; nil: everybody.
    package var tokens: TokenList?
    /// Whether requests can be echoed.
    package var echoes = false

    package init() {}

    /// Which answers are compressed for clients that accept it.
    package enum Compression: String, CaseIterable, Sendable {
        case none
        /// Those that are complete before they are sent: up to 16,384 numbers.
        ///
        /// Compressing a million gradients takes three times as long as all the rest of their
        /// question: worth it on slow networks only, and many clients say that they accept it
        /// without their user's having asked for it.
        case short
        case all
    }
}
