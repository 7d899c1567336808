// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A loss of the difference of a prediction and a target that weighs positive and negative ones by a level,
/// which may differ along an axis.
protocol LevelLoss: PointwiseLoss {
    /// The level, or one for each index of the axis.
    var levels: [Double] { get }

    /// The loss and its derivatives for a difference.
    func point(_ error: Difference, level: Vector) -> (loss: Vector, derivatives: Derivatives)
}

extension LevelLoss {
    static var inputCount: Int { 2 }
    static var hasList: Bool { true }

    var list: (option: String, values: [Double])? { (Pinball.tau.declaration.name, levels) }

    /// The levels under some options.
    static func levels(_ options: OptionValues) -> [Double] { options[Pinball.tau] ?? [0.5] }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (loss, derivatives) = point(Difference(x[0], x[1]), level: x.list)
        return Point(loss: loss, first: derivatives, second: derivatives.opposite)
    }
}
