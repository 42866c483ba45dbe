import MainspringCore
import MainspringRuntime
import Synchronization

/// Lists attempts that were given up and still run among the node's zombies.
final class JobZombies: EventSink {
    private let register: ZombieRegister
    private let time: any TimeSource
    /// A job may have several: each attempt of it that was given up.
    private let numbers = Mutex<[JobID: [Int]]>([:])

    init(register: ZombieRegister, time: any TimeSource) {
        self.register = register
        self.time = time
    }

    func emit(_ event: MainspringEvent) {
        switch event {
        case .job(.abandoned(let id, let kind, let queue)):
            let number = register.add(
                ZombieRegister.Zombie(name: "\(kind) \(id)", site: "queue \(queue)", since: time.now()))
            numbers.withLock { $0[id, default: []].append(number) }
        case .job(.zombieEnded(let id, _, _)):
            let number: Int? = numbers.withLock { numbers in
                defer { if numbers[id]?.isEmpty == true { numbers[id] = nil } }
                return numbers[id]?.isEmpty == false ? numbers[id]?.removeFirst() : nil
            }
            if let number { register.remove(number) }
        default: break
        }
    }
}
