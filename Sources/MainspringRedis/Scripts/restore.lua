-- Parts: base jobs keys schedules
-- Writes jobs as they stand, with their history.
--
-- ARGV: handle, now, code, beginning and end of the failure of a job that yields, number of schedules; schedule and instant, by
--   turns; for each job: the job (its newest row in it), its body, its older rows as long fields.
-- Returns: one character for each: r restored, d duplicate, y yielded; the ids of those that it yielded to.
local now, codes, others = ARGV[2], {}, {}
local from = 7 + tonumber(ARGV[6]) * 2

local function field(value) return L4[#value] .. value end

for index = 7, from - 1, 2 do fireThrough(ARGV[index], ARGV[index + 1]) end
local number = call('INCRBY', P .. 'seq', (#ARGV - from + 1) / 3) - (#ARGV - from + 1) / 3
for index = from, #ARGV, 3 do
  number = number + 1
  local job = parse(string.format('%013d', number), ARGV[index])
  local code = 'r'
  if find(job.id) then
    code = 'd'
  else
    local own = hold(job.uniq)
    if job.state == '0' then
      -- The job whose end it waits for.
      local awaited
      if own and own.till == '' and bit.band(own.mask, 1) == 1 and string.sub(own.key, -5) == '+next' then
        awaited = holder(string.sub(own.key, 1, -6), tonumber(now))
      end
      if not awaited or awaited.state >= '5' then
        job.uniq = released(job.uniq)
        job.state = tonumber(job.at) > tonumber(now) and '1' or '2'
      end
    end
    own = held(job)
    local other = own and holder(own.key, tonumber(now))
    if other then
      job.uniq = ''
      if job.state < '5' and (own.till == '' or tonumber(own.till) > tonumber(now)) then
        code = 'y'
        others[#others + 1] = other.id
        job.state, job.finished = '6', now
        job.err = field(ARGV[3]) .. field(ARGV[4] .. other.id .. ARGV[5])
      end
    end
    job.was, job.wasParked = 'new', false
    dirty[#dirty + 1] = job
    jobs[job.seq] = job
    ids[job.id] = job.seq
    own = held(job)
    if own then setKey(own.key, job.seq) end
    newIds[#newIds + 1] = job.id
    newIds[#newIds + 1] = job.seq
    newSeqs[#newSeqs + 1] = job.seq
    newSeqs[#newSeqs + 1] = job.seq
    bodies[#bodies + 1] = P .. 'b:' .. job.seq
    bodies[#bodies + 1] = ARGV[index + 1]
    local at = 1
    while at <= #ARGV[index + 2] do
      local row
      row, at = struct.unpack('<I4c0', ARGV[index + 2], at)
      rows[#rows + 1] = {job.seq, row}
    end
  end
  codes[#codes + 1] = code
end
flush()
flushFired()
tell(7, ARGV[1])
return {table.concat(codes), others}
