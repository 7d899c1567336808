// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A penalty that is a sum of powers of magnitudes, strength·Σ|w|^q, with q = 1/2 or 2/3.
///
/// A stationary point u > 0 of (u - w)²/2 + λ u^q is w y^(n-1), where y is the greatest root of
/// y^n - y + κ with κ = q λ/w^(2-q), and n = 3 for q = 1/2, n = 4 for q = 2/3. It is the minimum if κ is
/// below a constant, and 0 is otherwise.
protocol PowerPenalty: SeparablePenalty {
    /// n.
    static var degree: Int { get }
    /// The constant below which κ is, if 0 is not the minimum.
    static var limit: Double { get }

    /// κ for a parameter that is not negative.
    func pull(on size: Vector, _ step: Vector) -> TwoDoubles
}

extension PowerPenalty {
    func minimum(_ size: Vector, _ step: Vector) -> Vector {
        let pull = pull(on: size, step)
        let isKept = pull.head .< Self.limit
        let share = pull / Self.greatestRoot(pull)
        let point = (Vector(repeating: 1) - share) * size
        return Vector(repeating: 0).replacing(with: point.rounded, where: isKept)
    }

    /// The greatest root of y^n - y + κ for κ below the limit: it is between 0.79 and 1, where Newton's method
    /// descends to it from 1.
    private static func greatestRoot(_ pull: TwoDoubles) -> TwoDoubles {
        var root = Vector(repeating: 1)
        // Seven steps suffice for doubles; the last doubles the digits.
        for _ in 0..<7 {
            root = root - (power(root) - root + pull).head / slope(at: root)
        }
        let error = (power(root) - root + pull).head / slope(at: root)
        return TwoDoubles.orderedSum(root, -error)
    }

    /// y^n.
    @inline(always)
    private static func power(_ root: Vector) -> TwoDoubles {
        let square = TwoDoubles.product(root, root)
        return degree == 3 ? square * root : square.squared
    }

    /// n y^(n-1) - 1.
    @inline(always)
    private static func slope(at root: Vector) -> Vector {
        let power = degree == 3 ? root * root : root * root * root
        return Double(degree) * power - 1
    }
}
