// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions

/// The documents of the catalogue's routes.
enum CatalogueDocument {
    /// A list of losses or penalties.
    ///
    /// - Parameters:
    ///   - list: the list.
    ///   - filter: selects the entries; `nil` means all.
    /// - Returns: the document.
    static func list(_ list: CatalogueList, _ filter: CatalogueFilter? = nil) -> JSONValue {
        let facts = filter?.entries(of: list) ?? list.entries.map { $0.facts }
        return JSONValue(present: [
            (list.rawValue, .array(facts.map { brief($0, in: list) })),
            ("hint", (filter?.hint).map { .string($0) }),
            ("reductions", JSONValue(Reduction.allCases.map { $0.rawValue })),
            ("outputs", JSONValue(Outputs.names.map { $0.name })),
        ])
    }

    /// The entry of a loss or penalty in a list.
    private static func brief(_ facts: Facts, in list: CatalogueList) -> JSONValue {
        JSONValue(present: [
            ("name", .string(facts.name)),
            ("family", .string(facts.family.rawValue)),
            ("unit", .string(facts.signature.unit.rawValue)),
            ("summary", .string(facts.summary)),
            ("aliases", JSONValue(facts.aliases.map { $0.name })),
            ("options", JSONValue(facts.options.map { $0.name })),
            ("properties", JSONValue(facts.properties.map { $0.wireName })),
            ("conventions", JSONValue(facts.conventions.map { $0.name })),
            ("bounds", bounds(facts.bounds)),
            ("minimizer", facts.minimizer.map { minimizer($0) }),
            ("href", .string(list.path(of: facts))),
        ])
    }

    /// The full description of a loss or penalty.
    static func entry(_ facts: Facts, in list: CatalogueList) -> JSONValue {
        JSONValue(present: [
            ("name", .string(facts.name)),
            ("family", .string(facts.family.rawValue)),
            ("unit", .string(facts.signature.unit.rawValue)),
            ("summary", .string(facts.summary)),
            (
                "formula",
                [
                    "plain": .string(facts.formula.plain),
                    "gradient": .string(facts.formula.gradient),
                    "tex": .string(facts.formula.tex),
                ]
            ),
            ("aliases", .array(facts.aliases.map { alias($0) })),
            ("options", .array(facts.options.map { option($0) })),
            ("inputs", .array(facts.signature.inputs.map { input($0) })),
            ("default_reduction", .string(facts.defaultReduction.rawValue)),
            ("gradient_kind", .string(facts.gradientKind.rawValue)),
            ("steps", facts.work.map { .string($0.steps.description) }),
            ("conventions", .array(facts.conventions.map { convention($0) })),
            ("kinks", JSONValue(facts.kinks)),
            ("properties", JSONValue(facts.properties.map { $0.wireName })),
            ("bounds", bounds(facts.bounds)),
            ("minimizer", facts.minimizer.map { minimizer($0) }),
            (
                "relations",
                facts.relations.isEmpty ? nil : .array(facts.relations.map { relation($0) })
            ),
            ("outputs", JSONValue(Outputs.names(of: facts))),
            ("diagnostics", facts.diagnostics.map { JSONValue($0.names) }),
            ("notes", JSONValue(facts.notes)),
            ("references", JSONValue(facts.references)),
            ("schema", .string(list.path(of: facts) + "/schema")),
            ("examples", .string(list.path(of: facts) + "/examples")),
        ])
    }

    private static func bounds(_ bounds: Bounds) -> JSONValue? {
        guard !bounds.areEmpty else { return nil }
        return JSONValue(present: [
            ("when", bounds.when.isEmpty ? nil : JSONValue(bounds.when)),
            ("loss", bounds.loss.map { .string($0.description) }),
            ("gradient", bounds.gradient.map { .string($0.description) }),
            ("hessian", bounds.hessian.map { .string($0.description) }),
        ])
    }

    /// The best constant prediction; only a mean has links, through which `outputs` gives it.
    private static func minimizer(_ minimizer: Minimizer) -> JSONValue {
        let links = minimizer.links.map { flag, link in
            JSONValue(present: [
                ("if", flag.map { .string($0) }),
                ("link", .string(link.rawValue)),
                ("mean", .string(link.inverseFormula)),
            ])
        }
        return JSONValue(present: [
            ("statistic", .string(minimizer.statistic.description)),
            ("links", minimizer.statistic == .mean ? .array(links) : nil),
        ])
    }

    private static func relation(_ relation: Relation) -> JSONValue {
        [
            "options": JSONValue(relation.options),
            "factor": .number(relation.factor),
            "loss": .string(relation.other),
            "loss_options": JSONValue(relation.otherOptions),
        ]
    }

    private static func alias(_ alias: Facts.Alias) -> JSONValue {
        JSONValue(present: [
            ("name", .string(alias.name)),
            ("implies", alias.options.isEmpty ? nil : JSONValue(alias.options)),
            ("convention", alias.convention.map { .string($0) }),
        ])
    }

    static func option(_ declaration: OptionDeclaration) -> JSONValue {
        JSONValue(present: [
            ("name", .string(declaration.name)),
            ("summary", .string(declaration.summary)),
            ("type", .string(declaration.typeName)),
            ("default", declaration.defaultValue),
            ("allowed", .string(declaration.expected)),
        ])
    }

    private static func input(_ input: Input) -> JSONValue {
        JSONValue(present: [
            ("name", .string(input.name)),
            ("summary", .string(input.summary)),
            ("required", .boolean(!input.isOptional)),
            ("differentiable", .boolean(input.role != .constant)),
            ("forms", .array(input.acceptedForms.map { form($0) })),
            ("by_sequence", input.mayBeBySequence ? true : nil),
            (
                "tokens",
                input.tokens.map { tokens in
                    [
                        "shape": .string(input.forms[0].tokenShape.description),
                        "mask": .string(tokens.mask),
                        "lengths": .string(tokens.lengths),
                        "usual": .string(tokens.usual.rawValue),
                    ]
                }
            ),
        ])
    }

    private static func form(_ form: AcceptedForm) -> JSONValue {
        let options = form.condition.options
        return JSONValue(present: [
            ("shape", .string(form.shape.description)),
            ("when", options.isEmpty ? nil : JSONValue(options)),
            ("domain", .string(form.condition.domain.description)),
            ("kind", .string(form.condition.domain.kind.rawValue)),
            ("number", form.condition.domain.numberSchema),
        ])
    }

    private static func convention(_ convention: Convention) -> JSONValue {
        JSONValue(present: [
            ("name", .string(convention.name)),
            ("version", .string(convention.version)),
            ("options", JSONValue(convention.options)),
            ("reduction", convention.reduction.map { .string($0.rawValue) }),
            ("counts_classes", convention.countsClasses ? .boolean(true) : nil),
            ("hessian_kind", .string(convention.surrogate == nil ? "exact" : "positive")),
            ("hessian_scale", convention.surrogate.map { .string($0.scale.description) }),
            ("hessian_floor", convention.surrogate?.floor.map { .number($0) }),
            ("notes", JSONValue(convention.notes)),
        ])
    }
}

extension OptionDeclaration {
    var typeName: String {
        switch kind {
        case .number: "number"
        case .integer: "integer"
        case .flag: "boolean"
        case .choice: "string"
        case .numbers: "number or array of numbers"
        }
    }

    /// The value if the option is omitted; null if the default is not itself a value.
    var defaultValue: JSONValue {
        switch kind {
        case .number(let value, _): .number(value)
        case .integer(let value, _): value.map { .integer($0) } ?? .null
        case .flag(let value): .boolean(value)
        case .choice(let value, _): .string(value)
        case .numbers(let value, _): value.map { .number($0) } ?? .null
        }
    }
}

extension JSONValue {
    /// Creates an object of options in alphabetical order.
    init(_ options: [String: OptionValue]) {
        self = .object(
            options.sorted { $0.key < $1.key }.map { name, value in
                Member(key: name, value: JSONValue(value))
            }
        )
    }

    init(_ value: OptionValue) {
        switch value {
        case .number(let value): self = .number(value)
        case .flag(let value): self = .boolean(value)
        case .choice(let value): self = .string(value)
        case .list(let values): self = .array(values.map { .number($0) })
        }
    }
}
