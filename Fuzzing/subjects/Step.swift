// SPDX-License-Identifier: Apache-2.0

/// Something that happens to a connection.
package enum Step: Hashable, Sendable {
    /// So many bytes arrive.
    case arrive(Int)
    /// The network takes so many bytes and no more; nil: as many as there are.
    case take(Int?)
    /// So many milliseconds pass.
    case wait(Int)
    /// The workers give nothing back from now on.
    case hold
    /// The workers give back what they have, and from now on at once.
    case giveBack
    /// The workers have no time for the next piece of work.
    case crowd
    /// There is no memory for more of a body.
    case exhaust
    /// The client half-closes, and what has not arrived never does.
    case end
    /// The connection breaks.
    case breakOff
    /// The server begins to stop.
    case drain

    /// The step that a byte of a script stands for.
    package init(_ byte: UInt8) {
        let amount = Int(byte & 31)
        switch byte >> 5 {
        case 0: self = .arrive(amount + 1)
        case 1: self = .arrive(amount + 33)
        case 2: self = .arrive(64 * (amount + 1))
        case 3: self = .take(amount == 0 ? nil : amount)
        case 4: self = .wait(1 << min(amount, 17))
        case 5: self = amount < 8 ? .hold : .giveBack
        case 6: self = amount < 16 ? .take(16 * amount) : .arrive(1)
        default: self = Self.rare[min(amount, Self.rare.count - 1)]
        }
    }

    private static let rare: [Step] = [.end, .breakOff, .drain, .crowd, .exhaust, .hold]

    /// Whether it changes what a client is told, and not only when.
    var isDisturbance: Bool {
        switch self {
        case .arrive, .take, .wait, .hold, .giveBack: false
        case .crowd, .exhaust, .end, .breakOff, .drain: true
        }
    }
}
