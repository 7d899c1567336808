// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("A problem")
struct ProblemTests {
    /// An invalid body and the expected problem.
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let body: String
        let kind: ProblemKind.Service
        let pointer: String?
        /// The essential part of the sentence.
        let contains: String

        init(
            _ body: String,
            to path: String = "/v1/losses/huber",
            _ kind: ProblemKind.Service,
            _ pointer: String?,
            contains: String
        ) {
            self.path = path
            self.body = body
            self.kind = kind
            self.pointer = pointer
            self.contains = contains
        }

        var testDescription: String { "\(path) \(body.prefix(200))" }
    }

    private static let categorical = "/v1/losses/categorical_cross_entropy"
    private static let binary = "/v1/losses/binary_cross_entropy"
    private static let divergence = "/v1/losses/kl_divergence"
    private static let contrastive = "/v1/losses/nt_xent"
    private static let ranking = "/v1/losses/lambdarank_ndcg"
    private static let alignment = "/v1/losses/ctc"

    /// So many elements that their pairs exceed the default number of steps.
    private static func many(_ element: String) -> String {
        repeatElement(element, count: 5_600).joined(separator: ",")
    }

    static let cases = [
        Case(
            #"{"predictions":[1,NaN]}"#,
            .malformedJSON,
            "/predictions/1",
            contains:
                #"NaN at byte 18 is not valid JSON; send a finite number. For a missing value, send null with "missing": "skip"."#
        ),
        Case(
            #"{"predictions":[1e100,0],"targets":[0,0],"outputs":["statistics"]}"#,
            to: "/v1/losses/squared_error",
            .notFinite,
            "/predictions",
            contains: "The variance of the losses"
        ),
        Case(
            #"{"predictions":[1],"targets":[2],"mask":[0],"reduction":"sum","outputs":["statistics"]}"#,
            .nothingToAverage,
            "/mask",
            contains: "mask"
        ),
        Case(
            #"{"predictions":[[1,2]],"targets":[[1,2]],"skew":1e-205}"#,
            to: "/v1/losses/skew_kl",
            .outOfRange,
            "/skew",
            contains: "[1e-200, 1)"
        ),
        Case(#"{"delta":.5}"#, .malformedJSON, "/delta", contains: "write, for example, 0.5"),
        Case(
            #"{"predictions":[1],"targets":[true]}"#,
            .wrongKind,
            "/targets/0",
            contains: "send 1 for true and 0 for false."
        ),
        Case(
            #"{"logprobs":[true]}"#,
            to: "/v1/losses/kto",
            .wrongKind,
            "/logprobs/0",
            contains: "send 1 for true and 0 for false."
        ),
        Case(
            #"{"alpha":0.5}"#,
            to: "/v1/losses/pinball",
            .unknownField,
            "/alpha",
            contains: #"Use "tau"."#
        ),
        Case(
            #"{"power":0.5}"#,
            to: "/v1/losses/generalized_cross_entropy",
            .unknownField,
            "/power",
            contains: #"Use "q"."#
        ),
        Case(#"{"q":3}"#, to: "/v1/losses/lp", .unknownField, "/q", contains: #"Use "power"."#),
        Case(
            #"{"alpha":1}"#,
            to: "/v1/penalties/lasso",
            .unknownField,
            "/alpha",
            contains: #"Use "strength"."#
        ),
        Case(
            #"{"alpha":1}"#,
            to: "/v1/penalties/ridge",
            .unknownField,
            "/alpha",
            contains: #"Use "strength"."#
        ),
        Case(
            #"{"epsilon":0.2}"#,
            to: "/v1/losses/ppo",
            .unknownField,
            "/epsilon",
            contains: #"Use "clip_low" and "clip_high"."#
        ),
        Case(
            #"{"clip_range":0.2}"#,
            to: "/v1/losses/ppo",
            .unknownField,
            "/clip_range",
            contains: #"Use "clip_low" and "clip_high"."#
        ),
        Case(
            #"{"clip_ratio_high":0.28}"#,
            to: "/v1/losses/ppo",
            .unknownField,
            "/clip_ratio_high",
            contains: #"Use "clip_high"."#
        ),
        Case(
            #"{"reduction":"seq-mean-token-sum-norm"}"#,
            to: "/v1/losses/ppo",
            .notAllowed,
            "/reduction",
            contains: #"Use "mean" with verl's loss_scale_factor as the "normalizer""#
        ),
        Case(
            #"{"predictions":[[1,2,3],[1,2,3]],"targets":[[1,1,0],[1,0,1]]}"#,
            to: "/v1/losses/coral",
            .outsideDomain,
            "/targets/1/2",
            contains: "targets[1, 2] is 1 behind a 0, but a rank r is r ones, then zeros"
        ),
        Case(
            #"{"predictions":[[1,2],[3,4]],"targets":[[0,0],[1,0]],"axis":0}"#,
            to: "/v1/losses/corn",
            .outsideDomain,
            "/targets/1/0",
            contains: "use binary_cross_entropy."
        ),
        Case(#"{"predictions":[1,2"#, .malformedJSON, "/predictions", contains: "]"),
        Case(
            #"{"predictions":[1],"predictions":[1]}"#,
            .malformedJSON,
            "/predictions",
            contains: "twice"
        ),
        Case(#"{"predictions":["1"]}"#, .wrongKind, "/predictions/0", contains: "without quotes"),
        Case(
            #"{"predictions":[null],"targets":[1]}"#,
            .missingValue,
            "/predictions/0",
            contains: "null"
        ),
        Case(#"[1]"#, .wrongKind, "", contains: "object"),
        Case(#"{"predictions":[[1],[1,2]]}"#, .raggedArray, "/predictions/1", contains: "length 2"),
        Case(#"{"predictions":1e999}"#, .numberTooLarge, "/predictions", contains: "1e999"),
        Case(
            #"{"prediction":[1]}"#,
            .unknownField,
            "/prediction",
            contains: "Unknown field \"prediction\". Use \"predictions\"."
        ),
        Case(#"{"a/b~c":[1]}"#, .unknownField, "/a~1b~0c", contains: "Allowed fields: "),
        // Combining marks change the characters `/` and `~`, but not their bytes.
        Case(
            "{\"a/\u{304}b~\u{338}\":[1]}",
            .unknownField,
            "/a~1\u{304}b~0\u{338}",
            contains: "Allowed fields: "
        ),
        Case(#"{"predictions":[1]}"#, .missingField, "/targets", contains: "\"targets\""),
        Case(#"{"targets":[1]}"#, .missingField, "/predictions", contains: "\"predictions\""),
        Case(
            #"{"predictions":1,"targets":1,"reduction":"men"}"#,
            .notAllowed,
            "/reduction",
            contains: "Did you mean \"mean\"?"
        ),
        Case(
            #"{"predictions":1,"targets":1,"outputs":["loss","grad"]}"#,
            .notAllowed,
            "/outputs/1",
            contains: "gradient"
        ),
        Case(
            #"{"predictions":1,"targets":1,"outputs":[]}"#,
            .notAllowed,
            "/outputs",
            contains: "empty"
        ),
        Case(
            #"{"predictions":1,"targets":1,"delta":0}"#,
            .outOfRange,
            "/delta",
            contains: "delta is 0, but must be a number > 0"
        ),
        Case(
            #"{"predictions":1,"targets":1,"delta":"1"}"#,
            .wrongKind,
            "/delta",
            contains: "number"
        ),
        Case(#"{"predictions":null,"targets":1}"#, .missingValue, "/predictions", contains: "null"),
        Case(
            #"{"predictions":[],"targets":[]}"#,
            .emptyInput,
            "/predictions",
            contains: "at least one"
        ),
        Case(
            #"{"predictions":[[1],[2]],"targets":[1,2]}"#,
            .shapeMismatch,
            "/targets",
            contains: "The shape of targets is [2], that of predictions [2, 1]."
        ),
        Case(
            #"{"predictions":[1,2],"targets":[1,2],"weights":[1]}"#,
            .shapeMismatch,
            "/weights",
            contains: "a number or shape [2]"
        ),
        Case(
            #"{"predictions":[1,2],"targets":[1,2],"weights":[1,-1]}"#,
            .outsideDomain,
            "/weights/1",
            contains: "weights[1] is -1"
        ),
        Case(
            #"{"predictions":[1,2],"targets":[1,2],"weights":[0,0]}"#,
            .nothingToAverage,
            "/weights",
            contains: "greater than 0"
        ),
        Case(
            #"{"predictions":[1e200,1],"targets":[-1e200,1]}"#,
            to: "/v1/losses/mse",
            .notFinite,
            "/predictions/0",
            contains: "The loss at predictions[0], or a number from which it is computed, is "
        ),
        Case(
            #"{"predictions":[1.5],"targets":[1]}"#,
            to: binary,
            .outsideDomain,
            "/predictions/0",
            contains: "predictions[0] is 1.5, but must be a number in [0, 1]"
        ),
        Case(
            #"{"predictions":[0],"targets":[1],"epsilon":0}"#,
            to: binary,
            .notFinite,
            "/predictions/0",
            contains: "epsilon"
        ),
        Case(
            #"{"predictions":[[1,2],[3,4]],"targets":[1,2],"tau":[0.1,0.9]}"#,
            to: "/v1/losses/pinball",
            .shapeMismatch,
            "/targets",
            contains: "repeat each target for every one; the loss quantile_grid"
        ),
        Case(
            #"{"predictions":[1,2],"targets":[1,2],"tau":[0.1,0.9],"axis":3}"#,
            to: "/v1/losses/pinball",
            .outOfRange,
            "/axis",
            contains: "from -1 to 0"
        ),
        Case(
            #"{"predictions":[[1,2,3]],"targets":[[0,1,1]]}"#,
            to: "/v1/losses/multi_margin",
            .outsideDomain,
            "/targets/0",
            contains: "targets[0, :] has 2 ones"
        ),
        Case(
            #"{"predictions":[[1,2,3]],"targets":[[0,0.5,0.5]]}"#,
            to: "/v1/losses/multi_margin",
            .outsideDomain,
            "/targets/0/1",
            contains: "a single 1 in each row"
        ),
        Case(
            #"{"predictions":[[1,2]],"targets":[3]}"#,
            to: "/v1/losses/coral",
            .outsideDomain,
            "/targets/0",
            contains: "from 0 to 2"
        ),
        Case(
            #"{"predictions":[[1,2]],"targets":[[1,0]],"pos_weight":[1,2,3],"from_logits":true}"#,
            to: binary,
            .wrongLength,
            "/pos_weight",
            contains: "3 numbers, but must have 2"
        ),
        Case(
            #"{"predictions":[1],"targets":[0]}"#,
            to: "/v1/losses/hinge",
            .outsideDomain,
            "/targets/0",
            contains: "-1 or 1"
        ),
        Case(
            #"{"predictions":[1],"targets":[1],"label_encoding":"zero_one"}"#,
            to: "/v1/losses/hinge",
            .notAllowed,
            "/label_encoding",
            contains: "\"signed\" or \"binary\""
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[2]}"#,
            to: categorical,
            .outsideDomain,
            "/targets/0",
            contains: "from 0 to 1"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[0.5]}"#,
            to: categorical,
            .outsideDomain,
            "/targets/0",
            contains: "integer"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[[0.5,1]]}"#,
            to: categorical,
            .notADistribution,
            "/targets/0",
            contains: "sum to 1.5"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[0],"class_weights":[1]}"#,
            to: categorical,
            .wrongLength,
            "/class_weights",
            contains: "1 number, but must have 2"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[0],"class_weights":[1,-2]}"#,
            to: categorical,
            .outOfRange,
            "/class_weights/1",
            contains: "-2"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[7],"ignore_index":7}"#,
            to: categorical,
            .nothingToAverage,
            "/targets",
            contains: "ignored"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[0],"axis":2}"#,
            to: categorical,
            .outOfRange,
            "/axis",
            contains: "from -2 to 1"
        ),
        Case(
            #"{"predictions":0.5,"targets":0}"#,
            to: categorical,
            .shapeMismatch,
            "/predictions",
            contains:
                "predictions is a single number, but a row-wise loss, or an axis, needs arrays."
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[0],"ignore_index":0.5}"#,
            to: categorical,
            .outOfRange,
            "/ignore_index",
            contains: "ignore_index is 0.5, but must be an integer."
        ),
        Case(
            #"{"predictions":[[-1,-1]],"targets":[[1,0]],"log_predictions":true,"from_logits":true}"#,
            to: divergence,
            .conflictingOptions,
            "/log_predictions",
            contains: "cannot be combined"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[[-1,-1]],"log_targets":true}"#,
            to: divergence,
            .notADistribution,
            "/targets/0",
            contains: "exponentials"
        ),
        Case(
            #"{"predictions":1,"targets":1,"reduction":"none","regularization":[{"penalty":"l1","parameters":1}]}"#,
            .conflictingOptions,
            "/regularization",
            contains: "none"
        ),
        Case(
            #"{"predictions":1,"targets":1,"regularization":[{"penalty":"l3","parameters":1}]}"#,
            .notAllowed,
            "/regularization/0/penalty",
            contains: "\"l1\""
        ),
        Case(
            #"{"predictions":1,"targets":1,"regularization":[{"penalty":"l1"}]}"#,
            .missingField,
            "/regularization/0/parameters",
            contains: "parameters"
        ),
        Case(
            #"{"predictions":1,"targets":1,"regularization":[{"parameters":1}]}"#,
            .missingField,
            "/regularization/0/penalty",
            contains: "penalty"
        ),
        Case(
            #"{"predictions":1,"targets":1,"regularization":[{"penalty":"l1","parameters":1,"strength":-1}]}"#,
            .outOfRange,
            "/regularization/0/strength",
            contains: "-1"
        ),
        Case(
            #"{"predictions":1,"targets":1,"regularization":[{"penalty":"l1","parameters":1,"l1_ratio":1}]}"#,
            .unknownField,
            "/regularization/0/l1_ratio",
            contains: "strength"
        ),
        Case(
            #"{"predictions":1,"targets":1,"regularization":[{"penalty":"l1","parametres":1}]}"#,
            .unknownField,
            "/regularization/0/parametres",
            contains: "Did you mean \"parameters\"?"
        ),
        Case(
            #"{"parameters":[],"reduction":"mean"}"#,
            to: "/v1/penalties/l2",
            .emptyInput,
            "/parameters",
            contains: "at least one"
        ),
        Case(
            #"{"parameters":1,"strenght":1}"#,
            to: "/v1/penalties/l2",
            .unknownField,
            "/strenght",
            contains: "Did you mean \"strength\"?"
        ),
        Case(
            #"{"predictions":[[2.3,-0.5,0.1]],"targets":[0]}"#,
            to: "/v1/losses/cce",
            .outsideDomain,
            "/predictions/0/0",
            contains: #"accepted with "from_logits": true."#
        ),
        Case(
            #"{"predictions":[[0.1,0.2]],"targets":[-100]}"#,
            to: "/v1/losses/cross_entropy",
            .outsideDomain,
            "/targets/0",
            contains: #"With "ignore_index": -100, rows of that class are ignored."#
        ),
        Case(
            #"{"predictions":[[-1,-1]],"targets":[[1,0]]}"#,
            to: "/v1/losses/kl_divergence",
            .outsideDomain,
            "/predictions/0/0",
            contains: #"accepted with "log_predictions": true or "from_logits": true."#
        ),
        Case(
            #"{"predictions":[[0.4,0.6]],"targets":[[1,0]],"log_predictions":true}"#,
            to: "/v1/losses/kl_divergence",
            .outsideDomain,
            "/predictions/0/0",
            contains: #""log_predictions": false"#
        ),
        Case(
            #"{"predictions":[0.3],"targets":[0]}"#,
            to: "/v1/losses/hinge",
            .outsideDomain,
            "/targets/0",
            contains: #""label_encoding": "binary""#
        ),
        Case(
            #"{"predictions":[0.3],"targets":[0],"from_logits":false}"#,
            to: "/v1/losses/bce_with_logits",
            .conflictingOptions,
            "/from_logits",
            contains: "use the name binary_cross_entropy"
        ),
        Case(
            #"{"predictions":[[0.5,0.0],[0.5,1.0]],"targets":[0,0],"axis":0,"epsilon":0}"#,
            to: "/v1/losses/cce",
            .notFinite,
            "/predictions/0/1",
            contains: "is infinite"
        ),
        Case(
            #"{"parameters":[1.7e308],"strength":10}"#,
            to: "/v1/penalties/l2",
            .notFinite,
            "/parameters/0",
            contains: "less extreme inputs, weights and options"
        ),
        Case(
            #"{"predictions":[0.5],"targets":[1],"weights":[-0.5]}"#,
            to: "/v1/losses/bce",
            .outsideDomain,
            "/weights/0",
            contains: "must be a number >= 0."
        ),
        Case(
            #"{"predictions":[[0.1,0.2]],"targets":[2]}"#,
            to: "/v1/losses/cross_entropy",
            .outsideDomain,
            "/targets/0",
            contains: "Classes are counted from 0."
        ),
        Case(
            #"{"predictions":[[0.4,0.6]],"targets":[[0.5,0.5]]}"#,
            to: "/v1/losses/KLDivLoss",
            .outsideDomain,
            "/predictions/0/0",
            contains:
                #"At /v1/losses/kl_divergence it would be accepted with "log_predictions": false."#
        ),
        Case(#"{}"#, to: "/v1/losses/lasso", .unknownLoss, nil, contains: "/v1/penalties/l1"),
        Case(
            #"{}"#,
            to: "/v1/penalties/mse",
            .unknownPenalty,
            nil,
            contains: "/v1/losses/squared_error"
        ),
        Case(#"{}"#, to: "/v1/losses/nll_loss", .unknownLoss, nil, contains: "valid logits"),
        Case(
            #"{"predictions":[[0.2],[0.7]],"targets":[[1],[1]]}"#,
            to: "/v1/losses/cross_entropy",
            .shapeMismatch,
            "/predictions",
            contains: "use binary_cross_entropy"
        ),
        Case(
            #"{"predictions":[[0.2,0.8]],"targets":[0],"class_weights":[1,1e200]}"#,
            to: "/v1/losses/cce",
            .outOfRange,
            "/class_weights/1",
            contains: "must be 0 or a number in [1e-150, 1e150]"
        ),
        Case(
            #"{"predictions":[0.2],"targets":[0],"pos_weight":1e-151}"#,
            to: "/v1/losses/bce",
            .outOfRange,
            "/pos_weight",
            contains: "must be 0 or a number in [1e-150, 1e150]"
        ),
        Case(
            #"{"predictions":[0.2],"targets":[0],"pos_weight":-1}"#,
            to: "/v1/losses/bce",
            .outOfRange,
            "/pos_weight",
            contains: "must be 0 or a number in [1e-150, 1e150]"
        ),
        Case(
            #"{"predictions":[[0.2,0.8]],"targets":[0],"ignore_index":1e300}"#,
            to: "/v1/losses/cce",
            .outOfRange,
            "/ignore_index",
            contains: "must be an integer from -9007199254740991 to 9007199254740991"
        ),
        Case(
            #"{"predictions":[[0.2,0.8]],"targets":[0],"ignore_index":0.5}"#,
            to: "/v1/losses/cce",
            .outOfRange,
            "/ignore_index",
            contains: "an integer"
        ),
        Case(
            #"{"predictions":[[0.2,0.8]],"targets":[[0.5,0.502]]}"#,
            to: "/v1/losses/cce",
            .notADistribution,
            "/targets/0",
            contains: "targets[0, :] sum to 1.002, but must sum to 1, to within 0.001."
        ),
        Case(
            #"{"predictions":[[0.5,0],[0.5,0.8]],"targets":[0,0],"axis":0}"#,
            to: "/v1/losses/cce",
            .notADistribution,
            "/predictions/0/1",
            contains: "predictions[:, 1] sum to 0.8, but must sum to 1, to within 0.001. With "
                + "\"check_sums\": false, they are used as they are."
        ),
        Case(
            #"{"predictions":[[0.2,0.8]],"targets":[[1,1]]}"#,
            to: "/v1/losses/cce",
            .notADistribution,
            "/targets/0",
            contains: "For several classes at once, use binary_cross_entropy."
        ),
        Case(
            #"{"predictions":[[]],"targets":[0]}"#,
            to: "/v1/losses/cce",
            .emptyInput,
            "/predictions",
            contains: "at least one number"
        ),
        Case(
            #"{"predictions":[1]}"#,
            to: "/v1/losses/gaussian_nll",
            .unknownField,
            "/predictions",
            contains: "Use \"mean\"."
        ),
        Case(
            #"{"mean":[1,2],"variance":null,"targets":[1,2]}"#,
            to: "/v1/losses/gaussian_nll",
            .missingValue,
            "/variance",
            contains: "variance is null"
        ),
        Case(
            #"{"predictions":[1],"targets":[2],"regularization":[{"penalty":"l2","outputs":["loss"]}]}"#,
            to: "/v1/losses/mse",
            .unknownField,
            "/regularization/0/outputs",
            contains: "Unknown field \"outputs\""
        ),
        Case(
            #"{"embeddings":[[1,2],[0,1],[3,1]],"labels":[0,1,2]}"#,
            to: contrastive,
            .undefinedLoss,
            "/labels",
            contains: "at least one label must occur twice"
        ),
        Case(
            #"{"embeddings":[[1,2],[0,0],[3,1]],"labels":[0,0,1]}"#,
            to: contrastive,
            .undefinedLoss,
            "/embeddings/1",
            contains: "embeddings[1] consists of zeros"
        ),
        Case(
            #"{"predictions":[[1,2],[3,1]],"targets":[[1,1],[0,0]]}"#,
            to: "/v1/losses/cosine_distance",
            .undefinedLoss,
            "/targets/1",
            contains: "targets[1] consists of zeros: it has no direction"
        ),
        Case(
            #"{"predictions":[[1,0],[3,0]],"targets":[[1,1],[0,0]],"axis":0,"outputs":["gradient"]}"#,
            to: "/v1/losses/cosine_distance",
            .undefinedLoss,
            "/predictions/0/1",
            contains: "predictions[0, 1] consists of zeros: it has no direction"
        ),
        Case(
            #"{"parameters":[1],"l1":0.1,"l2":0.2}"#,
            to: "/v1/penalties/l1_l2",
            .unknownField,
            "/l1",
            contains: "set \"strength\" to l1 + 2 l2 and \"l1_ratio\" to l1 / (l1 + 2 l2)"
        ),
        Case(
            #"{"parameters":[1],"l2":0.2}"#,
            to: "/v1/penalties/l2",
            .unknownField,
            "/l2",
            contains: "Use \"strength\""
        ),
        Case(
            #"{"embeddings":[[1,2],[0,1]],"labels":[0,0.5]}"#,
            to: contrastive,
            .outsideDomain,
            "/labels/1",
            contains: "labels[1] is 0.5, but must be an integer"
        ),
        // Read as doubles, it and the integer before it would be equal.
        Case(
            #"{"embeddings":[[1,2],[0,1]],"labels":[0,9007199254740993]}"#,
            to: contrastive,
            .outsideDomain,
            "/labels/1",
            contains: "below 2^53"
        ),
        Case(
            #"{"embeddings":[1,2],"labels":[0,0]}"#,
            to: contrastive,
            .shapeMismatch,
            "/embeddings",
            contains: "The shape of embeddings is [2], but must be N K."
        ),
        Case(
            #"{"embeddings":[[1,2],[3,4]],"labels":[0,0,1]}"#,
            to: contrastive,
            .shapeMismatch,
            "/labels",
            contains: "accepted: [2]"
        ),
        Case(
            #"{"embeddings":[\#(many("[1]"))],"labels":[\#(many("0"))]}"#,
            to: contrastive,
            .tooManySteps,
            nil,
            contains: "needs 1034880000 steps, which exceeds the limit of 1000000000 (--steps)"
        ),
        Case(
            #"{"parameters":[0.5,-0.25]}"#,
            to: "/v1/penalties/positive",
            .outsideDomain,
            "/parameters/1",
            contains: "must be a number >= 0."
        ),
        Case(
            #"{"parameters":[1],"lower":2}"#,
            to: "/v1/penalties/box",
            .outOfRange,
            "/upper",
            contains: "upper is 1, but must be a number >= lower, which is 2."
        ),
        Case(
            #"{"parameters":[1,2],"alphas":[1,2]}"#,
            to: "/v1/penalties/slope",
            .outOfRange,
            "/alphas/1",
            contains: "at most the one before, 1."
        ),
        Case(
            #"{"predictions":[1,2],"targets":[0,1]}"#,
            to: ranking,
            .missingField,
            "/query_ids",
            contains: "Either \"query_ids\" or \"lengths\" is required."
        ),
        Case(
            #"{"predictions":[1,2],"targets":[0,1],"query_ids":[0,0],"lengths":[2]}"#,
            to: ranking,
            .conflictingOptions,
            "/lengths",
            contains: "query_ids and lengths cannot be combined"
        ),
        Case(
            #"{"predictions":[1,2],"targets":[0,1],"lengths":[1,2]}"#,
            to: ranking,
            .shapeMismatch,
            "/lengths",
            contains:
                "The numbers of lengths add up to 3, but must add up to 2, the length of predictions."
        ),
        Case(
            #"{"predictions":[1,2],"targets":[0,1],"lengths":[1,-1]}"#,
            to: ranking,
            .outsideDomain,
            "/lengths/1",
            contains: "lengths[1] is -1, but must be an integer from 0 to 2."
        ),
        Case(
            #"{"predictions":[1,2],"targets":[0,1],"lengths":[1e300]}"#,
            to: ranking,
            .outsideDomain,
            "/lengths/0",
            contains: "must be an integer from 0 to 2"
        ),
        Case(
            #"{"predictions":[1,2],"targets":[0,1],"query_ids":[0,null],"missing":"skip"}"#,
            to: ranking,
            .missingValue,
            "/query_ids/1",
            contains: "assigns elements to a group"
        ),
        Case(
            #"{"predictions":[1,2],"targets":[0,-1],"query_ids":[0,0]}"#,
            to: ranking,
            .outsideDomain,
            "/targets/1",
            contains: "targets[1] is -1, but must be a number >= 0"
        ),
        Case(
            #"{"predictions":[1],"targets":[0],"lengths":[1],"truncation_level":-1}"#,
            to: ranking,
            .outOfRange,
            "/truncation_level",
            contains: "truncation_level is -1, but must be an integer >= 0"
        ),
        Case(
            #"{"predictions":[1e308,-1e308],"targets":[0,1],"lengths":[2]}"#,
            to: ranking,
            .notFinite,
            "/predictions/0",
            contains: "too large"
        ),
        Case(
            #"{"predictions":[[[0.5,0.5]],[[0.5,0.5]]],"targets":[[1,1],[1,1]],"target_lengths":[1,2]}"#,
            to: alignment,
            .undefinedLoss,
            "/targets/1",
            contains:
                "targets[1] needs 3 frames, one for each class and one for a blank between two "
                + "equal classes, but there is 1. With \"zero_infinity\": true"
        ),
        Case(
            #"{"predictions":[[1,0],[1,0]],"targets":[1]}"#,
            to: alignment,
            .undefinedLoss,
            "/targets",
            contains: "Every alignment of targets with the predictions has probability 0"
        ),
        Case(
            #"{"predictions":[[[0.5,0.5],[0.5,0.5]]],"targets":[[1,0]]}"#,
            to: alignment,
            .outsideDomain,
            "/targets/0/1",
            contains:
                "targets[0, 1] is 0, but must be a class index from 0 to 1, and not 0, which is "
                + "the blank."
        ),
        Case(
            #"{"predictions":[[[0.5,0.5],[0.5,0.5]]],"targets":[[1e30,0]]}"#,
            to: alignment,
            .outsideDomain,
            "/targets/0/0",
            contains: "is 1e30, but must be a class index"
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[1],"lengths":2}"#,
            to: alignment,
            .outsideDomain,
            "/lengths",
            contains: "lengths is 2, but must be an integer from 0 to 1."
        ),
        Case(
            #"{"predictions":[[0.5,0.5]],"targets":[0],"blank":2}"#,
            to: alignment,
            .outOfRange,
            "/blank",
            contains: "blank is 2, but must be a class index from 0 to 1."
        ),
        Case(
            #"{"predictions":[[-0.5,0.5]],"targets":[1]}"#,
            to: alignment,
            .outsideDomain,
            "/predictions/0/0",
            contains: "It would be accepted with \"from_logits\": true."
        ),
        Case(
            #"{"predictions":[0.5,0.5],"targets":[1]}"#,
            to: alignment,
            .shapeMismatch,
            "/predictions",
            contains: "must be * T K, in which * stands for any dimensions or none."
        ),
        Case(
            #"{"predictions":[[[0.5,0.5]],[[0.5,0.5]]],"targets":[1,1]}"#,
            to: alignment,
            .shapeMismatch,
            "/targets",
            contains: "accepted: [2, S]."
        ),
        Case(#"{}"#, to: "/v1/losses/logloss", .unknownLoss, nil, contains: "for two classes"),
        Case(#"{}"#, to: "/v1/losses/Squared-Loss", .unknownLoss, nil, contains: "squared_error"),
        Case(#"{}"#, to: "/v1/losses/rmse", .unknownLoss, nil, contains: "square root"),
        Case(
            #"{}"#,
            to: "/v1/losses/hubber",
            .unknownLoss,
            nil,
            contains: "Did you mean \"huber\"?"
        ),
        Case(#"{}"#, to: "/v1/penalties/l4", .unknownPenalty, nil, contains: "See /v1/penalties"),
        Case(#"{}"#, to: "/v1/loss", .notFound, nil, contains: "/v1/losses"),
    ]

    private let client = Client()

    @Test("names the error, its place and the accepted values", arguments: cases)
    func refusal(sample: Case) throws {
        let response = client.send(.post, sample.path, sample.body)
        let problem = try client.json(response)
        let kind = ProblemKind.service(sample.kind)
        #expect(problem["type"] as? String == kind.type, "\(problem)")
        #expect(problem["title"] as? String == kind.title)
        #expect(problem["status"] as? Int == kind.status.code)
        #expect(response.status == kind.status)
        #expect(response.fields[.contentType] == "application/problem+json")
        #expect(problem["pointer"] as? String == sample.pointer, "\(problem)")
        let detail = try #require(problem["detail"] as? String)
        #expect(detail.contains(sample.contains), "\(detail)")
        #expect(detail.hasSuffix(".") || detail.hasSuffix("?"), "\(detail)")
        #expect((problem["position"] != nil) == (sample.kind == .malformedJSON))
    }

    @Test("has a case here for each kind that a body can cause")
    func coverage() {
        // Problems with the head are tested elsewhere; an internal error cannot be provoked.
        let others: Set<ProblemKind.Service> = [
            .methodNotAllowed, .methodNotImplemented, .unsupportedMediaType,
            .unsupportedContentCoding, .malformedContentCoding, .notAcceptable, .unauthorized,
            .internalError,
            // Those of binary formats are in BinaryFormatTests.
            .malformedTensors, .unsupportedDatatype, .inexactNumber, .resultTooLarge,
            .notAcceptableFormat,
            // That of tables is in TableFormatTests.
            .malformedTable,
            // Those of groups and partial sums are in MergeTests.
            .tooManyGroups, .unlikePartials,
            // That of the Open Inference Protocol is in InferenceTests.
            .extensionNotImplemented,
        ]
        let covered = Set(Self.cases.map { $0.kind })
        #expect(Set(ProblemKind.Service.allCases).subtracting(others) == covered)
    }

    @Test("is explained at the path of its type", arguments: ProblemKind.all)
    func explanation(kind: ProblemKind) throws {
        let response = client.send(.get, kind.type)
        #expect(response.status == .ok)
        let document = try client.json(response)
        #expect(document["type"] as? String == kind.type)
        #expect(document["status"] as? Int == kind.status.code)
        #expect((document["explanation"] as? String)?.hasSuffix(".") == true)
    }

    @Test("represents each refusal of the HTTP layer with its status", arguments: Refusal.allCases)
    func refusals(refusal: Refusal) throws {
        func respond(on path: String) -> Response {
            client.responder.response(
                to: refusal,
                route: RouteName(path),
                length: nil,
                limits: Limits()
            )
        }
        let response = respond(on: "/v1/losses/{loss}")
        #expect(response.status == refusal.status)
        let problem = try client.json(response)
        #expect(response.fields[.contentType] == "application/problem+json")
        // Clients of the Open Inference Protocol read a member of their own.
        let inference = respond(on: "/v2/models/{model}/infer")
        #expect(inference.fields[.contentType] == "application/json")
        #expect(try client.json(inference)["error"] as? String == problem["detail"] as? String)
        #expect(problem["type"] as? String == "/problems/\(refusal.code)")
        #expect(response.fields[.retryAfter] == refusal.retryAfter.map { "\($0)" })
    }

    @Test(
        "has at most 8 KB for any request",
        arguments: ["x", "\u{304}", "/", "~", "\\u0001", "\\\"", "𝄞"]
    )
    func longNames(letter: String) throws {
        let name = String(repeating: letter, count: 10_000)
        let nested = String(repeating: #"{"\#(name)":"#, count: 20)
        let digits = String(repeating: "0", count: 60_000)
        let bodies = [
            #"{"\#(name)":1}"#, #"{"reduction":"\#(name)"}"#, #"{"weights":\#(nested)x"#,
            #"{"outputs":["\#(name)"]}"#, #"{"predictions":"\#(digits)1"}"#,
            #"{"regularization":[{"\#(name)":1}]}"#,
            #"{"regularization":[{"penalty":"\#(name)","parameters":1}]}"#,
        ]
        for body in bodies {
            let response = client.send(.post, "/v1/losses/mse", body)
            #expect(response.status.code >= 400, "\(body.prefix(40))")
            #expect(response.body.count <= 8 * 1_024, "\(body.prefix(40))")
            _ = try #require(client.json(response)["detail"] as? String)
        }
        let missing = client.send(.get, "/v1/losses/\(name)")
        #expect(missing.status == .notFound && missing.body.count <= 8 * 1_024)
    }
}
