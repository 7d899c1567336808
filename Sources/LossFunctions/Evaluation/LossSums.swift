// SPDX-License-Identifier: Apache-2.0

/// The exact sums over losses with weights, from which their moments follow.
struct LossSums {
    private let isWeighted: Bool
    /// Whether the denominator of a mean is another sum than that of the weights.
    private let hasNormalizer: Bool
    /// Whether squares are summed; those of weighted losses always are.
    private let hasSquares: Bool
    private var count = 0
    /// The sums in the order of `collected`, without the last ones if they are not needed.
    private var sums: [ExactSum]
    private var products = SplitProducts()

    /// Losses and usually squares are summed, and the denominator if targets are weighted.
    private static let collected: [Moments.Sum] = [
        .loss, .weightedLoss2, .normalizer, .weight, .weight2, .weightedLoss, .weight2Loss,
        .weight2Loss2,
    ]

    /// The index in `collected` of each sum, by the index of the sum in `Moments.Sum.allCases`.
    private static let places = Moments.Sum.allCases.map { collected.firstIndex(of: $0) ?? 0 }

    init(isWeighted: Bool, hasNormalizer: Bool = false, hasSquares: Bool = true) {
        self.isWeighted = isWeighted
        self.hasSquares = hasSquares
        self.hasNormalizer = hasNormalizer
        let count = isWeighted ? Self.collected.count : hasNormalizer ? 3 : 2
        sums = [ExactSum](repeating: ExactSum(), count: count)
    }

    /// Adds losses with their weights, which are not read if all are 1.
    mutating func add(_ losses: Span<Double>, weights: Span<Double>) {
        count += losses.count
        self[.loss].add(losses)
        guard isWeighted else {
            if hasSquares { self[.weightedLoss2].add(losses, times: losses) }
            return
        }
        self[.weight].add(weights)
        self[.weight2].add(weights, times: weights)
        self[.weightedLoss].add(losses, times: weights)
        products.set(losses, times: weights)
        guard !products.areExact else {
            let products = products
            self[.weightedLoss2].add(products, times: losses)
            self[.weight2Loss].add(products, times: weights)
            return self[.weight2Loss2].addSquares(of: products)
        }
        for offset in losses.indices {
            let (loss, weight) = (losses[offset], weights[offset])
            let square = ExactProduct(loss, times: loss)
            let weight2 = ExactProduct(weight, times: weight)
            self[.weightedLoss2].add(square, times: ExactProduct(weight))
            self[.weight2Loss].add(weight2, times: ExactProduct(loss))
            self[.weight2Loss2].add(square, times: weight2)
        }
    }

    /// Adds a weight, times a factor, to the denominator of a mean.
    mutating func addToNormalizer(_ weight: Double, times factor: Double) {
        self[.normalizer].add(weight, times: factor)
    }

    /// The moments, once every loss has been added; `nil` if a loss was not finite.
    func moments(
        least: Moments.Extreme? = nil,
        greatest: Moments.Extreme? = nil
    ) -> Moments? {
        let numbers = sums.compactMap { $0.number }
        guard numbers.count == sums.count else { return nil }
        func number(_ sum: Moments.Sum) -> ExactNumber { numbers[Self.places[sum.place]] }
        let counted = ExactNumber(count)
        return Moments(count: count, least: least, greatest: greatest) { sum in
            if sum == .normalizer, !hasNormalizer {
                return isWeighted ? number(.weight) : counted
            }
            guard !isWeighted else { return number(sum) }
            return switch sum {
            case .weight, .weight2: counted
            case .weightedLoss, .weight2Loss: number(.loss)
            case .weight2Loss2: number(.weightedLoss2)
            case .normalizer, .loss, .weightedLoss2: number(sum)
            }
        }
    }

    private subscript(sum: Moments.Sum) -> ExactSum {
        get { sums[Self.places[sum.place]] }
        _modify { yield &sums[Self.places[sum.place]] }
    }
}
