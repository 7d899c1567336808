// SPDX-License-Identifier: Apache-2.0

package import ArrayMath
package import LossFacts

/// A loss in the list of row-wise losses.
protocol ListedRowLoss: SendableMetatype {
    #if !FUSED
    static var facts: Facts { get }
    #endif

    /// Sets the options, which may select one of several formulas.
    static func kernel(_ options: OptionValues) throws(LossError) -> any RowKernel
}

/// A row-wise loss that is a single formula.
protocol RowwiseLoss: RowFormula, ListedRowLoss {
    init(_ options: OptionValues) throws(LossError)
}

extension RowwiseLoss {
    static func kernel(_ options: OptionValues) throws(LossError) -> any RowKernel {
        try Self(options)
    }
}

/// The list of the row-wise losses, in the same order for every instruction set.
///
/// To add one, write its file and add a line here.
package enum RowLosses {
    private static let types: [any ListedRowLoss.Type] = [
        CategoricalCrossEntropy.self,
        MultiMargin.self,
        MulticlassHinge.self,
        MulticlassPerceptron.self,
        GeneralizedCrossEntropy.self,
        SoftmaxFocal.self,
        Poly1CrossEntropy.self,
        MAESoftmax.self,
        SymmetricCrossEntropy.self,
        Sparsemax.self,
        Entmax15.self,
        Entmax.self,
        Distillation.self,
        CausalLMCrossEntropy.self,
        ReverseKL.self,
        GeneralizedJSD.self,
        SkewKL.self,
        TotalVariationDistillation.self,
        RouterZLoss.self,
        Entropy.self,
        MultilabelMargin.self,
        MultilabelSoftMargin.self,
        AsymmetricMultilabel.self,
        ZLPR.self,
        Coral.self,
        Corn.self,
        RankedProbabilityScore.self,
        KullbackLeiblerDivergence.self,
        GeneralizedKullbackLeibler.self,
        JensenShannonDivergence.self,
        RenyiDivergence.self,
        AlphaDivergence.self,
        BetaDivergence.self,
        ChiSquare.self,
        HellingerDistance.self,
        TotalVariation.self,
        Wasserstein.self,
        CosineDistance.self,
        TripletMargin.self,
        Dice.self,
        GroupLasso.self,
    ]

    #if !FUSED
    /// The facts of each loss.
    package static var facts: [Facts] { types.map { $0.facts } }
    #endif

    /// A loss with its options set, by its index in the list.
    static func kernel(_ index: Int, _ options: OptionValues) throws(LossError) -> any RowKernel {
        try types[index].kernel(options)
    }
}

extension Kernels {
    package static func rowLoss(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any RowKernel {
        try RowLosses.kernel(index, options)
    }
}
