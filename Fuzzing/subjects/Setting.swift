// SPDX-License-Identifier: Apache-2.0

package import HTTP
import LossAPI

/// The conditions under which a connection is played.
package struct Setting: Sendable {
    package var limits = Limits()
    /// Whether the connection exceeds the connection limit.
    package var isOverLimit = false
    let responder: LossResponder
    /// The responder that receives the events, separate so that its counts do not change responses.
    let eventResponder: LossResponder

    package static let usual = Setting(Limits())

    /// Limits low enough for short texts to reach.
    package static let tight = Setting(tightLimits(bodyBytes: 600))

    /// The default limits, with a low limit for content processed inline.
    package static let long = Setting(tightLimits(bodyBytes: 1_024 * 1_024, isTight: false))

    /// A constant clock: the responses must not depend on the time.
    private static let clock: MonotonicClock = { Instant(nanoseconds: 0) }

    private init(_ limits: Limits) {
        self.limits = limits
        responder = LossResponder(limits: limits, clock: Self.clock)
        eventResponder = LossResponder(limits: limits, clock: Self.clock)
    }

    /// The setting selected by the first byte of a script.
    init(_ byte: UInt8) {
        switch byte & 3 {
        case 1: self = .tight
        case 2: self = .long
        default: self = .usual
        }
        if byte & 0x1C == 0x1C { isOverLimit = true }
    }

    private static func tightLimits(bodyBytes: Int, isTight: Bool = true) -> Limits {
        var limits = Limits()
        limits.bodyBytes = bodyBytes
        limits.inlineBodyBytes = 64
        guard isTight else { return limits }
        limits.requestLineBytes = 64
        limits.headBytes = 192
        limits.fieldCount = 5
        return limits
    }
}
