-- Part of `exchange`: hands out jobs.
--
-- ARGV from `from` on: nonce, owner, now, lease in microseconds, known kinds (fields of kind and newest version), and queue,
-- slots for each queue.
-- Returns SEQ, job and body of each lease, smallest rank first.

-- Jobs in line that a claim looks at for one queue, at most.
local LOOK = 10000
-- Bytes of bodies that one claim hands out: then it ends, so that the answer stays small.
local BYTES = 16 * 1024 * 1024

-- The first jobs in line that the node can run; their ranks only when somebody wants them.
local function front(queue, slots, fits, wantsRanks)
  local claimed, first = {}, 0
  while slots > 0 and first < LOOK do
    local some = math.min(math.max(slots, first), 1000)
    local key, final = P .. 'q:' .. queue, first + some - 1
    local members = call('ZRANGE', key, first, final)
    local scores = wantsRanks and call('ZRANGE', key, first, final, 'WITHSCORES')
    for index = 1, #members do
      local member = members[index]
      if fits[string.sub(member, 14)] then
        claimed[#claimed + 1] =
          {seq = string.sub(member, 1, 13), member = member, rank = scores and tonumber(scores[index * 2])}
        slots = slots - 1
        if slots == 0 then break end
      end
    end
    if #members < some then break end
    first = first + some
  end
  return claimed
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

local function seqsOf(claimed)
  local seqs = {}
  for index = 1, #claimed do seqs[index] = claimed[index].seq end
  return seqs
end

-- Makes the jobs at a queue's front running, and appends them to `all`. Returns the bytes that may yet be handed out.
local function take(queue, claimed, all, bytes, owner, now, token, score)
  local seqs = seqsOf(claimed)
  local found, bodies, changed, values, removes, own = read('j', seqs), read('b', seqs), {}, {}, {}, {}
  local head = L2[1] .. '3' .. L2[#now] .. now .. L2[#owner] .. owner .. L2[#token + 13] .. token
  local tail = L2[0] .. L2[0]
  for index = 1, #claimed do
    local one, value = claimed[index], found[index]
    local seq = one.seq
    if bytes <= 0 then
      break
    elseif not value or not bodies[index] then
      -- A server that was told to evict took the job: it must not stop the queue.
      call('ZREM', P .. 'q:' .. queue, one.member)
    else
      -- State, start, owner, token and life are written anew; what follows stays.
      local _, _, _, _, _, uniq, rest = struct.unpack('<I2c0I2c0I2c0I2c0I2c0I2c0', value)
      all[#all + 1] = one
      one.body = bodies[index]
      bytes = bytes - #one.body
      if uniq == '' then
        one.text = head .. seq .. tail .. string.sub(value, rest)
        values[#values + 1] = P .. 'j:' .. seq
        values[#values + 1] = one.text
        removes[#removes + 1] = one.member
        own[#own + 1] = score
        own[#own + 1] = seq
      else
        load(seq, value)
        changed[#changed + 1] = seq
      end
    end
  end
  write(values)
  many('ZREM', P .. 'q:' .. queue, removes, 1000)
  many('ZADD', P .. 'own:' .. owner, own, 1000)
  count('2' .. queue, -#removes)
  count('3' .. queue, #removes)
  -- The oldest first, so that it is the one that keeps a key that two of them would hold.
  table.sort(changed)
  for _, seq in ipairs(changed) do
    local job = jobs[seq]
    begin(job)
    job.state, job.started, job.owner, job.token, job.life, job.score = '3', now, owner, token .. seq, '', score
    finish(job, tonumber(now))
  end
  flush()
  return bytes
end

local function claim(from)
  local owner, now, token = ARGV[from + 1], ARGV[from + 2], ARGV[from] .. '.'
  local score, fits = text(steadyTime() + tonumber(ARGV[from + 3])), filter(ARGV[from + 4])
  local claimed, isMixed, bytes = {}, #ARGV > from + 6, BYTES
  -- Queue by queue: what a job of one lets go of may make one of the next available.
  for index = from + 5, #ARGV, 2 do
    local queue, slots = ARGV[index], tonumber(ARGV[index + 1])
    if slots > 0 and call('HGET', P .. 'paused', queue) ~= '1' then
      local line = front(queue, slots, fits, isMixed)
      if #line > 0 and bytes > 0 then bytes = take(queue, line, claimed, bytes, owner, now, token, score) end
    end
  end
  if #claimed == 0 then return claimed end
  call('SADD', P .. 'owners', owner)
  if isMixed then
    table.sort(claimed, function(one, other)
      if one.rank ~= other.rank then return one.rank < other.rank end
      return one.seq < other.seq
    end)
  end
  local leases = {}
  for index = 1, #claimed do
    local one = claimed[index]
    leases[#leases + 1] = one.seq
    leases[#leases + 1] = one.text or jobs[one.seq].text
    leases[#leases + 1] = one.body
  end
  return leases
end
