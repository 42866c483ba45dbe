-- Parts: base jobs
-- Reads jobs, newest first.
--
-- Ends early after 16 MB.
--
-- ARGV: SEQ to begin before or '', matches wanted, jobs to look at, states (their digits) or '', number of kinds, the kinds,
--   queues; no kinds or no queues: any.
-- Returns the SEQ of the last one that was looked at, '' after the oldest; then SEQ, job and body of each.
local wanted, look, states, kinds, queues = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], {}, {}
local firstQueue = 6 + tonumber(ARGV[5])
for index = 6, firstQueue - 1 do kinds[ARGV[index]] = true end
for index = firstQueue, #ARGV do queues[ARGV[index]] = true end
local bytes = 16 * 1024 * 1024
local max, found, last = ARGV[1] == '' and '+inf' or '(' .. ARGV[1], {}, ''
while look > 0 and wanted > 0 and bytes > 0 do
  local some = math.min(look, 100)
  local seqs = call('ZREVRANGEBYSCORE', P .. 'all', max, '-inf', 'LIMIT', 0, some)
  local hits = {}
  local values = read('j', seqs)
  for index, value in ipairs(values) do
    last = seqs[index]
    if value then
      local job = parse(last, value)
      if (states == '' or string.find(states, job.state, 1, true))
        and (firstQueue == 6 or kinds[string.match(job.kind, '^[^@]*@(.*)$')])
        and (firstQueue > #ARGV or queues[job.queue])
      then
        hits[#hits + 1] = job
        wanted = wanted - 1
        if wanted == 0 then break end
      end
    end
  end
  local names = {}
  for index = 1, #hits do names[index] = hits[index].seq end
  local contents = read('b', names)
  for index, body in ipairs(contents) do
    found[#found + 1] = names[index]
    found[#found + 1] = hits[index].text
    found[#found + 1] = body
    bytes = bytes - #body
  end
  if #seqs < some and wanted > 0 then
    last = ''
    break
  end
  max = '(' .. last
  look = look - some
end
return {last, found}
