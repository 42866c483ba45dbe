-- Parts: base jobs keys clock settle claim
-- Ends attempts, then hands out jobs: see `settle` and `claim`, whose arguments follow each other.
--
-- ARGV: handle; those of settle; those of claim, when there is one.
-- Returns: one character for each settlement, its state or '-' when stale; then job and body of each lease.
local total = tonumber(ARGV[2])
local answers = settle(3, total)
local leases = ARGV[total + 3] and claim(total + 3) or {}
if total > 0 then tell(3, ARGV[1]) end
return {answers, leases}
