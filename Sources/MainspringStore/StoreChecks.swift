package import MainspringCore

/// What every store refuses before it writes anything: input that no correct caller makes.
package enum StoreChecks {
    package static func check(_ groups: [[NewJob]]) throws {
        for new in groups.lazy.joined() where new.record.state != .available && new.record.state != .scheduled {
            throw MainspringError(.storeFailed, "a new job cannot be \(new.record.state.rawValue)")
        }
    }

    package static func check(_ snapshots: [JobSnapshot]) throws {
        for snapshot in snapshots where snapshot.record.state == .running {
            throw MainspringError(.storeFailed, "a running job cannot be restored")
        }
    }

    package static func check(_ settlements: [Settlement]) throws {
        for settlement in settlements where !JobState.running.canBecome(settlement.nextState) {
            throw MainspringError(.storeFailed, "a running job cannot become \(settlement.nextState.rawValue)")
        }
    }
}
