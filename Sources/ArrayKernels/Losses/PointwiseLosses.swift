// SPDX-License-Identifier: Apache-2.0

package import ArrayMath
package import LossFacts

/// The list of the elementwise losses, in the same order for every instruction set.
///
/// To add one, write its file and add a line here.
package enum PointwiseLosses {
    private static let types: [any ListedLoss.Type] = [
        SquaredError.self,
        HalfSquaredError.self,
        AbsoluteError.self,
        Huber.self,
        SmoothL1.self,
        PseudoHuber.self,
        LogCosh.self,
        LogisticDistance.self,
        Fair.self,
        Cauchy.self,
        Welsch.self,
        GemanMcClure.self,
        TukeyBiweight.self,
        EpsilonInsensitive.self,
        SquaredEpsilonInsensitive.self,
        Periodic.self,
        Wing.self,
        Linex.self,
        PowerDistance.self,
        GeneralRobust.self,
        Pinball.self,
        Expectile.self,
        QuantileHuber.self,
        SquaredLogError.self,
        AbsolutePercentageError.self,
        SquaredPercentageError.self,
        SymmetricPercentageError.self,
        PoissonNLL.self,
        HalfPoissonDeviance.self,
        HalfGammaDeviance.self,
        HalfInverseGaussianDeviance.self,
        TweedieNLL.self,
        HalfTweedieDeviance.self,
        GaussianNLL.self,
        CRPSNormal.self,
        CRPSLogistic.self,
        CRPSLaplace.self,
        CRPSLognormal.self,
        CRPSPoisson.self,
        CRPSGamma.self,
        CRPSStudentT.self,
        DawidSebastiani.self,
        IntervalScore.self,
        GaussianNLLLogVariance.self,
        LaplaceNLL.self,
        StudentTNLL.self,
        EvidentialNIG.self,
        GammaNLL.self,
        BetaNLL.self,
        NegativeBinomialNLL.self,
        ZeroInflatedPoissonNLL.self,
        HurdlePoissonNLL.self,
        BinaryCrossEntropy.self,
        BinaryFocal.self,
        Brier.self,
        LogisticMargin.self,
        ExponentialMargin.self,
        Hinge.self,
        SquaredHinge.self,
        SmoothedHinge.self,
        ModifiedHuber.self,
        BinarySparsemax.self,
        Perceptron.self,
        L2Margin.self,
        SigmoidMargin.self,
        Savage.self,
        Tangent.self,
        BinaryProbit.self,
        DistanceWeightedDiscrimination.self,
        ZeroOne.self,
        CrossEntropyLambda.self,
        DPO.self,
        DPORobust.self,
        DPOHinge.self,
        IPO.self,
        DPOEXO.self,
        NCA.self,
        BCO.self,
        SPPO.self,
        APOZero.self,
        APODown.self,
        FDPO.self,
        DiscoPOP.self,
        SLiC.self,
        KTO.self,
        CPO.self,
        SimPO.self,
        AlphaPO.self,
        ORPO.self,
        BradleyTerry.self,
        Reinforce.self,
        ImportanceSampling.self,
        PPO.self,
        CISPO.self,
        SAPO.self,
        DRO.self,
        DPPO.self,
        AWR.self,
        DynamicFineTuning.self,
        ValueClipped.self,
        PolicyKL.self,
        CorrectedKL.self,
        StraightThroughKL.self,
        L1.self,
        L2.self,
        ElasticNet.self,
        MinimaxConcavePenalty.self,
        SCAD.self,
        LogSum.self,
        SquareRootPenalty.self,
        TwoThirdsPenalty.self,
        Box.self,
        Positive.self,
    ]

    #if !FUSED
    /// The facts of each loss.
    package static var facts: [Facts] { types.map { $0.facts } }
    #endif

    /// A loss with its options set, by its index in the list.
    static func kernel(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any ElementKernel {
        try types[index].kernel(options)
    }
}

extension Kernels {
    package static func pointwiseLoss(
        _ index: Int,
        _ options: OptionValues
    ) throws(LossError) -> any ElementKernel {
        try PointwiseLosses.kernel(index, options)
    }
}
