-- Parts: base jobs keys schedules terms
-- Writes new jobs, group by group: each whole or not at all.
--
-- ARGV: handle, now; for each job: the job, its body, and a text: '1' for the first of a group, else '0'; then nothing, or the
--   fields: schedule, instant, skips overlap (0, 1), term, limit of the queue, parent's SEQ, token, id; what is absent is ''.
-- Returns: one character for each job, and in their order what some of them bring: d duplicate (job, body), r replaced (job,
--   body), o overlapped (id), f inserted as pending, i inserted, q queue full, a already fired, c id conflict, p stale parent,
--   t stale term. A group with one of q, c, p, t was not written.
local EXTRA = '<' .. string.rep('I2c0', 8)
local REFUSED = {q = true, c = true, p = true, t = true}
local HOLDER_WAITS = {['1'] = true, ['2'] = true, ['4'] = true}
local now = tonumber(ARGV[2])
local total = (#ARGV - 2) / 3
local codes, brought = {}, {}
-- The first number of those that are given to the new jobs.
local number = call('INCRBY', P .. 'seq', total) - total
-- Queue -> waiting jobs, with those that are not written yet; only a new job changes it.
local waits = {}
-- Bodies of the jobs that are not written yet.
local fresh = {}
-- The single job's first change of others: what stands before it must be written, as it may be taken back.
local isSingle, isDirty = false, false

local function waiting(queue)
  if not waits[queue] then
    local count = 0
    for _, n in ipairs(call('HMGET', P .. 'n', '0' .. queue, '1' .. queue, '2' .. queue, '4' .. queue)) do
      count = count + tonumber(n or 0)
    end
    for _, job in ipairs(dirty) do
      if job.was == 'new' and job.queue == queue then count = count + 1 end
    end
    waits[queue] = count
  end
  return waits[queue]
end

-- Jobs that are written without a table each: SEQ, job, body and id by turns; and their places, by sorted set. Most new ones have no
-- key, no schedule and no parent, and an id that is new.
local plain, places, isPlain = {}, {}, true
-- State, started to uniq, id, queue, kind, limits, deadline, schedule, parked, cancel, marks, priority and time.
local FRONT = '<' .. string.rep('I2c0', 17)

local function flushPlain()
  local values = {}
  for index = 1, #plain, 4 do
    local seq = plain[index]
    values[#values + 1] = P .. 'j:' .. seq
    values[#values + 1] = plain[index + 1]
    values[#values + 1] = P .. 'b:' .. seq
    values[#values + 1] = plain[index + 2]
    newIds[#newIds + 1] = plain[index + 3]
    newIds[#newIds + 1] = seq
    newSeqs[#newSeqs + 1] = seq
    newSeqs[#newSeqs + 1] = seq
  end
  write(values)
  for key, list in pairs(places) do many('ZADD', P .. key, list, 1000) end
  plain, places, isPlain = {}, {}, true
end

local function settleDown()
  flushPlain()
  flush()
  flushFired()
  fresh, isDirty = {}, false
end

-- As if the group had never come.
local function takeBack()
  jobs, dirty, counts, keys, dirtyKeys, ids = {}, {}, {}, {}, {}, {}
  newIds, newSeqs, bodies, rows, gone = {}, {}, {}, {}, {}
  forgetFired()
  waits, fresh, isDirty = {}, {}, false
  plain, places, isPlain = {}, {}, true
end

local function bodyOf(job) return fresh[job.seq] or call('GET', P .. 'b:' .. job.seq) end

local function bring(code, job)
  brought[#brought + 1] = job.was and save(job) or job.text
  brought[#brought + 1] = bodyOf(job)
  return code
end

-- A waiting job takes over the content of a newer one with its key.
local function replace(waiting, new, body)
  begin(waiting)
  local fixed = struct.unpack('<I4c0', bodyOf(waiting))
  local _, content = struct.unpack('<I4c0', body)
  local merged = L4[#fixed] .. fixed .. string.sub(body, content)
  local rescues = string.match(waiting.limits, '^(%S+)')
  local _, attempts, maxRescues = string.match(new.limits, '^(%S+) (%S+) (%S+)$')
  if tonumber(attempts) < waiting.attempt + 1 then attempts = text(waiting.attempt + 1) end
  -- The version is the new one's, the kind stays.
  waiting.kind = string.match(new.kind, '^[^@]*') .. string.match(waiting.kind, '@.*$')
  waiting.prio, waiting.at, waiting.deadline, waiting.parked = new.prio, new.at, new.deadline, ''
  waiting.limits = rescues .. ' ' .. attempts .. ' ' .. maxRescues
  if waiting.state == '0' then
    waiting.uniq = following(new.uniq)
  else
    waiting.uniq = new.uniq
    waiting.state = new.state
  end
  bodies[#bodies + 1] = P .. 'b:' .. waiting.seq
  bodies[#bodies + 1] = merged
  fresh[waiting.seq] = merged
  finish(waiting, now)
end

local function add(job, body)
  job.was = 'new'
  job.isRaw = job.state ~= '0'
  job.wasParked = false
  dirty[#dirty + 1] = job
  jobs[job.seq] = job
  fresh[job.seq] = body
  ids[job.id] = job.seq
  if waits[job.queue] then waits[job.queue] = waits[job.queue] + 1 end
  local own = job.uniq ~= '' and held(job)
  if own then setKey(own.key, job.seq) end
  newIds[#newIds + 1] = job.id
  newIds[#newIds + 1] = job.seq
  newSeqs[#newSeqs + 1] = job.seq
  newSeqs[#newSeqs + 1] = job.seq
  bodies[#bodies + 1] = P .. 'b:' .. job.seq
  bodies[#bodies + 1] = body
end

-- The earlier unfinished job of the schedule.
local function overlap(schedule)
  local seq = call('ZRANGE', P .. 's:' .. schedule, 0, 0)[1]
  if seq then return get(seq) end
  for _, job in ipairs(dirty) do
    if job.schedule == 's:' .. schedule and job.state < '5' then return job end
  end
end

-- Nobody holds the key, or only one whose time is over, and whose follower would not hold it either.
local function isFree(key)
  local found = keyHolder(key)
  local theirs = found and hold(found.uniq)
  if not theirs then return true end
  if theirs.till == '' or tonumber(theirs.till) > now then return false end
  local follower = found.state < '5' and keyHolder(key .. '+next')
  local own = follower and hold(follower.uniq)
  return not own or bit.band(own.mask, BIT[tonumber(follower.at) > now and '1' or '2']) == 0
end

local function insert(seq, value, body, extra)
  local schedule, instant, skips, term, limit, parent, token, parentID = '', '', '', '', '', '', '', ''
  if #extra > 1 then
    schedule, instant, skips, term, limit, parent, token, parentID = struct.unpack(EXTRA, extra, 2)
  end
  if term ~= '' and not holdsTerm(term) then return 't' end
  if token ~= '' then
    local job = parent ~= '' and get(parent)
    if not job or job.state ~= '3' or job.token ~= token or job.id ~= parentID then return 'p' end
  end
  local isOccurrence = instant ~= ''
  if isOccurrence and hasFired(schedule, instant) then return 'a' end
  local job = parse(seq, value)
  local same = find(job.id)
  if same then
    local _, args = struct.unpack('<I4c0I4c0', bodyOf(same))
    local _, newArgs = struct.unpack('<I4c0I4c0', body)
    local isSame = same.queue == job.queue and args == newArgs
      and string.match(same.kind, '@.*$') == string.match(job.kind, '@.*$')
    if not isSame then return 'c' end
    if isOccurrence then fire(schedule, instant) end
    return bring('d', same)
  end
  if skips == '1' then
    local earlier = overlap(schedule)
    if earlier then
      fire(schedule, instant)
      brought[#brought + 1] = earlier.id
      return 'o'
    end
  end
  local code = 'i'
  local isFull = limit ~= '' and waiting(job.queue) >= tonumber(limit)
  -- What refuses the job leaves a key whose time is over where it is.
  if isFull and (job.uniq == '' or isFree(hold(job.uniq).key)) then return 'q' end
  local own = job.uniq ~= '' and held(job)
  if own then
    local found = keyHolder(own.key)
    if found then
      local theirs = hold(found.uniq)
      if theirs and theirs.till ~= '' and tonumber(theirs.till) <= now then
        -- Its time is over. This changes it, also when the new job is refused after that: then the group is taken back.
        if isSingle and not isDirty then
          settleDown()
          isDirty = true
        end
        found = holder(own.key, now)
      end
    end
    if found then
      local rule, state = own.rule, found.state
      local waitsToo, follower = HOLDER_WAITS[state], nil
      if rule == '4' then follower = keyHolder(own.key .. '+next') end
      local other = follower or (waitsToo and (rule == '1' or rule == '2' or rule == '4') and found) or nil
      if other then
        if isOccurrence then fire(schedule, instant) end
        replace(other, job, body)
        return bring('r', other)
      elseif rule == '4' and state == '3' then
        job.uniq = following(job.uniq)
        job.state = '0'
        code = 'f'
      else
        if isOccurrence then fire(schedule, instant) end
        return bring('d', found)
      end
    end
  end
  if isFull then return 'q' end
  if isOccurrence then fire(schedule, instant) end
  add(job, body)
  return code
end

-- False for a job that is not plain, or has to look at others first.
local function insertPlain(seq, value, body, extra)
  if not isPlain then return false end
  local limit = ''
  if #extra > 1 then
    local schedule, instant, _, term, most, parent, token = struct.unpack(EXTRA, extra, 2)
    if schedule ~= '' or instant ~= '' or term ~= '' or parent ~= '' or token ~= '' then return false end
    limit = most
  end
  local state, _, _, _, _, uniq, id, queue, kind, _, _, schedule, _, _, _, prio, at = struct.unpack(FRONT, value)
  -- False: it was looked for, and is not there.
  if uniq ~= '' or schedule ~= '' or ids[id] ~= false then return false end
  local before = waiting(queue)
  if limit ~= '' and before >= tonumber(limit) then return false end
  if state == '2' then
    put(places, 'q:' .. queue, tonumber(at) - HEAD_START[prio], seq .. kind)
  elseif state == '1' then
    put(places, 'due', at, seq)
  else
    return false
  end
  waits[queue] = before + 1
  count(state .. queue, 1)
  ids[id] = seq
  local last = #plain
  plain[last + 1], plain[last + 2], plain[last + 3], plain[last + 4] = seq, value, body, id
  return 'i'
end

-- Makes them like the others, which look at them.
local function unfold()
  isPlain = false
  local list = plain
  plain, places = {}, {}
  for index = 1, #list, 4 do
    local job = parse(list[index], list[index + 1])
    count(job.state .. job.queue, -1)
    waits[job.queue] = waits[job.queue] - 1
    add(job, list[index + 2])
  end
end

-- The ids and keys of all, in one look each.
local function lookAhead()
  local names, places = {}, {}
  for index = 1, total do
    local _, _, _, _, _, _, id = struct.unpack('<I2c0I2c0I2c0I2c0I2c0I2c0I2c0', ARGV[index * 3])
    names[index] = id
  end
  for first = 1, total, 1000 do
    local final = math.min(first + 999, total)
    for index, seq in ipairs(call('HMGET', P .. 'ids', unpack(names, first, final))) do
      ids[names[first + index - 1]] = seq
    end
  end
end

local first = 1
while first <= total do
  local final = first
  while final < total and string.sub(ARGV[final * 3 + 5], 1, 1) == '0' do final = final + 1 end
  isSingle = first == final
  if first == 1 then lookAhead() end
  if not isSingle then settleDown() end
  local isRefused = false
  for index = first, final do
    local place = index * 3
    local seq, value, body, extra = string.format('%013d', number + index), ARGV[place], ARGV[place + 1], ARGV[place + 2]
    local code = insertPlain(seq, value, body, extra)
    if not code then
      if isPlain then unfold() end
      code = insert(seq, value, body, extra)
    end
    codes[index] = code
    isRefused = isRefused or REFUSED[code]
  end
  if isRefused and (not isSingle or isDirty) then
    takeBack()
  elseif not isSingle or isDirty then
    settleDown()
  end
  first = final + 1
end
settleDown()
tell(1, ARGV[1])
return {table.concat(codes), brought}
