// SPDX-License-Identifier: Apache-2.0

import Glibc
import SeededRandom

/// A textual form of numbers, as written by programs.
struct Shape: Sendable {
    let name: String
    /// The text between two numbers.
    let separator: String
    private let next: @Sendable (inout SplitMix) -> String

    private init(
        _ name: String,
        separator: String = ",",
        _ next: @escaping @Sendable (inout SplitMix) -> String
    ) {
        self.name = name
        self.separator = separator
        self.next = next
    }

    /// The texts of `count` numbers, which are the same in every call.
    func texts(_ count: Int) -> [String] {
        var random = SplitMix(state: 7)
        return (0..<count).map { _ in next(&random) }
    }

    /// An array of `count` numbers.
    func body(_ count: Int) -> [UInt8] {
        Array("[\(texts(count).joined(separator: separator))]".utf8)
    }

    /// All shapes: numbers typical of clients, and numbers that are hard to read.
    static let all = plain + [mixture] + separated

    private static let plain: [Shape] = [
        Shape("float64, [0, 1)") { $0.unit().description },
        Shape("float64, normal") { $0.normal().description },
        Shape("float64, [10, 100)") { $0.uniform(10, 100).description },
        Shape("float64, [100, 1000)") { $0.uniform(100, 1_000).description },
        Shape("float64, [1e4, 1e6)") { $0.uniform(1e4, 1e6).description },
        Shape("float64, [1e6, 1e15)") { $0.spread(6, 15).description },
        Shape("float32, [0, 1)") { Float($0.unit()).description },
        Shape("float32, [10, 100)") { Float($0.uniform(10, 100)).description },
        Shape("float32, [100, 1000)") { Float($0.uniform(100, 1_000)).description },
        Shape("probabilities, e-5 to e-300") { random in
            random.spread(-300, -5).withExponent(like: random.next())
        },
        Shape("1 to 17 digits") { random in
            random.digits(Int(random.next() % 17) + 1)
        },
        Shape("8 digits") { $0.digits(8) },
        Shape("12 digits") { $0.digits(12) },
        Shape("2 decimals") { $0.fixed(2, below: 100) },
        Shape("6 decimals") { $0.fixed(6, below: 10) },
        Shape("9 decimals") { $0.fixed(9, below: 10) },
        Shape("integers of 1 to 17 digits") { random in
            random.integer(of: Int(random.next() % 17) + 1)
        },
        Shape("class indices") { String($0.next() % 1_000) },
        Shape("labels 0 and 1") { String($0.next() % 2) },
    ]

    private static let mixture = Shape("a mixture of all these") { random in
        let shape = Int(truncatingIfNeeded: random.next() % UInt64(plain.count))
        return plain[shape].next(&random)
    }

    private static let separated = [
        Shape("float64, [0, 1), comma and space", separator: ", ", plain[0].next),
        Shape("float64, [0, 1), a line each", separator: ",\n", plain[0].next),
        Shape("float64, [0, 1), indented lines", separator: ",\n        ", plain[0].next),
        Shape("a mixture, comma and space", separator: ", ", mixture.next),
        Shape("a mixture, indented lines", separator: ",\n    ", mixture.next),
    ]
}

extension SplitMix {
    fileprivate mutating func uniform(_ least: Double, _ most: Double) -> Double {
        least + (most - least) * unit()
    }

    /// A number with a uniformly distributed decimal exponent.
    fileprivate mutating func spread(_ least: Double, _ most: Double) -> Double {
        pow(10, uniform(least, most))
    }

    /// A number with a given count of significant digits and its point anywhere.
    fileprivate mutating func digits(_ count: Int) -> String {
        let text = integer(of: count)
        let place = Int(next() % UInt64(count + 1))
        guard place > 0 else { return "0." + text }
        guard place < count else { return text }
        return "\(text.prefix(place)).\(text.dropFirst(place))"
    }

    /// A given count of digits, the first of which is not 0.
    fileprivate mutating func integer(of count: Int) -> String {
        (0..<count).map { String(next() % ($0 == 0 ? 9 : 10) + ($0 == 0 ? 1 : 0)) }.joined()
    }

    /// A number with a given count of decimals, including trailing zeros.
    fileprivate mutating func fixed(_ decimals: Int, below bound: UInt64) -> String {
        let fraction = (0..<decimals).map { _ in String(next() % 10) }.joined()
        return (next() & 1 == 0 ? "-" : "") + "\(next() % bound).\(fraction)"
    }
}

extension Double {
    /// The shortest digits with an exponent in the notation of one of several languages.
    fileprivate func withExponent(like choice: UInt64) -> String {
        // Swift writes small numbers as 1.5e-07.
        let parts = description.split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return description }
        let size = String(exponent.magnitude)
        let padded = size.count < 2 ? "0" + size : size
        switch choice % 3 {
        case 0: return "\(parts[0])e\(exponent)"
        case 1: return "\(parts[0])e\(exponent < 0 ? "-" : "+")\(padded)"
        default: return "\(parts[0])E\(exponent < 0 ? "-" : "+")\(padded)"
        }
    }
}
