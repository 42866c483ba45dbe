-- Part of `exchange`: hands out jobs.
--
-- ARGV from `from` on: nonce, owner, now, lease in microseconds, known kinds (fields of kind and newest version), fields of
-- the nonces that had no answer, and queue, slots for each queue.
-- Returns job and body of each lease, smallest rank first.

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

local function byRank(one, other)
  if one.rank ~= other.rank then return one.rank < other.rank end
  return one.seq < other.seq
end

local function seqsOf(claimed)
  local seqs = {}
  for index = 1, #claimed do seqs[index] = claimed[index].seq end
  return seqs
end

-- Makes the jobs at a queue's front running, and appends them to `all`. Returns the bytes that may yet be handed out.
local function take(queue, claimed, all, bytes, owner, now, token, score)
  local seqs = seqsOf(claimed)
  local found, names = read('j', seqs)
  local bodies, changed, values, removes, own = read('b', seqs), {}, {}, {}, {}
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
        values[#values + 1] = names[index]
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

-- What earlier requests of the owner were handed, as far as there is demand for it: appends it to `all`. With a new token,
-- so that no later request finds it again.
local function handAgain(nonces, demand, all, owner, token, score)
  local lost, from, known = {}, 1, {}
  while from <= #nonces do
    local nonce
    nonce, from = struct.unpack('<I2c0', nonces, from)
    known[nonce] = true
  end
  local key = P .. 'own:' .. owner
  local seqs = call('ZRANGEBYSCORE', key, '-inf', '(inf')
  local found = read('j', seqs)
  for index = 1, #seqs do
    local job = found[index] and parse(seqs[index], found[index])
    if job and job.state == '3' and known[string.sub(job.token, 1, -15)] and job.token:sub(-14) == '.' .. job.seq then
      lost[#lost + 1] = {seq = job.seq, job = job, rank = tonumber(job.at) - HEAD_START[job.prio]}
    end
  end
  table.sort(lost, byRank)
  local bodies = read('b', seqsOf(lost))
  for index, one in ipairs(lost) do
    local job = one.job
    local slots = demand[job.queue] or 0
    if slots > 0 and bodies[index] then
      demand[job.queue] = slots - 1
      one.body = bodies[index]
      jobs[one.seq] = job
      touch(job)
      job.token, job.score = token .. one.seq, score
      all[#all + 1] = one
    end
  end
  flush()
end

local function claim(from)
  local owner, now, token = ARGV[from + 1], ARGV[from + 2], ARGV[from] .. '.'
  local score, fits = text(steadyTime() + tonumber(ARGV[from + 3])), filter(ARGV[from + 4])
  local claimed, isMixed, bytes, demand = {}, #ARGV > from + 7 or ARGV[from + 5] ~= '', BYTES, {}
  for index = from + 6, #ARGV, 2 do demand[ARGV[index]] = tonumber(ARGV[index + 1]) end
  if ARGV[from + 5] ~= '' then handAgain(ARGV[from + 5], demand, claimed, owner, token, score) end
  -- Queue by queue: what a job of one lets go of may make one of the next available.
  for index = from + 6, #ARGV, 2 do
    local queue = ARGV[index]
    local slots = demand[queue]
    if slots > 0 and call('HGET', P .. 'paused', queue) ~= '1' then
      local line = front(queue, slots, fits, isMixed)
      if #line > 0 and bytes > 0 then bytes = take(queue, line, claimed, bytes, owner, now, token, score) end
    end
  end
  if #claimed == 0 then return claimed end
  if call('SADD', P .. 'owners', owner) == 1 then
    -- A long member makes it a real sorted set: a short list is slower for a hundred jobs.
    call('ZADD', P .. 'own:' .. owner, 'inf', string.rep('~', 65))
  end
  if isMixed then
    table.sort(claimed, byRank)
  end
  local leases = {}
  for index = 1, #claimed do
    local one = claimed[index]
    leases[#leases + 1] = one.text or jobs[one.seq].text
    leases[#leases + 1] = one.body
  end
  return leases
end
