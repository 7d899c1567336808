// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFunctions
import TensorJSON

/// Takes in the body of a question, and answers it.
protocol QuestionIntake: Intake {
    associatedtype Question: Draft

    var members: MemberReader { get set }
    var draft: Question { get }
    /// What is wrong with the question, as soon as that is known.
    var problem: Problem? { get set }
    /// See ``Response/route``.
    var route: String { get }

    /// Reads what is there of the members into the draft.
    ///
    /// Each kind has this and ``computeAnswer()`` to itself: only there the two can be changed at
    /// once, and the draft used without a copy.
    mutating func readMembers() throws

    /// Computes the answer, once every member has been read.
    func computeAnswer() throws -> AnswerText
}

extension QuestionIntake {
    var footprint: Int { members.footprint + draft.footprint }

    mutating func take(_ bytes: Span<UInt8>, isLast: Bool) {
        guard case .none = problem else { return }
        members.append(bytes)
        if isLast { members.end() }
        read()
    }

    mutating func take(_ piece: consuming Piece, isLast: Bool) {
        guard case .none = problem else { return }
        if !piece.isEmpty { members.append(piece) }
        if isLast { members.end() }
        read()
    }

    mutating func answer() -> Response {
        members.end()
        read()
        if let problem { return problem.response(route: route) }
        do {
            var text = try computeAnswer()
            return Response(
                status: .ok,
                fields: .ofAnswers,
                body: text.next(),
                rest: text.isAtEnd ? nil : text,
                route: route
            )
        } catch {
            return Problem(explaining: error, known: draft.known).response(route: route)
        }
    }

    private mutating func read() {
        guard case .none = problem else { return members.skip() }
        do {
            try readMembers()
        } catch {
            problem = Problem(explaining: error)
            members.skip()
        }
    }
}

struct LossIntake: QuestionIntake {
    var members: MemberReader
    var draft: LossDraft
    var problem: Problem?
    let route: String

    mutating func readMembers() throws { try members.read(into: &draft) }

    func computeAnswer() throws -> AnswerText { try draft.answer() }
}

struct PenaltyIntake: QuestionIntake {
    var members: MemberReader
    var draft: PenaltyDraft
    var problem: Problem?
    let route: String

    mutating func readMembers() throws { try members.read(into: &draft) }

    func computeAnswer() throws -> AnswerText { try draft.answer() }
}
