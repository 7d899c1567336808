// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The outputs to compute in an evaluation.
package struct Outputs: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Whether they include a derivative.
    var includeDerivatives: Bool { !isDisjoint(with: [.gradient, .hessian]) }

    /// Whether they include a number for each prediction or parameter that is not a derivative.
    var includeMaps: Bool { !isDisjoint(with: [.link, .prox]) }

    /// The number of derivatives with respect to each input.
    package var derivativeCount: Int {
        (contains(.gradient) ? 1 : 0) + (contains(.hessian) ? 1 : 0)
    }

    package static let loss = Outputs(rawValue: 1)
    package static let gradient = Outputs(rawValue: 2)
    package static let lossAndGradient = Outputs(rawValue: 3)
    package static let hessian = Outputs(rawValue: 4)
    /// The losses one by one, before weights and reduction.
    package static let elements = Outputs(rawValue: 8)
    /// The count, mean, variance, standard error and extremes of the losses.
    package static let statistics = Outputs(rawValue: 16)
    /// The exact sums of the losses, which merge with those of other batches.
    package static let partial = Outputs(rawValue: 32)

    /// The numbers by which the training of a policy is watched.
    package static let diagnostics = Outputs(rawValue: 256)

    /// The means that the predictions estimate.
    package static let link = Outputs(rawValue: 64)
    /// The proximal operator of a penalty.
    package static let prox = Outputs(rawValue: 128)

    /// Those for which the inputs of a block of elements are all that is read at once.
    static let ofBlocks: Outputs = [
        .loss, .gradient, .hessian, .elements, .statistics, .partial,
    ]

    /// Their names on the wire, in the order of a result.
    package static let names: [(name: String, output: Outputs)] = [
        ("loss", .loss), ("gradient", .gradient), ("hessian", .hessian), ("elements", .elements),
        ("statistics", .statistics), ("diagnostics", .diagnostics), ("partial", .partial),
        ("link", .link), ("prox", .prox),
    ]

    /// The names of those that a loss has.
    package static func names(of facts: Facts) -> [String] {
        names.filter { entry in
            switch entry.output {
            case .link: facts.minimizer?.statistic == .mean
            case .prox: facts.hasProximalOperator
            case .partial: facts.hasPartial
            case .diagnostics: facts.diagnostics != nil
            default: true
            }
        }.map { $0.name }
    }
}

extension Facts {
    /// Whether losses of parts of a data set add up to those of the whole: not those of a whole batch, nor
    /// penalties.
    package var hasPartial: Bool { signature.unit != .batch && family != .regularization }
}
