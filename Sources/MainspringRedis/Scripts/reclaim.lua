-- Parts: base jobs keys clock nodes terms
-- Takes jobs back whose owner is gone, or whose lease is over.
--
-- ARGV: handle, term, now, limit, code, beginning and end of the failure of a job with too many rescues.
-- Returns id, kind, queue and state of each.
if not holdsTerm(ARGV[2]) then return overTerm() end
local now, steady, alive, lost, answer = ARGV[3], steadyTime(), {}, {}, {}
for _, node in ipairs(liveNodes(steady)) do alive[node.identity] = true end
for _, owner in ipairs(call('SMEMBERS', P .. 'owners')) do
  local key = P .. 'own:' .. owner
  local seqs = call('ZRANGEBYSCORE', key, '-inf', alive[owner] and '(' .. text(steady) or '(inf')
  for _, seq in ipairs(seqs) do lost[#lost + 1] = seq end
  if #seqs == 0 and not alive[owner] then
    call('SREM', P .. 'owners', owner)
    call('DEL', key)
  end
end
table.sort(lost)
local limit = math.min(tonumber(ARGV[4]), #lost)
local first = {unpack(lost, 1, math.min(limit, 4000))}
fetch(first)

local function field(value) return L4[#value] .. value end

for _, seq in ipairs(first) do
  local job = jobs[seq]
  if job then
    begin(job)
    local rescues, rest = string.match(job.limits, '^(%S+)( .*)$')
    local maxRescues = string.match(rest, '(%S+)$')
    rescues = text(rescues + 1)
    job.limits = rescues .. rest
    local failure = ''
    if job.cancel ~= '' then
      job.state = '6'
    elseif tonumber(rescues) > tonumber(maxRescues) then
      job.state = '7'
      failure = field(ARGV[5]) .. field(ARGV[6] .. rescues .. ARGV[7])
      job.err = failure
    else
      job.state = '2'
    end
    local size = tonumber(string.match(job.owner, '^(%d+):'))
    local node = string.sub(job.owner, #text(size) + 2, #text(size) + 1 + size)
    local output = ''
    if job.marks ~= '' then
      output = call('GET', P .. 'l:' .. seq) or ''
      gone[#gone + 1] = P .. 'l:' .. seq
      job.marks = ''
    end
    append(job, field(text(job.attempt + 1)) .. field(node) .. field(job.started ~= '' and job.started or now) .. field(now)
      .. field('5') .. field(failure) .. output)
    job.finished = job.state >= '5' and now or ''
    job.owner, job.token = '', ''
    finish(job, tonumber(now))
    answer[#answer + 1] = job.id
    answer[#answer + 1] = string.match(job.kind, '^[^@]*@(.*)$')
    answer[#answer + 1] = job.queue
    answer[#answer + 1] = job.state
  end
end
flush()
if #answer > 0 then tell(7, ARGV[1]) end
return answer
