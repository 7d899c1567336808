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
    var work: Work { get set }

    /// Reads what is there of the members into the draft.
    ///
    /// Each kind has this and ``computeAnswer()`` to itself: only there the two can be changed at
    /// once, and the draft used without a copy.
    mutating func readMembers() throws

    /// Computes the answer, once every member has been read.
    func computeAnswer() throws -> AnswerText
}

/// What else there is to know of a question that is being taken in.
struct Work: Sendable {
    /// See ``Response/route``.
    let route: String
    let clock: MonotonicClock
    /// What is wrong with the question, as soon as that is known.
    var problem: Problem?
    var times = WorkTimes()
    /// When short content was last taken in, which is when computing begins: nobody waits between
    /// the two, and each look at the clock takes some 25 ns.
    var latest: Instant?

    init(route: String, clock: @escaping MonotonicClock) {
        self.route = route
        self.clock = clock
    }
}

extension QuestionIntake {
    var footprint: Int { members.footprint + draft.footprint }

    var answerFootprint: Int { work.problem == nil ? draft.answerFootprint : 0 }

    /// A worker is worth the two hand-overs, some 50 us, where it takes longer than that.
    var isDear: Bool { members.isPaused || draft.answerNanoseconds > 100_000 }

    mutating func take(_ bytes: Span<UInt8>, isLast: Bool) {
        guard case .none = work.problem else { return }
        let start = work.clock()
        members.append(bytes)
        if isLast { members.end() }
        members.isHurried = true
        read()
        members.isHurried = false
        let end = work.clock()
        work.times.parse += end.nanoseconds(since: start)
        work.latest = end
    }

    mutating func take(_ piece: consuming Piece, isLast: Bool, _ memory: MemoryAccount) {
        guard case .none = work.problem else { return }
        let start = work.clock()
        members.memory = memory
        defer { members.memory = nil }
        if !piece.isEmpty {
            guard members.append(piece, memory) else { return members.skip() }
        }
        if isLast { members.end() }
        read()
        work.times.parse += work.clock().nanoseconds(since: start)
    }

    mutating func answer() -> Response {
        readRest()
        if let problem = work.problem { return problem.response(route: work.route) }
        do {
            let read = work.latest ?? work.clock()
            var text = try computeAnswer()
            let computed = work.clock()
            let body = text.next()
            var times = work.times
            times.compute = computed.nanoseconds(since: read)
            if text.isAtEnd { times.serialize = work.clock().nanoseconds(since: computed) }
            return Response(
                status: .ok,
                fields: .ofAnswers,
                body: body,
                rest: text.isAtEnd ? nil : text,
                route: work.route,
                times: times
            )
        } catch {
            return Problem(explaining: error, known: draft.known).response(route: work.route)
        }
    }

    /// Reads what is left, now that nothing more will come.
    private mutating func readRest() {
        guard !members.isAtEnd else { return }
        let start = work.clock()
        members.end()
        read()
        let end = work.clock()
        work.times.parse += end.nanoseconds(since: start)
        work.latest = end
    }

    private mutating func read() {
        guard case .none = work.problem else { return members.skip() }
        do {
            try readMembers()
        } catch {
            work.problem = Problem(explaining: error)
            members.skip()
        }
    }
}

struct LossIntake: QuestionIntake {
    var members: MemberReader
    var draft: LossDraft
    var work: Work

    mutating func readMembers() throws { try members.read(into: &draft) }

    func computeAnswer() throws -> AnswerText { try draft.answer() }
}

struct PenaltyIntake: QuestionIntake {
    var members: MemberReader
    var draft: PenaltyDraft
    var work: Work

    mutating func readMembers() throws { try members.read(into: &draft) }

    func computeAnswer() throws -> AnswerText { try draft.answer() }
}
