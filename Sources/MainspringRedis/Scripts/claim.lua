-- Part of `exchange`: hands out jobs.
--
-- ARGV from `from` on: nonce, owner, now, lease in microseconds, known kinds (fields of kind and newest version), and queue,
-- slots for each queue.
-- Returns SEQ, job and body of each lease, smallest rank first.

-- Jobs in line that a claim looks at for one queue, at most.
local LOOK = 10000

-- The first jobs in line that the node can run: appends to `claimed`; their ranks only when somebody wants them.
local function front(queue, turn, slots, fits, claimed, ranks)
  local first = 0
  while slots > 0 and first < LOOK do
    local some = math.min(math.max(slots, first), 1000)
    local key, final = P .. 'q:' .. queue, first + some - 1
    local members = call('ZRANGE', key, first, final)
    local scores = ranks and call('ZRANGE', key, first, final, 'WITHSCORES')
    for index = 1, #members do
      local member = members[index]
      if fits[string.sub(member, 14)] then
        local seq = string.sub(member, 1, 13)
        claimed[#claimed + 1] = {seq = seq, queue = queue, turn = turn, member = member, rank = scores and tonumber(scores[index * 2])}
        slots = slots - 1
        if slots == 0 then break end
      end
    end
    if #members < some then break end
    first = first + some
  end
end

-- Whether the node can run a job, by the end of its member in the line.
local function filter(kinds)
  local known, from = {}, 1
  while from <= #kinds do
    local kind, newest
    kind, newest, from = struct.unpack('<I2c0I2c0', kinds, from)
    known[kind] = tonumber(newest)
  end
  return setmetatable({}, {__index = function(fits, suffix)
    local version, kind = string.match(suffix, '^(%-?%d+)@(.*)$')
    fits[suffix] = tonumber(version) <= (known[kind] or 0)
    return fits[suffix]
  end})
end

local function claim(from)
  local nonce, owner, now = ARGV[from], ARGV[from + 1], ARGV[from + 2]
  local score, fits = text(steadyTime() + tonumber(ARGV[from + 3])), filter(ARGV[from + 4])
  local claimed, isMixed = {}, #ARGV > from + 6
  for index = from + 5, #ARGV, 2 do
    local queue, slots = ARGV[index], tonumber(ARGV[index + 1])
    if slots > 0 and call('HGET', P .. 'paused', queue) ~= '1' then front(queue, index, slots, fits, claimed, isMixed) end
  end
  if #claimed == 0 then return claimed end

  local order = {}
  for index = 1, #claimed do order[index] = claimed[index].seq end
  local found = read('j', order)
  for index = #claimed, 1, -1 do
    -- A server that was told to evict took the job: it must not stop the queue.
    if not found[index] then
      call('ZREM', P .. 'q:' .. claimed[index].queue, claimed[index].member)
      table.remove(claimed, index)
      table.remove(found, index)
      table.remove(order, index)
    end
  end
  local changed, values, removes, own = {}, {}, {}, {}
  local token = nonce .. '.'
  local head = L2[1] .. '3' .. L2[#now] .. now .. L2[#owner] .. owner .. L2[#token + 13] .. token
  local plain = L2[0] .. L2[0]
  for index = 1, #claimed do
    local one, value = claimed[index], found[index]
    local seq = one.seq
    -- State, start, owner, token and life are written anew; what follows stays.
    local _, _, _, _, _, uniq, rest = struct.unpack('<I2c0I2c0I2c0I2c0I2c0I2c0', value)
    if uniq == '' then
      one.text = head .. seq .. plain .. string.sub(value, rest)
      values[#values + 1] = P .. 'j:' .. seq
      values[#values + 1] = one.text
      put(removes, 'q:' .. one.queue, one.member)
      own[#own + 1] = score
      own[#own + 1] = seq
      count('2' .. one.queue, -1)
      count('3' .. one.queue, 1)
    else
      jobs[seq] = load(seq, value)
      changed[#changed + 1] = one
    end
  end
  write(values)
  for key, list in pairs(removes) do many('ZREM', P .. key, list, 1000) end
  many('ZADD', P .. 'own:' .. owner, own, 1000)

  -- Queue by queue, the oldest first, so that it is the one that keeps a key that two of them would hold.
  table.sort(changed, function(one, other)
    if one.turn ~= other.turn then return one.turn < other.turn end
    return one.seq < other.seq
  end)
  for _, one in ipairs(changed) do
    local job, seq = jobs[one.seq], one.seq
    begin(job)
    job.state, job.started, job.owner, job.token, job.life, job.score = '3', now, owner, token .. seq, '', score
    finish(job, tonumber(now))
  end
  flush()
  call('SADD', P .. 'owners', owner)

  if isMixed then
    table.sort(claimed, function(one, other)
      if one.rank ~= other.rank then return one.rank < other.rank end
      return one.seq < other.seq
    end)
  end
  for index = 1, #claimed do order[index] = claimed[index].seq end
  local bodies, leases = read('b', order), {}
  for index = 1, #claimed do
    local one = claimed[index]
    leases[#leases + 1] = one.seq
    leases[#leases + 1] = one.text or jobs[one.seq].text
    leases[#leases + 1] = bodies[index]
  end
  return leases
end
