// SPDX-License-Identifier: Apache-2.0

package import ArrayMath
package import LossFacts

/// A loss in the list of losses of segments.
protocol SegmentwiseLoss: SegmentKernel, SendableMetatype {
    #if !FUSED
    static var facts: Facts { get }
    #endif

    init(_ options: OptionValues) throws(LossError)
}

/// The list of the losses of segments and batches, in the same order for every instruction set.
///
/// To add one, write its file and add a line here.
package enum SegmentLosses {
    private static let types: [any SegmentwiseLoss.Type] = [
        NTXent.self,
        LambdaRankNDCG.self,
        CTC.self,
        CumulativeLink.self,
        CRPSEnsemble.self,
        QuantileGrid.self,
        WeightedIntervalScore.self,
        EnergyScore.self,
        VariogramScore.self,
        TopKDistillation.self,
        MoELoadBalancing.self,
        RRHF.self,
        AOT.self,
        GSPO.self,
        GMPO.self,
        VESPO.self,
        SLOPE.self,
        VariationPenalty.self,
        Orthogonal.self,
        SoftOrthogonal.self,
        NuclearNorm.self,
    ]

    #if !FUSED
    /// The facts of each loss.
    package static var facts: [Facts] { types.map { $0.facts } }
    #endif

    /// A loss with its options set, by its index in the list.
    static func kernel(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any SegmentKernel {
        try types[index].init(options)
    }
}

extension Kernels {
    package static func segmentLoss(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any SegmentKernel {
        try SegmentLosses.kernel(index, options)
    }
}

/// The summaries of inputs that several losses have.
enum SegmentInputs {
    static let lengths =
        "the number of elements of each segment: documents of a query, or frames of a sequence"
}
