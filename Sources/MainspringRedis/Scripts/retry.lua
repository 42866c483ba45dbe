-- Parts: base jobs keys
-- Makes a job available now.
--
-- ARGV: handle, now, id.
-- Returns r retried (job, body), a not allowed (job, body), d duplicate (id of the holder), n not there.
local job, now = find(ARGV[3]), ARGV[2]
if not job then return {'n'} end
local state = job.state
if state ~= '7' and state ~= '6' and state ~= '1' and state ~= '4' then
  return {'a', job.text, call('GET', P .. 'b:' .. job.seq)}
end
local own = hold(job.uniq)
if own and bit.band(own.mask, BIT['2']) ~= 0 and keyHolder(own.key) ~= job then
  local other = holder(own.key, tonumber(now))
  if other then
    flush()
    return {'d', other.id}
  end
end
begin(job)
local rescues, attempts, maxRescues = string.match(job.limits, '^(%S+) (%S+) (%S+)$')
if tonumber(attempts) < job.attempt + 1 then attempts = text(job.attempt + 1) end
if tonumber(maxRescues) < rescues + 1 then maxRescues = text(rescues + 1) end
job.limits = rescues .. ' ' .. attempts .. ' ' .. maxRescues
job.state, job.at, job.finished, job.cancel, job.result = '2', now, '', '', ''
if job.deadline ~= '' and tonumber(job.deadline) <= tonumber(now) then job.deadline = '' end
finish(job, tonumber(now))
flush()
tell(1, ARGV[1])
return {'r', job.text, call('GET', P .. 'b:' .. job.seq)}
