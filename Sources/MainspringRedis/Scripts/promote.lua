-- Parts: base jobs keys terms
-- Makes due jobs available.
--
-- ARGV: handle, term, now, limit.
-- Returns: queue and promoted jobs, by turns; when the next one is due, or ''.
if not holdsTerm(ARGV[2]) then return overTerm() end
local now, promoted, answer = tonumber(ARGV[3]), {}, {}
local seqs = call('ZRANGEBYSCORE', P .. 'due', '-inf', ARGV[3], 'LIMIT', 0, ARGV[4])
fetch(seqs)
for _, seq in ipairs(seqs) do
  local job = jobs[seq]
  if job then
    begin(job)
    job.state = '2'
    finish(job, now)
    promoted[job.queue] = (promoted[job.queue] or 0) + 1
  else
    call('ZREM', P .. 'due', seq)
  end
end
flush()
for queue, n in pairs(promoted) do
  answer[#answer + 1] = queue
  answer[#answer + 1] = n
end
if #answer > 0 then tell(1, ARGV[1]) end
local first = call('ZRANGE', P .. 'due', 0, 0)[1]
local due = first and get(first)
return {answer, due and due.at or ''}
