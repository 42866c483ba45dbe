-- Parts: base jobs keys
-- Ends waiting jobs, marks running ones.
--
-- ARGV: handle, now, ids.
-- Returns: one character for each: c cancelled, r requested, f final already, n not there; then job and body of each that is.
local now, codes, seen = ARGV[2], {}, {}
for index = 3, #ARGV do
  local job = find(ARGV[index])
  if not job then
    codes[#codes + 1] = 'n'
  else
    if job.state >= '5' then
      codes[#codes + 1] = 'f'
    else
      local isRunning = job.state == '3'
      begin(job)
      if job.cancel == '' then job.cancel = now end
      if not isRunning then
        job.state = '6'
        job.finished = now
      end
      finish(job, tonumber(now))
      codes[#codes + 1] = isRunning and 'r' or 'c'
    end
    seen[#seen + 1] = job.was and save(job) or job.text
    seen[#seen + 1] = call('GET', P .. 'b:' .. job.seq)
  end
end
flush()
tell(7, ARGV[1])
return {table.concat(codes), seen}
