-- The clock that leases are counted on, in microseconds: it moves with the server's, never back, and between two scripts by
-- at most `step` (10 s unless told otherwise). So neither a jump of the server's clock nor an outage ends a lease.
local function steadyTime()
  local time = call('TIME')
  local now = time[1] * 1000000 + time[2]
  local stored = call('HMGET', P .. 'clock', 'last', 'steady', 'step')
  local last, steady, step = tonumber(stored[1] or now), tonumber(stored[2] or 0), tonumber(stored[3] or 10000000)
  steady = steady + math.min(math.max(now - last, 0), step)
  call('HSET', P .. 'clock', 'last', text(now), 'steady', text(steady))
  return steady
end
