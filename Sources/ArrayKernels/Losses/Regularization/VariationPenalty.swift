// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The total variation of a sequence: strength·Σ|w_(k+1) - w_k|.
///
/// A run of m equal parameters has the gradient strength·(l - r)/m, where l and r are the signs of the steps
/// to the run and from it, 0 at the ends of the sequence: the subgradient of least length.
struct VariationPenalty: LanewiseLoss, ProximalUnitKernel {
    static let strength = GroupLasso.strength

    private let strength: Double

    init(_ options: OptionValues) {
        strength = options[Self.strength]
    }

    func compute(_ items: borrowing Items, into blocks: inout [SegmentBlock]) {
        var (sum, last) = (LaneTotal(), items.first(0))
        for place in 1..<max(items.length, 1) {
            let next = items.first(place)
            sum.add(TwoDoubles.difference(next, last).magnitude)
            last = next
        }
        let loss = (sum.lanes * Vector(repeating: strength)).rounded
        blocks.store(losses: loss, of: items.count)
        for item in 0..<items.count { storeGradient(items.numbers(item), into: &blocks[item]) }
    }

    func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let last = first.count - 1
        var sum = LaneTotal()
        for start in stride(from: 0, to: last, by: Vector.width) {
            let step = TwoDoubles.difference(
                first.paddedVector(at: start + 1),
                first.paddedVector(at: start)
            )
            let exist = Vector.indices(from: start) .< Double(last)
            sum.add(step.magnitude.kept(where: exist))
        }
        block.loss = (sum.total * Vector(repeating: strength)).rounded[0]
        try check()
        storeGradient(first, into: &block)
    }

    /// Stores the gradient in the parameters of a sequence, if it is requested.
    private func storeGradient(_ parameters: Span<Double>, into block: inout SegmentBlock) {
        guard let gradient = block.offset(of: 0, isHessian: false) else { return }
        let last = parameters.count - 1
        var (start, before) = (0, 0.0)
        while start <= last {
            var end = start
            while end < last, parameters[end + 1] == parameters[start] { end += 1 }
            let after: Double =
                end == last ? 0 : parameters[end + 1] > parameters[start] ? 1 : -1
            let slope = strength * ((before - after) / Double(end - start + 1))
            for place in start...end { block.numbers[gradient + place] = slope }
            (start, before) = (end + 1, after)
        }
    }

    /// The slopes of the taut string through the tube of radius step·strength around the running sums.
    package func findMinimum(
        _ parameters: Span<Double>,
        columns _: Int,
        _ step: Double,
        into result: inout MutableSpan<Double>,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        var greatest = 0.0
        for place in parameters.indices { greatest = max(greatest, parameters[place].magnitude) }
        let scale = Vector(repeating: greatest).powerOfTwoToUnit
        // A tube of twice the sum of all magnitudes does not bend the string.
        let radius = TwoDoubles.product(Vector(repeating: strength), Vector(repeating: step))
            .scaled(by: scale)
            .cappedAt(2 * Double(parameters.count) * (greatest * scale[0]))
        guard radius.head[0] > 0 else {
            for place in parameters.indices { result[place] = parameters[place] }
            return
        }
        let string = try TautString(parameters, scale[0], radius, check: check)
        for (start, end) in zip(string.nodes, string.nodes.dropFirst()) {
            let places = start.place..<end.place
            var sum = RowSum(0.0, 0.0)
            for place in places { sum.add(parameters[place] * scale[0], 0) }
            let total = TwoDoubles.orderedSum(
                Vector(repeating: sum.head),
                Vector(repeating: sum.tail)
            )
            let mean =
                (total + radius * Vector(repeating: end.side - start.side))
                / Vector(repeating: Double(places.count))
            let value = mean.scaled(by: 1 / scale).rounded[0]
            for place in places { result[place] = value }
        }
    }
}

/// The shortest string through a tube around the running sums of a sequence, between the fixed ends of these.
///
/// Its nodes are found as the shortest path of a funnel is: from the last certain node, two chains lead to the
/// upper and to the lower wall of the tube, and each step adds a node to both (P. L. Davies, A. Kovac, "Local
/// Extremes, Runs, Strings and Multiresolution", Annals of Statistics 29, 2001).
private struct TautString {
    /// The nodes, from the beginning to the end of the sequence.
    private(set) var nodes: [Node]
    private let sums: TwoDoublesArray
    private let radius: TwoDoubles

    struct Node {
        /// The number of elements before it.
        let place: Int
        /// 1 on the upper wall, -1 on the lower one, 0 at an end.
        let side: Double
    }

    /// The nodes after the last certain one on the way to a wall.
    private struct Chain {
        private var nodes: [Node] = []
        private var start = 0

        var count: Int { nodes.count - start }

        subscript(_ index: Int) -> Node { nodes[start + index] }

        mutating func append(_ node: Node) { nodes.append(node) }

        mutating func removeLast() { nodes.removeLast() }

        mutating func removeFirst() { start += 1 }
    }

    init(
        _ numbers: Span<Double>,
        _ scale: Double,
        _ radius: TwoDoubles,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let count = numbers.count
        var (sums, sum) = (TwoDoublesArray(count: count + 1), RowSum(0.0, 0.0))
        for place in 0..<count {
            sum.add(numbers[place] * scale, 0)
            let total = TwoDoubles.orderedSum(
                Vector(repeating: sum.head),
                Vector(repeating: sum.tail)
            )
            sums.storeFirst(total, at: place + 1)
        }
        self.sums = sums
        self.radius = radius
        nodes = [Node(place: 0, side: 0)]
        var (upper, lower) = (Chain(), Chain())
        for place in 1..<count {
            if place % 1_024 == 0 { try check() }
            add(Node(place: place, side: 1), to: &upper, across: &lower, turning: 1)
            add(Node(place: place, side: -1), to: &lower, across: &upper, turning: -1)
        }
        add(Node(place: count, side: 0), to: &upper, across: &lower, turning: 1)
        for index in 0..<upper.count { nodes.append(upper[index]) }
    }

    /// The slope of the line between two nodes.
    private func slope(_ start: Node, _ end: Node) -> TwoDoubles {
        let rise = sums.repeated(end.place) - sums.repeated(start.place)
        let offset = radius * Vector(repeating: end.side - start.side)
        return (rise + offset) / Vector(repeating: Double(end.place - start.place))
    }

    /// Whether the line to a node is not beyond that to another one, as seen from a third.
    private func isWithin(_ start: Node, _ node: Node, _ other: Node, turning: Double) -> Bool {
        let difference = (slope(start, node) - slope(start, other)).head[0]
        return turning * difference <= 0
    }

    /// Adds a node to the chain along a wall, of which it may shorten the end, and fixes the nodes of the other
    /// chain that it makes certain.
    private mutating func add(
        _ node: Node,
        to chain: inout Chain,
        across other: inout Chain,
        turning: Double
    ) {
        while chain.count > 0 {
            let before = chain.count > 1 ? chain[chain.count - 2] : nodes[nodes.count - 1]
            guard isWithin(before, node, chain[chain.count - 1], turning: turning) else { break }
            chain.removeLast()
        }
        if chain.count == 0 {
            while other.count > 0,
                isWithin(nodes[nodes.count - 1], node, other[0], turning: turning)
            {
                nodes.append(other[0])
                other.removeFirst()
            }
        }
        chain.append(node)
    }
}

extension VariationPenalty {
    static let facts = Facts(
        name: "tv",
        aliases: ["total_variation", "total_variation_1d"],
        family: .regularization,
        summary:
            "The total variation of each row: makes neighbours equal, so that parameters change in few "
            + "places.",
        formula: .init(
            plain: "strength sum_k |w_(k+1) - w_k|",
            gradient: "strength (sign(w_k - w_(k-1)) - sign(w_(k+1) - w_k))",
            tex: #"\lambda \sum_k \lvert w_{k+1} - w_k \rvert"#
        ),
        options: [strength.declaration],
        signature: Signature(
            .segment,
            .init(
                "parameters",
                .primary,
                [.init("* K", .real)],
                "the parameters of a model, in sequences"
            )
        ),
        kinks: [
            "m equal neighbours: each has strength (l - r) / m, l and r the signs of the steps to them and "
                + "from them, the least of all subgradients"
        ],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: 2 * Bound(strength), hessian: 0),
        notes: [
            "The proximal operator is exact, in O(K): the taut string. pyproximal's TV approaches it in a "
                + "number of iterations.",
            "Together with l1 it is the fused lasso.",
            "The Hessian is 0, and so is its surrogate.",
        ],
        references: [
            "L. I. Rudin, S. Osher, E. Fatemi, Nonlinear Total Variation Based Noise Removal Algorithms, "
                + "Physica D 60, 1992",
            "P. L. Davies, A. Kovac, Local Extremes, Runs, Strings and Multiresolution, Annals of "
                + "Statistics 29, 2001",
            "pyproximal TV",
        ],
        defaultReduction: .sum,
        work: Work(steps: "200 K + 200", numbers: "8 K"),
        examples: [
            Example([
                "parameters": Tensor(shape: [2, 4], values: [0.5, -2, 1.25, 0.75, 1, 1.5, -1, -1])
            ])
        ]
    )
}
