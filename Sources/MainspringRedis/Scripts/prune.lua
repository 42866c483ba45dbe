-- Parts: base jobs keys terms
-- Removes final jobs that ended long ago.
--
-- ARGV: term, now, limit; state and time, by turns.
-- Returns how many.
if not holdsTerm(ARGV[1]) then return overTerm() end
local limit = tonumber(ARGV[3])
-- Those that no longer hold a key for a time stand in line like the others from now on.
local free = call('ZRANGEBYSCORE', P .. 'held', '-inf', ARGV[2], 'LIMIT', 0, 1000)
fetch(free)
for _, seq in ipairs(free) do
  if jobs[seq] then call('ZADD', P .. 'done:' .. jobs[seq].state, jobs[seq].finished, seq) end
  call('ZREM', P .. 'held', seq)
end
local removed = 0
for index = 4, #ARGV, 2 do
  local line = P .. 'done:' .. ARGV[index]
  local seqs = call('ZRANGEBYSCORE', line, '-inf', '(' .. ARGV[index + 1], 'LIMIT', 0, limit - removed)
  fetch(seqs)
  local names, members, old = {}, {}, {}
  for _, seq in ipairs(seqs) do
    local job = jobs[seq]
    members[#members + 1] = seq
    for _, kind in ipairs({'j:', 'b:', 'h:'}) do names[#names + 1] = P .. kind .. seq end
    if job then
      old[#old + 1] = job.id
      count(job.state .. job.queue, -1)
      if job.uniq ~= '' then
        local own = held(job)
        if own and call('HGET', P .. 'u', own.key) == seq then call('HDEL', P .. 'u', own.key) end
      end
    end
    removed = removed + 1
  end
  for first = 1, #names, 999 do call('DEL', unpack(names, first, math.min(first + 998, #names))) end
  many('ZREM', line, members, 1000)
  many('ZREM', P .. 'all', members, 1000)
  many('HDEL', P .. 'ids', old, 1000)
end
flush()
return removed
