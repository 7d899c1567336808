// SPDX-License-Identifier: Apache-2.0

/// An event of a connection.
package enum Step: Hashable, Sendable {
    /// A number of bytes arrive.
    case arrive(Int)
    /// The network accepts a number of bytes to send; `nil` means all bytes.
    case accept(Int?)
    /// A number of milliseconds pass.
    case wait(Int)
    /// The workers stop delivering results.
    case hold
    /// The workers deliver all results, and deliver further results immediately.
    case deliver
    /// The workers refuse the next job.
    case refuseJob
    /// Memory for the rest of a body is exhausted.
    case exhaustMemory
    /// The client half-closes the connection and discards the bytes not yet sent.
    case halfClose
    /// The connection breaks.
    case disconnect
    /// The server begins to stop.
    case drain

    /// The step encoded by a byte of a script.
    package init(_ byte: UInt8) {
        let amount = Int(byte & 31)
        switch byte >> 5 {
        case 0: self = .arrive(amount + 1)
        case 1: self = .arrive(amount + 33)
        case 2: self = .arrive(64 * (amount + 1))
        case 3: self = .accept(amount == 0 ? nil : amount)
        case 4: self = .wait(1 << min(amount, 17))
        case 5: self = amount < 8 ? .hold : .deliver
        case 6: self = amount < 16 ? .accept(16 * amount) : .arrive(1)
        default: self = Self.rare[min(amount, Self.rare.count - 1)]
        }
    }

    private static let rare: [Step] = [
        .halfClose, .disconnect, .drain, .refuseJob, .exhaustMemory, .hold,
    ]

    /// Whether the step may change responses, and not only their timing.
    var isDisturbance: Bool {
        switch self {
        case .arrive, .accept, .wait, .hold, .deliver: false
        case .refuseJob, .exhaustMemory, .halfClose, .disconnect, .drain: true
        }
    }
}
