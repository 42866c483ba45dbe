import MainspringCore

@testable import MainspringRuntime

/// The supervisor's machine alone, step by step, under a clock that moves when told.
struct TimedMachine {
    var machine: SupervisorMachine
    var now = MonotonicInstant(nanoseconds: 0)

    init(_ children: [ChildSpec], policy: SupervisionPolicy = SupervisionPolicy()) throws {
        machine = try SupervisorMachine(children: children, policy: policy, random: FullJitter(), now: now)
    }

    @discardableResult
    mutating func run(_ input: SupervisorInput, after delay: Duration = .zero) -> [SupervisorAction] {
        now = now + delay
        return machine.handle(input, at: now)
    }

    @discardableResult
    mutating func begun(_ name: String) -> [SupervisorAction] {
        run(.begun(name, life: machine[name]?.life ?? 0, pid: 7))
    }

    @discardableResult
    mutating func ended(_ name: String, _ status: ExitStatus, after delay: Duration = .zero) -> [SupervisorAction] {
        let end = ChildEnd(isSuccess: status.isSuccess, detail: status.description)
        return run(.reported(name, life: machine[name]?.life ?? 0, .ended(end)), after: delay)
    }

    func state(_ name: String) -> String? {
        machine[name]?.status(wall: Timestamp(microseconds: 0), now: now, detail: nil).state.rawValue
    }
}

extension [SupervisorAction] {
    /// The orders to stop that it has.
    var orders: [String: StopOrder] {
        var orders: [String: StopOrder] = [:]
        for case .stop(let name, let order) in self { orders[name] = order }
        return orders
    }
}

func child(
    _ name: String, kind: ChildKind = .service, restart: ChildSpec.Restart = .always,
    backoff: RestartBackoff = RestartBackoff(), ready: Readiness = Readiness(), dependsOn: [String] = [],
    stop: StopPolicy = StopPolicy(), silence: Duration? = nil
) -> ChildSpec {
    ChildSpec(
        name: name, kind: kind, restart: restart, backoff: backoff, readiness: ready, dependsOn: dependsOn, stop: stop,
        silence: silence)
}
