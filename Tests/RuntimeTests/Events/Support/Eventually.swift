/// Lets other tasks run until the condition holds: for what happens soon after an event that a test cannot see.
func eventually(_ condition: @Sendable () -> Bool) async {
    while !condition() { await Task.yield() }
}
