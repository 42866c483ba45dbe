-- Jobs, read once and written once: a script changes tables, `flush` writes them with few commands.
--
-- A job is two strings: `j:SEQ` holds what changes, as the fields of `parse`, and `b:SEQ` holds its body, which only Swift
-- reads, but for the arguments. SEQ has 13 digits, so that the order of texts is the order of numbers.
--
-- States: 0 pending, 1 scheduled, 2 available, 3 running, 4 retryable, 5 completed, 6 cancelled, 7 discarded.
local FORM = '<' .. string.rep('I2c0', 20) .. string.rep('I4c0', 3)
local HEAD_START = {['0'] = 600000000, ['1'] = 120000000, ['2'] = 0, ['3'] = -120000000}
local BIT = {['0'] = 1, ['1'] = 2, ['2'] = 4, ['3'] = 8, ['4'] = 16, ['5'] = 32, ['6'] = 64, ['7'] = 128}

local jobs, dirty, counts = {}, {}, {}
-- Unique key -> SEQ or false, as far as it was looked at; and what is to be written of that.
local keys, dirtyKeys = {}, {}
-- Id -> SEQ or false; ids, bodies and histories to be written, keys to be removed.
local ids, newIds, newSeqs, bodies, rows, gone = {}, {}, {}, {}, {}, {}

-- started to life: what a claim writes. owner: who runs it. uniq: mask (3 digits), rule (1 digit), end, ':', key. kind:
-- VERSION@KIND. limits: "rescues maxAttempts maxRescues". schedule: s:NAME. marks: 'l' when it reported output. life: "heartbeat progress".
-- last: the newest row of its history; older ones are in the list `h:SEQ`. Nothing is ''.
local function parse(seq, value)
  local state, started, owner, token, life, uniq, id, queue, kind, limits, deadline, schedule, parked, cancel, marks, prio,
    at, attempt, snoozes, finished, err, result, last = struct.unpack(FORM, value)
  return {
    seq = seq, state = state, started = started, owner = owner, token = token, life = life, uniq = uniq, id = id,
    queue = queue, kind = kind, limits = limits, deadline = deadline, schedule = schedule, parked = parked,
    cancel = cancel, marks = marks, prio = prio, at = at, attempt = attempt, snoozes = snoozes, finished = finished,
    err = err, result = result, last = last, was = false, wasKey = false, wasMember = false, score = false,
    before = false, lost = false, text = value,
  }
end

local function load(seq, value)
  local job = parse(seq, value)
  jobs[seq] = job
  return job
end

local function save(job)
  local state, started, owner, token, life, uniq = job.state, job.started, job.owner, job.token, job.life, job.uniq
  local id, queue, kind, limits, deadline, schedule = job.id, job.queue, job.kind, job.limits, job.deadline, job.schedule
  local parked, cancel, marks, prio, at, attempt = job.parked, job.cancel, job.marks, job.prio, job.at, job.attempt
  local snoozes, finished, err, result, last = job.snoozes, job.finished, job.err, job.result, job.last
  return L2[#state] .. state .. L2[#started] .. started .. L2[#owner] .. owner .. L2[#token] .. token
    .. L2[#life] .. life .. L2[#uniq] .. uniq .. L2[#id] .. id .. L2[#queue] .. queue .. L2[#kind] .. kind
    .. L2[#limits] .. limits .. L2[#deadline] .. deadline .. L2[#schedule] .. schedule .. L2[#parked] .. parked
    .. L2[#cancel] .. cancel .. L2[#marks] .. marks .. L2[#prio] .. prio .. L2[#at] .. at .. L2[#attempt] .. attempt
    .. L2[#snoozes] .. snoozes .. L2[#finished] .. finished .. L4[#err] .. err .. L4[#result] .. result
    .. L4[#last] .. last
end

-- The values of many jobs, `kind` j or b, in their order, false for those that are not there; and the names of their keys.
local function read(kind, seqs)
  local names, values = {}, {}
  local prefix = P .. kind .. ':'
  for index = 1, #seqs do names[index] = prefix .. seqs[index] end
  if #names <= 1000 then return #names > 0 and call('MGET', unpack(names)) or values, names end
  for first = 1, #names, 1000 do
    for _, value in ipairs(call('MGET', unpack(names, first, math.min(first + 999, #names)))) do
      values[#values + 1] = value
    end
  end
  return values, names
end

-- A job, or false.
local function get(seq)
  local job = jobs[seq]
  if job == nil then
    local value = call('GET', P .. 'j:' .. seq)
    job = value and load(seq, value)
    jobs[seq] = job
  end
  return job
end

-- Reads jobs into the table that were not read yet.
local function fetch(seqs)
  local missing = {}
  for _, seq in ipairs(seqs) do
    if jobs[seq] == nil then missing[#missing + 1] = seq end
  end
  local values = read('j', missing)
  for index, value in ipairs(values) do jobs[missing[index]] = value and load(missing[index], value) end
end

local function seqOf(id)
  local seq = ids[id]
  if seq == nil then
    seq = call('HGET', P .. 'ids', id)
    ids[id] = seq
  end
  return seq
end

local function find(id)
  local seq = seqOf(id)
  return seq and get(seq)
end

-- Where a job stands in its state: the sorted set, its member there, and the score; false for one that stays as it is.
local function place(job)
  local state = job.state
  if state == '2' then
    if job.parked ~= '' then return 'parked:' .. job.kind, job.seq, 0 end
    return 'q:' .. job.queue, job.seq .. job.kind, tonumber(job.at) - HEAD_START[job.prio]
  elseif state == '3' then
    return 'own:' .. job.owner, job.seq, job.score
  elseif state == '1' or state == '4' then
    return 'due', job.seq, job.at
  elseif state ~= '0' then
    -- One that holds a key for a time is not pruned before that.
    local till = job.uniq ~= '' and string.match(job.uniq, '^....(%-?%d+):')
    if till then return 'held', job.seq, till end
    -- One that nobody knows the end of stays for ever.
    if job.finished ~= '' then return 'done:' .. state, job.seq, job.finished end
  end
end

-- To be called before the first change of a job.
local function touch(job)
  job.isRaw = false
  if job.was then return end
  job.was = job.state
  job.wasParked = job.parked ~= ''
  job.wasKey, job.wasMember = place(job)
  dirty[#dirty + 1] = job
end

local function count(field, n) counts[field] = (counts[field] or 0) + n end

local function put(lists, key, one, other)
  local list = lists[key]
  if not list then
    list = {}
    lists[key] = list
  end
  list[#list + 1] = one
  if other then list[#list + 1] = other end
end

-- Keys and values by turns.
local function write(values)
  for first = 1, #values, 1000 do call('MSET', unpack(values, first, math.min(first + 999, #values))) end
end

-- Writes what was changed since the last time.
local function flush()
  local adds, removes, values = {}, {}, {}
  for _, job in ipairs(dirty) do
    local key, member, score = place(job)
    if job.wasKey and (job.wasKey ~= key or job.wasMember ~= member) then
      put(removes, job.wasKey, job.wasMember)
      -- Prune may have moved it on.
      if job.wasKey == 'held' then put(removes, 'done:' .. job.was, job.seq) end
    end
    if score then put(adds, key, score, member) end
    local state = job.state
    if job.was ~= state then
      if job.was ~= 'new' then count(job.was .. job.queue, -1) end
      count(state .. job.queue, 1)
    end
    if job.wasParked ~= (job.parked ~= '') then count('8' .. job.queue, job.wasParked and -1 or 1) end
    if job.schedule ~= '' then
      if state >= '5' then
        put(removes, job.schedule, job.seq)
      elseif job.was == 'new' or job.was >= '5' then
        put(adds, job.schedule, 0, job.seq)
      end
    end
    values[#values + 1] = P .. 'j:' .. job.seq
    -- A new job mostly is as it came.
    if not job.isRaw then job.text = save(job) end
    values[#values + 1] = job.text
    job.was = false
  end
  for _, body in ipairs(bodies) do values[#values + 1] = body end
  write(values)
  for key, list in pairs(removes) do many('ZREM', P .. key, list, 1000) end
  for key, list in pairs(adds) do
    many('ZADD', P .. key, list, 1000)
    if string.sub(key, 1, 7) == 'parked:' then call('SADD', P .. 'parked', string.sub(key, 8)) end
  end
  for field, n in pairs(counts) do
    if n ~= 0 then call('HINCRBY', P .. 'n', field, n) end
  end
  many('HSET', P .. 'ids', newIds, 1000)
  many('ZADD', P .. 'all', newSeqs, 1000)
  for key in pairs(dirtyKeys) do
    if keys[key] then call('HSET', P .. 'u', key, keys[key]) else call('HDEL', P .. 'u', key) end
  end
  if #gone > 0 then call('DEL', unpack(gone)) end
  for _, row in ipairs(rows) do
    call('RPUSH', P .. 'h:' .. row[1], row[2])
    call('LTRIM', P .. 'h:' .. row[1], -199, -1)
  end
  dirty, counts, dirtyKeys, newIds, newSeqs, bodies, rows, gone = {}, {}, {}, {}, {}, {}, {}, {}
end

-- Adds the newest row to a job's history.
local function append(job, row)
  if job.last ~= '' then rows[#rows + 1] = {job.seq, job.last} end
  job.last = row
end
