-- Parts: base jobs keys clock nodes terms
-- Puts jobs back into line that a live node knows, and parks those that none knows.
--
-- ARGV: handle, term, limit.
-- Returns the number of those that were parked; queue and released jobs, by turns.
if not holdsTerm(ARGV[2]) then return overTerm() end
local limit, newest, parked, released, answer = tonumber(ARGV[3]), {}, 0, {}, {}
for _, node in ipairs(liveNodes(steadyTime())) do
  local from = 1
  while from <= #node.kinds do
    local kind, version
    kind, version, from = struct.unpack('<I2c0I2c0', node.kinds, from)
    if not newest[kind] or tonumber(newest[kind]) < tonumber(version) then newest[kind] = version end
  end
end

-- Why no node can run such a job; '' when one can.
local reasons = setmetatable({}, {__index = function(reasons, suffix)
  local version, kind = string.match(suffix, '^(%-?%d+)@(.*)$')
  local reason = ''
  if not newest[kind] then
    reason = 'k'
  elseif tonumber(version) > tonumber(newest[kind]) then
    reason = 'v' .. newest[kind]
  end
  reasons[suffix] = reason
  return reason
end})

if limit > 0 then
  -- Also behind many that none knows: else those would keep it parked for ever.
  local ready = {}
  for _, kind in ipairs(call('SMEMBERS', P .. 'parked')) do
    local seqs = call('ZRANGE', P .. 'parked:' .. kind, 0, limit - 1)
    if #seqs == 0 then call('SREM', P .. 'parked', kind) end
    if reasons[kind] == '' then
      for _, seq in ipairs(seqs) do ready[#ready + 1] = seq end
    end
  end
  table.sort(ready)
  for index = 1, math.min(limit, #ready) do
    local job = get(ready[index])
    if job then
      touch(job)
      job.parked = ''
      released[job.queue] = (released[job.queue] or 0) + 1
    end
  end
  flush()
  local counters = call('HGETALL', P .. 'n')
  for index = 1, #counters, 2 do
    if string.sub(counters[index], 1, 1) == '2' and tonumber(counters[index + 1]) > 0 then
      for _, member in ipairs(call('ZRANGE', P .. 'q:' .. string.sub(counters[index], 2), 0, limit - 1)) do
        local reason = reasons[string.sub(member, 14)]
        local job = reason ~= '' and get(string.sub(member, 1, 13))
        if job then
          touch(job)
          job.parked = reason
          parked = parked + 1
        end
      end
    end
  end
  flush()
end
for queue, n in pairs(released) do
  answer[#answer + 1] = queue
  answer[#answer + 1] = n
end
if #answer > 0 then tell(1, ARGV[1]) end
return {parked, answer}
